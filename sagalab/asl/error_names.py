"""The error names that a state machine may meet: who raises each, and what takes it. Data, and how to look in it.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (called the page below),
https://states-language.net/spec.html#appendix-a, and for functions
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html. Where runs that were recorded on AWS show another
thing than the page, `remark` says both.
"""

from dataclasses import dataclass

STEP_FUNCTIONS, INTEGRATION, RUNTIME = "Step Functions", "the call of Lambda", "the function's runtime"


@dataclass(frozen=True)
class ErrorName:
    """One error name. `when` ends a sentence that begins with the name.

    `by_all`, `by_task_failed`, `by_timeout`: whether States.ALL, States.TaskFailed and States.Timeout take it;
    `by_name` whether a retrier or catcher that names it does. `wildcard`: it takes others. `here`: what the local
    cloud does.
    """

    name: str
    raised_by: str
    when: str
    by_all: bool = True
    by_task_failed: bool = True
    by_timeout: bool = False
    by_name: bool = True
    wildcard: bool = False
    here: str = "the same"
    remark: str = ""

    @property
    def terminal(self) -> bool:
        """Whether nothing takes it: the execution ends."""
        return not (self.by_name or self.by_all)


_AS_RUNTIME = "reports States.Runtime, as AWS does"

ERROR_NAMES = (
    ErrorName(
        "States.ALL", STEP_FUNCTIONS, "is a wildcard: it takes every error but the two that nothing takes", wildcard=True,
        remark="It stands alone, and last. The page says that it takes neither States.DataLimitExceeded nor "
        "States.Runtime.",
    ),
    ErrorName(
        "States.TaskFailed", STEP_FUNCTIONS, "is a wildcard: it takes what States.ALL takes, but for States.Timeout; and "
        "the name when an execution that a task started with .sync has failed", wildcard=True,
    ),
    ErrorName(
        "States.Timeout", STEP_FUNCTIONS, "comes when a task takes longer than its TimeoutSeconds or shows no sign of life "
        "for its HeartbeatSeconds", by_task_failed=False, by_timeout=True,
        remark="TimeoutSeconds of the whole machine ends the execution: no catcher takes that.",
    ),
    ErrorName(
        "States.HeartbeatTimeout", STEP_FUNCTIONS, "is a second name of a missed heartbeat", by_task_failed=False,
        by_timeout=True, here="reports States.Timeout; both names take it",
        remark="The page has it as a name of its own for Retry and Catch; a recorded history shows States.Timeout.",
    ),
    ErrorName(
        "States.Runtime", STEP_FUNCTIONS, "comes when a state cannot be worked out, such as a path that is not there",
        by_all=False, by_task_failed=False, by_name=False,
    ),
    ErrorName(
        "States.DataLimitExceeded", STEP_FUNCTIONS, "comes when an input, an output or a result has more than 256 KiB",
        by_all=False, by_task_failed=False, by_name=False,
        here="ends the execution for an output, and for what a task is given; for a task's result it is taken, by its "
        "name and by States.ALL",
        remark="The page calls it terminal. Recorded: of a task's result it is taken even by States.ALL.",
    ),
    ErrorName(
        "States.QueryEvaluationError", STEP_FUNCTIONS, "comes when a JSONata expression fails"
    ),
    ErrorName(
        "States.NoChoiceMatched", STEP_FUNCTIONS, "is for a Choice without a rule that holds and without a Default",
        by_all=False, by_task_failed=False, by_name=False, here=_AS_RUNTIME,
        remark="A Choice has neither Retry nor Catch. The page names it; recorded runs end with States.Runtime.",
    ),
    ErrorName(
        "States.BranchFailed", STEP_FUNCTIONS, "is for a Parallel of which a branch failed",
        here="reports the error of the branch, as AWS does",
        remark="The language's specification names it; recorded runs show the error of the branch itself.",
    ),
    ErrorName(
        "States.IntrinsicFailure", STEP_FUNCTIONS, "is for an intrinsic function that failed",
        here=_AS_RUNTIME, remark="The page names it; recorded runs end with States.Runtime.",
    ),
    ErrorName(
        "States.ParameterPathFailure", STEP_FUNCTIONS, "is for a path in Parameters that is not there",
        here=_AS_RUNTIME, remark="The page names it; recorded runs end with States.Runtime.",
    ),
    ErrorName(
        "States.ResultPathMatchFailure", STEP_FUNCTIONS, "comes when ResultPath does not fit the state's input"
    ),
    ErrorName(
        "States.ExceedToleratedFailureThreshold", STEP_FUNCTIONS, "comes when more items of a Map failed than it tolerates",
    ),
    ErrorName(
        "States.ItemReaderFailed", STEP_FUNCTIONS, "comes when a Map cannot read its items"
    ),
    ErrorName(
        "States.ResultWriterFailed", STEP_FUNCTIONS, "comes when a Map cannot write its results"
    ),
    ErrorName(
        "States.Permissions", STEP_FUNCTIONS, "is for a task that may not run its code",
        here="reports the service's own error, such as Lambda.AWSLambdaException",
    ),
    ErrorName(
        "States.Http.Socket", STEP_FUNCTIONS, "comes when an HTTP task has no answer for 60 s",
        here="has no HTTP tasks, and says so",
    ),
    ErrorName("Lambda.ServiceException", INTEGRATION, "is a passing fault of Lambda: try again"),
    ErrorName("Lambda.AWSLambdaException", INTEGRATION, "is Lambda's refusal of the call: a permission, most often"),
    ErrorName(
        "Lambda.SdkClientException", INTEGRATION, "is a passing fault on the way to Lambda: try again",
        here="does not come by itself",
    ),
    ErrorName(
        "Lambda.ClientExecutionTimeoutException", INTEGRATION, "is a call that got no answer in time: it may have been done",
        here="does not come by itself",
    ),
    ErrorName("Lambda.TooManyRequestsException", INTEGRATION, "is a throttled function: try again, later each time"),
    ErrorName("Lambda.ResourceNotFoundException", INTEGRATION, "is a function that is not there"),
    ErrorName(
        "Lambda.Unknown", INTEGRATION, "is a function that ended without saying which error it was",
        here="comes for an answer without errorType; a crash is Runtime.ExitError, a timeout Sandbox.Timedout",
        remark="The page: runtimes of old report a crash, a timeout or a lack of memory so; newer ones by a name.",
    ),
    ErrorName("Sandbox.Timedout", RUNTIME, "is a function that ran longer than its own Timeout"),
    ErrorName(
        "Runtime.ExitError", RUNTIME, "is a function whose process ended: it crashed, or called exit",
        remark="For a lack of memory, AWS shows it too.", here="the same; a lack of memory is Runtime.OutOfMemory",
    ),
    ErrorName("Runtime.ImportModuleError", RUNTIME, "is a function whose module cannot be imported"),
)  # fmt: skip

BY_NAME = {each.name: each for each in ERROR_NAMES}
RESERVED = "States."
_HTTP_STATUS = "States.Http.StatusCode."


def is_known(name: str) -> bool:
    """Tell whether a name may stand in ErrorEquals: one of the reserved that there are, or one without `States.`."""
    return not name.startswith(RESERVED) or name in BY_NAME or name.startswith(_HTTP_STATUS)
