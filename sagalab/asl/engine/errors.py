"""Errors of states: their names, what matches them, and how a state says that it failed.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
https://states-language.net/spec.html#errors; what differs is named beside it with the recording.
"""

from collections.abc import Iterable
from typing import Any

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
TIMEOUTS = (TIMEOUT, HEARTBEAT_TIMEOUT)
RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"
QUERY_EVALUATION = "States.QueryEvaluationError"
ITEM_READER_FAILED = "States.ItemReaderFailed"
RESULT_WRITER_FAILED = "States.ResultWriterFailed"
RESULT_PATH_MATCH = "States.ResultPathMatchFailure"
TOLERATED_FAILURES = "States.ExceedToleratedFailureThreshold"

# Bytes of UTF-8 that an input, an output or a result may have: quotas of Step Functions.
DATA_LIMIT_BYTES = 262_144


class StateFailed(Exception):
    """A state failed with an error name and a cause; None where a Fail state or a caller gave none.

    `terminal`: no retrier and no catcher takes it (States.Runtime, an output that is too large).
    `evaluation`: the history gets an EvaluationFailed event, with `location` as its field; it follows the
    event before the state was entered, or the entered event itself with `after_entered`.
    `said`: the cause already says which state failed, or must not.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None,
        *,
        terminal: bool = False,
        evaluation: bool = False,
        location: str | None = None,
        after_entered: bool = False,
        said: bool = True,
    ) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.terminal = terminal
        self.evaluation = evaluation
        self.location = location
        self.after_entered = after_entered
        self.said = said
        self.within = False  # it comes from an inner frame
        self.alias: str | None = None  # another name that retriers and catchers may use for it

    def passed_on(self) -> "StateFailed":
        """Return the failure as the state around the branch or iteration sees it."""
        outer = StateFailed(self.error, self.cause, terminal=self.terminal)
        outer.within = True
        return outer

    def output(self, absent: Any) -> dict[str, Any]:
        """Return what a catcher receives; `absent` stands for an error or cause that was not given."""
        return {
            "Error": absent if self.error is None else self.error,
            "Cause": absent if self.cause is None else self.cause,
        }


def runtime_error(cause: str) -> StateFailed:
    """Return States.Runtime: never retried, never caught, and its cause names the state."""
    return StateFailed(RUNTIME, cause, terminal=True, said=False)


def query_error(cause: str, location: str | None, *, after_entered: bool = False) -> StateFailed:
    """Return States.QueryEvaluationError of a JSONata field (`location`, such as "Output/total")."""
    return StateFailed(
        QUERY_EVALUATION,
        cause,
        evaluation=True,
        location=location,
        after_entered=after_entered,
        said=False,
    )


def too_large(name: str, *, terminal: bool) -> StateFailed:
    """Return States.DataLimitExceeded of a state's output, or of the result of a task.

    An output ends the execution. A task's result is caught even by States.ALL (recorded on AWS, against
    the letter of the document).
    """
    cause = (
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
        "service limit."
    )
    return StateFailed(DATA_LIMIT, cause, terminal=terminal)


def too_much_given(name: str) -> StateFailed:
    """Return States.DataLimitExceeded of what a task is given: it ends the execution, and nothing is called.

    The words are those of an execution on AWS (mbc-net/mbc-cqrs-serverless, pull request 466); that nothing takes it is
    the letter of AWS's page on error handling.
    """
    cause = (
        f"The state/task '{name}' provided parameters with a size exceeding the maximum number of bytes "
        "service limit."
    )
    return StateFailed(DATA_LIMIT, cause, terminal=True)


def exceeds(text: str, limit: int = DATA_LIMIT_BYTES) -> bool:
    """Tell whether a text has more than `limit` bytes of UTF-8."""
    return len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit


def timeout(heartbeat: bool) -> StateFailed:
    """Return States.Timeout. A missed heartbeat is reported under that name too (recorded), and taken under both."""
    failure = StateFailed(TIMEOUT, None)
    failure.alias = HEARTBEAT_TIMEOUT if heartbeat else None
    return failure


def matches(names: Iterable[str], error: str | None, alias: str | None = None) -> bool:
    """Tell whether the ErrorEquals of a retrier or catcher takes an error, which may have a second name.

    States.ALL takes every error that may be taken at all, States.TaskFailed every one of them but
    States.Timeout. States.Timeout stands for a missed heartbeat too (both by AWS's page on error handling), so
    States.HeartbeatTimeout, where a mock or an answer reports it by that name, is a timeout.
    """
    for name in names:
        if name in (error, alias, ALL):
            return True
        if name == TASK_FAILED and error not in TIMEOUTS:
            return True
        if name == TIMEOUT and error in TIMEOUTS:
            return True
    return False
