"""The closing quiz of notebook 12: what a redrive keeps, repeats and cannot mend."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A run failed in its third step. Redriven, what is called?",
        {
            "the third step, and what follows": "What succeeded is kept, with its results and variables.",
            "all three steps, with the input of the start": "That would be a new execution.",
            "the undos of the first two steps": "A redrive goes forward. The way back is yours to write.",
        },
        answer="the third step, and what follows",
    ),
    Question(
        "The retrier had used up its three retries. How many may there be after a redrive?",
        {
            "none: it has given up once and for all": "Its count begins at zero again.",
            "one, to see whether the cause is mended": "The call itself is no retry, and then the whole count is there.",
            "three more": "The count begins anew, and so does the timeout of the machine.",
        },
        answer="three more",
    ),
    Question(
        "A misspelt variable ended the run. The definition is corrected and deployed. What helps the order?",
        {
            "a redrive": "It runs the definition with which the execution was started: misspelt.",
            "an undo, and a new execution": "Only a new execution runs the new definition.",
            "nothing: it is lost": "Its tables are there. What was done can be undone.",
        },
        answer="an undo, and a new execution",
    ),
    Question(
        "When does a redrive charge a customer twice?",
        {
            "when the charge had succeeded in an earlier state": "That state is done. It is not run again.",
            "when more than 14 days have passed since the run ended": "Then it is refused: it charges nothing.",
            "when the charge committed, failed, and cannot tell a repeat": "Its state failed, so it is run again.",
        },
        answer="when the charge committed, failed, and cannot tell a repeat",
    ),
    Question(
        "Which token lets a charge tell a repeat, whatever is done with the order?",
        {
            "the execution's name, with RedriveCount behind it": "After a redrive it is another one.",
            "one made of the order's id": "Retry, redrive and a new execution all send the same.",
            "the time at which the state was entered": "A redrive keeps it. A new execution has another.",
        },
        answer="one made of the order's id",
    ),
)
