"""The closing quiz of notebook 03: what a retrier takes, how long it waits, and when it cannot help."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A retrier has MaxAttempts 3. How often is the task called at most?",
        {
            "three times": "MaxAttempts counts the retries. The first call does not count.",
            "four times": "The first call, and three retries.",
            "as often as TimeoutSeconds has room for": "TimeoutSeconds limits each attempt, not their number.",
        },
        answer="four times",
    ),
    Question(
        "IntervalSeconds 2, BackoffRate 2, MaxAttempts 4, MaxDelaySeconds 10. Which waits?",
        {
            "2, 4, 8, 16": "The last one is cut: no wait is longer than MaxDelaySeconds.",
            "2, 4, 8": "MaxAttempts 4 are four retries, and each has its wait.",
            "2, 4, 8, 10": "Each is twice the one before, and the last is cut to 10.",
        },
        answer="2, 4, 8, 10",
    ),
    Question(
        "Which of these errors should a retrier name?",
        {
            "Lambda.TooManyRequestsException": "It passes. Wait, with jitter, and call again.",
            "ErrProcessPayment: the card is refused": "The service works, and its answer is no. It will be no again.",
            "States.Runtime: a path that is not there": "It is a mistake in the machine, and no retrier takes it.",
        },
        answer="Lambda.TooManyRequestsException",
    ),
    Question(
        "What does jitter change?",
        {
            "fewer calls reach the service that is down": "Their number is the same. They come at different moments.",
            "each call waits longer": "At most as long as before: it is drawn between 0 and that.",
            "the calls come spread": "So a service that has just come back is not knocked over at once.",
        },
        answer="the calls come spread",
    ),
    Question(
        "A retried call had committed, and only its answer was lost. When is that harmless?",
        {
            "when the retrier has full jitter": "Jitter spreads calls. A second row would come a little later.",
            "when the service is idempotent": "The second call finds what the first one wrote, and answers as it did.",
            "when the first call fails with States.Timeout and not an error": "A timeout is just as ambiguous.",
        },
        answer="when the service is idempotent",
    ),
)
