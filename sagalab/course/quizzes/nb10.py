"""The closing quiz of notebook 10: which variation is good for what, and what it costs."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A Catch in JSONPath has no ResultPath. What does the undo get?",
        {
            "the order, with the error as a new field": "That is ResultPath $.error.",
            "the error, in place of the order": "The default is $, the whole input. The order is lost.",
            "the order as it was": "Only a variable, or ResultPath null, would leave it as it was.",
        },
        answer="the error, in place of the order",
    ),
    Question(
        "Undos run in Parallel, and the refund fails. What must its branch do?",
        {
            "catch its own error, and end well": "Otherwise the other undos are stopped in the middle.",
            "fail, so that the Parallel state tries everything again": "Only with a Retry there; and until then the "
            "other undos are cut off.",
            "nothing: branches do not touch each other": "One that fails stops all the others.",
        },
        answer="catch its own error, and end well",
    ),
    Question(
        "A step comes after the pivot. Which kind is it?",
        {
            "compensatable: it has an undo": "Behind the point of no return nothing leads back.",
            "optional: it may be left out when it fails": "The customer has paid. It has to be done one day.",
            "retriable": "It is tried until it succeeds. The saga goes forward only.",
        },
        answer="retriable",
    ),
    Question(
        "What is the price of a semantic lock?",
        {
            "two orders may both buy the last item": "That is what it prevents.",
            "the saga is slower in every case": "Only who meets a lock waits.",
            "what is locked cannot be sold": "So each lock needs an end, and others must know whether to wait.",
        },
        answer="what is locked cannot be sold",
    ),
)
