"""The closing quiz of notebook 13: steps, replays, default retries, and what a durable function cannot outlive."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A durable function is called again after a pause. From where does it go on?",
        {
            "from the line where it stopped": "Nothing keeps a Python stack for hours. The process may be gone.",
            "from its first line": "A replay: context.step returns what the checkpoints hold, until one has none.",
            "from the last checkpoint's line": "A checkpoint holds a result, and no place in the code.",
        },
        answer="from its first line",
    ),
    Question(
        "Between two steps stands `order_id = uuid4()`. What is wrong with it?",
        {
            "each replay draws another one": "What is outside a step runs again. Draw it in a step, or take it from the "
            "input.",
            "a step must not use it": "It may. But after a replay it is another value than the one that was used.",
            "nothing: it is stored with the step after it": "Only a step's result is stored.",
        },
        answer="each replay draws another one",
    ),
    Question(
        "Which retries does a step have when the code says nothing?",
        {
            "none": "A state machine's task has none by default. A step of the SDK has some.",
            "three, for errors of Lambda": "The SDK does not know Lambda's errors from yours: it sees an exception.",
            "six attempts, for every error": "A refused card too, with pauses that add up to a minute or two.",
        },
        answer="six attempts, for every error",
    ),
    Question(
        "A step kills its process each time. With AT_LEAST_ONCE_PER_RETRY, what comes of the saga's undos?",
        {
            "they run after the last attempt": "Who would run them? The code that has them dies with the step.",
            "they do not run": "The function is invoked again, and dies again: until the ExecutionTimeout, or five times "
            "on the local cloud.",
            "Lambda runs them": "It knows no undos. They stand in the code.",
        },
        answer="they do not run",
    ),
    Question(
        "Why is the role of the durable function wider than any of the six?",
        {
            "one function does what six did": "It takes money, stock and the order's status, so its role must allow all.",
            "checkpoints need the tables": "They are Lambda's own, and need two actions of Lambda.",
            "it is not: the steps have roles": "A step is a call in the same process, with the same credentials.",
        },
        answer="one function does what six did",
    ),
)
