"""The closing quiz of notebook 11: what a test, a mock and coverage say, and what they do not."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "TestState says CAUGHT_ERROR for a state. What have you learnt?",
        {
            "the function raises this error": "The mock answered in its place. Nothing was called.",
            "the order is undone by its compensation": "One state ran, and no other. Whether its undo works is another "
            "test.",
            "which state comes next": "That is all that one state can say: where its catcher leads, and with what.",
        },
        answer="which state comes next",
    ),
    Question(
        "A retrier has MaxAttempts 2. Which test comes to its end?",
        {
            "a mock that fails three times": "The first attempt and two retries fail: the retrier is exhausted.",
            "a mock that fails two times": "The second retry, the third attempt, succeeds. The retrier never gives up.",
            "a mock that never answers": "It ends in States.Timeout. A retrier for another error is not even asked.",
        },
        answer="a mock that fails three times",
    ),
    Question(
        "Coverage is 100 %, and all tests pass. Can the saga still leak?",
        {
            "no: every catcher was taken, and led to an undo": "Each was taken once, alone. Two faults in one run may "
            "meet a hole.",
            "yes: no mock shows a late commit": "A mock says what a task answers, and never commits. The explorer of "
            "notebook 08 looks at the tables.",
            "only on AWS": "The interpreter is the same here. What a mock hides, it hides in both.",
        },
        answer="yes: no mock shows a late commit",
    ),
    Question(
        "All tests pass, and one catcher is grey. What now?",
        {
            "leave it: all tests pass, and that is what counts": "They pass because none comes there. The grey catcher "
            "may give up the order without a refund.",
            "take the catcher out": "Then its error ends the execution, and nothing is undone. Look at it first.",
            "write a run whose mock raises its error": "Then see where it leads, and what is owed at the end.",
        },
        answer="write a run whose mock raises its error",
    ),
)
