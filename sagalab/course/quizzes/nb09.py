"""The closing quiz of notebook 09: conservation, the books, and what a percentile says."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "What does conservation mean for a saga?",
        {
            "the sums of money and goods agree at the end": "What was paid is what was sold, whatever went wrong.",
            "every order that was started is completed": "Orders fail. Their money comes back.",
            "no row is ever deleted from a table": "That helps to add up. It does not make the sums agree.",
        },
        answer="the sums of money and goods agree at the end",
    ),
    Question(
        "All sums agree. May one customer still have paid for another one's order?",
        {
            "no: sums that agree leave no room for that": "One too much and one too little agree in the sum.",
            "yes": "The sums are of all orders. The verdict looks at each order alone.",
            "only with a naive debit": "Whatever the debit: a sum does not know whose money it was.",
        },
        answer="yes",
    ),
    Question(
        "The p95 of the latency is 14 s. What does it say?",
        {
            "an order takes 14 s on average": "It is no average. Most orders may be much quicker.",
            "95 of 100 orders take longer than 14 s": "It is the other way round: five of them do.",
            "95 of 100 orders were quicker": "And five were slower: they waited for their retries.",
        },
        answer="95 of 100 orders were quicker",
    ),
    Question(
        "An execution of the storm waits for a human. Has it leaked?",
        {
            "yes: money is owed while it waits": "It is owed and announced: somebody was told what, and is asked.",
            "no": "It is announced. When the human has answered, nothing is owed any more.",
            "only after its TimeoutSeconds have passed": "The message was sent before the wait began.",
        },
        answer="no",
    ),
)
