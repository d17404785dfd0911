"""Rules about the saga: can a failure leave it with no Catch, or fail what was committed?

Who is a step, who is an undo, and which belong together: see saga_roles.py. A machine that is no
saga yet (no undo anywhere) is left alone. All are warnings: such a machine runs, and leaks.
"""

from collections.abc import Iterator

from sagalab.asl.document import Machine, State
from sagalab.asl.graph import around, nested, reach, ways
from sagalab.linting.errors import catches_everything
from sagalab.linting.rule import WARNING, Finding, Report, rule
from sagalab.saga.roles import following, sagas

_UNTIL_DONE = 20  # attempts on any error from which on a step counts as retried until it is done


@rule("SAGA301", WARNING)
def leaves_without_catch(machine: Machine, report: Report) -> Iterator[Finding]:
    """No failure leaves the saga without a Catch: timeouts and crashes are caught too.

    Asked of every Task that is a step or comes after one, and of every undo. Enough is
    States.ALL, on the state or on a Parallel or Map around it, or a step that is retried on
    States.ALL 20 times or more (forward recovery). A message after the last step: SAGA305.

    Bad:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [SoldOut], ResultPath: $.error, Next: Release}]
            End: true
          Release:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Release}]
            End: true
          Release:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        for task in nested(saga.forward):
            before = saga.steps_before(task) if task.type == "Task" else []
            at_stake = task in saga.undo_of or before
            if at_stake and not _is_caught(task) and not _until_done(task) and not saga.is_committed(task):
                left = " and ".join(step.name for step in before or [task])
                yield report(
                    task,
                    f"{_only_caught(task)} the execution ends here, and {left} is not undone.",
                    "Add a last catcher for States.ALL that leads to the undos.",
                    "Catch",
                )
        for undo in saga.undos:
            if not _is_caught(undo):
                rest = saga.undos_in(following(saga.place(undo)))
                names = " and ".join(other.name for other in rest if other is not undo)
                then = f"without {names}." if names else "and nobody is told."
                yield report(
                    undo,
                    f"{_only_caught(undo)} the execution ends here, {then}",
                    "Add a last catcher for States.ALL: go on with the next undo, and tell what is owed.",
                    "Catch",
                )


@rule("SAGA305", WARNING)
def message_fails_a_committed_saga(machine: Machine, report: Report) -> Iterator[Finding]:
    """After the last step, a failed message does not fail the saga: all was committed already.

    Bad:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Release}]
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message: done}
            Next: Done
          Done: {Type: Succeed}
          Release:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Release}]
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message: done}
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Done}]
            Next: Done
          Done: {Type: Succeed}
          Release:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        for task in nested(saga.forward):
            if task.type != "Task" or not saga.is_committed(task):
                continue
            ends = (reach([target], catch=False) for way, target in ways(task) if way.kind == "catch")
            fails = any(
                not saga.undos_in(states) and any(s.type == "Fail" for s in states) for states in ends
            )
            if not _is_caught(task) or fails:
                retried = "" if task.retriers else " and is not retried"
                yield report(
                    task,
                    f"All steps are done when it runs. If it fails, the execution fails{retried}: "
                    "a committed order looks failed.",
                    "Add a Retry, and a catcher for States.ALL that goes on to the successful end.",
                    "Catch",
                )


def _is_caught(state: State) -> bool:
    return any(catches_everything(outer.catchers) for outer in around(state))


def _until_done(state: State) -> bool:
    for retrier in state.retriers:
        if "States.ALL" in retrier.errors and retrier.max_attempts >= _UNTIL_DONE:
            return True
    return False


def _only_caught(state: State) -> str:
    catchers = [catcher for outer in around(state) for catcher in outer.catchers]
    names = [name for catcher in catchers for name in catcher.errors]
    if not names:
        return "It catches nothing: on any error"
    listed = ", ".join(dict.fromkeys(names))
    return f"It catches {listed} only: on a timeout or a crash"
