"""The closing quiz of notebook 05: what a fault leaves behind, and the three verdicts."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A crash before the commit, and one after it. How do the two histories differ?",
        {
            "the second one has a longer path": "Same path, same status. Look at the tables.",
            "not at all": "To Step Functions both look alike. In one of them the customer has paid.",
            "the second one names the committed row": "A history knows what was answered. Nothing was answered.",
        },
        answer="not at all",
    ),
    Question(
        "The retries of a task are used up. What comes next?",
        {
            "a Catch that names the error, if there is one": "Otherwise the execution ends, and no undo runs.",
            "the first compensation, in any case": "Only a Catch leads to it. Without one nothing is undone.",
            "the next step": "A task that has failed has failed. Nothing goes on as if it had not.",
        },
        answer="a Catch that names the error, if there is one",
    ),
    Question(
        "A message was sent: SagaFailed, ErrReleaseInventory. 51.90 are owed. Which verdict?",
        {
            "announced: somebody was told": "Told of an error, and not of a debt. Nobody knows about the 51.90.",
            "leaked": "Announced needs a message that names exactly what is owed.",
            "consistent": "Something is owed: neither all was done, nor all undone.",
        },
        answer="leaked",
    ),
    Question(
        "A task has timed out. When is it known that it took no money?",
        {
            "at once: Step Functions stops the function": "It stops waiting. The function works on, and may commit.",
            "when the execution has ended": "The commit may come a second after that. You have seen it.",
            "not by waiting": "Undo it as if it had. The undo leaves a mark that a late commit finds: notebook 07.",
        },
        answer="not by waiting",
    ),
)
