"""The closing quiz of notebook 06: what a history tells, and what it cannot tell."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A run ended with the error SagaFailed. Where do you look for what went wrong at first?",
        {
            "at the last event": "It says how it ended: a Fail state said SagaFailed. The cause is further up.",
            "at the first visit that was caught": "There the saga turned around, and its error says why.",
            "at the state with the most attempts": "It may have been healed by its retries. Then nothing followed.",
        },
        answer="at the first visit that was caught",
    ),
    Question(
        "A state is orange in the picture: caught. What does that mean?",
        {
            "it failed, and the machine handled it": "A Catch took its error, and the run went elsewhere.",
            "it failed, and was tried again until it worked": "Then it would be green, with the count of attempts.",
            "nobody handled its error": "That would be red: failed.",
        },
        answer="it failed, and the machine handled it",
    ),
    Question(
        "In Parallel one branch fails while another one has just taken money. What then?",
        {
            "the money is given back by Step Functions": "Step Functions undoes nothing by itself.",
            "the other branch runs to its end": "It is stopped in the middle: its state is aborted.",
            "the money stays taken": "What it had committed stays. Its undo is yours to write.",
        },
        answer="the money stays taken",
    ),
    Question(
        "What can a history not tell you?",
        {
            "how long the run waited before each retry": "The times of its events say that.",
            "which variables a state could read": "The events carry what was assigned. `steps` shows it.",
            "whether a crashed function had committed": "Only the table knows. The history has no answer of it.",
        },
        answer="whether a crashed function had committed",
    ),
)
