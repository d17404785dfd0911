"""The closing quiz of notebook 08: what the explorer tries, and how a saga is hardened."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "Seven scenarios pass. Why does the explorer find leaks all the same?",
        {
            "its tables in memory are less exact than DynamoDB": "They keep DynamoDB's conditions and transactions.",
            "it tries faults that the scenarios do not have": "Crashes, timeouts, late commits: errors that no Catch "
            "names.",
            "it runs the machine at a speed that no cloud has": "Virtual time costs nothing, and changes no path.",
        },
        answer="it tries faults that the scenarios do not have",
    ),
    Question(
        "An undo fails once. Which line mends that?",
        {
            "a Catch for States.ALL in the undo": "It goes on without the undo. What was to be undone is owed.",
            "a longer TimeoutSeconds in the step": "The undo has failed, and not the step.",
            "a Retry for States.ALL in the undo": "It is idempotent, so it may be repeated until it has worked.",
        },
        answer="a Retry for States.ALL in the undo",
    ),
    Question(
        "The refund fails for ever. What is the best that a machine can do?",
        {
            "say what is owed, and wait for a human": "Announced: the debt is known by name and amount.",
            "try again without an end and tell nobody": "Then nobody knows, and the customer waits.",
            "end as SUCCEEDED, because the other undos worked": "A lie is no cure. The verdict would be leaked.",
        },
        answer="say what is owed, and wait for a human",
    ),
    Question(
        "The explorer is silent. What is proved?",
        {
            "that the saga has no hole": "It has no hole that these plans show. One order, one fault or two.",
            "that no plan that was tried leaks": "A hole that it does not find is a plan that is missing.",
            "that the functions are idempotent": "Ours were called again and again, and passed. Yours must be proved "
            "by you.",
        },
        answer="that no plan that was tried leaks",
    ),
)
