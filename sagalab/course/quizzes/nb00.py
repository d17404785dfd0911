"""The closing quiz of notebook 00: what a saga promises, and where its truth stands."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "What does a saga promise?",
        {
            "no step ever fails": "Steps fail. The promise is about what is left behind then.",
            "all steps are done, or what was done is undone": "Each step commits alone; the compensations take back "
            "what had been done.",
            "the three tables change in a single transaction": "They cannot: three services, three transactions. That "
            "is why there are sagas.",
        },
        answer="all steps are done, or what was done is undone",
    ),
    Question(
        "Order, payment and reservation are done, and then a fourth step fails. What is undone first?",
        {
            "the reservation": "The last step is undone first: each undo finds what was there when its step ran.",
            "the order, because all the rest depends on it": "It came first, so it is undone last.",
            "all three at once": "Notebook 10 has such a machine. The chain of this saga goes backwards, one by one.",
        },
        answer="the reservation",
    ),
    Question(
        "An order fails after it was paid, and is undone. What does the payments table show then?",
        {
            "nothing, the payment was deleted": "A compensation deletes nothing. What happened stays visible.",
            "one row with the amount set to 0.00": "No row is changed. Each local transaction writes its own.",
            "a Debit and a Credit": "Taken, and given back: two transactions, and the sum is zero.",
        },
        answer="a Debit and a Credit",
    ),
    Question(
        "An execution ends as FAILED. Has the saga kept its promise?",
        {
            "no: FAILED means that something is owed": "Here FAILED says that the order failed. It may be undone well.",
            "the tables tell": "The workflow's status tells how it ended. What was committed stands in the tables.",
            "yes: a saga always cleans up after itself": "In scenario 33 it does not. You may have tried it.",
        },
        answer="the tables tell",
    ),
)
