"""Redrive: an execution that ended without success goes on where it failed.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html - the states that were
entered and not left run again with their input and variables, without being entered again; in a Parallel
or Map only the branches and iterations that were not done; attempts count from zero, and so does the
timeout of the execution. The words of what is refused: DescribeExecution's redriveStatusReason
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html).
"""

from sagalab.asl.engine.commands import SetTimer
from sagalab.asl.engine.errors import StateFailed
from sagalab.asl.engine.frame import INNER, READY, Frame
from sagalab.asl.engine.history import EVENT_LIMIT
from sagalab.asl.engine.recorder import EXECUTION_TIMER, Recorder

REDRIVE_DAYS = 14
LONGEST_DAYS = 365  # an execution may take a year
_DAY = 24 * 60 * 60 * 1000


def refusal(run: Recorder, now: int) -> str | None:
    """Return why an execution cannot be redriven at a time, None when it can."""
    if run.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {run.status} and cannot be redriven"
    if run.execution.kind != "STANDARD":
        return "Execution is of an EXPRESS state machine and cannot be redriven"
    if len(run.events) >= EVENT_LIMIT - 1:
        return "Execution history event limit exceeded"
    if now - run.started >= LONGEST_DAYS * _DAY:
        return "Execution has exceeded the max execution time"
    if run.stopped is not None and now - run.stopped > REDRIVE_DAYS * _DAY:
        return "Execution redrivable period exceeded"
    return None


def redrive(run: Recorder, timeout_seconds: int | None) -> None:
    """Go on with a run that ended, its timeout anew; one that cannot be redriven stays as it is."""
    if refusal(run, run.now) is not None:
        return
    root = next(frame for frame in run.frames.values() if frame.parent is None)
    run.status, run.output, run.error, run.cause, run.stopped = "RUNNING", None, None, None, None
    run.redrives += 1
    run.redriven = run.now
    root.previous = len(run.events)
    number = run.add(root, "ExecutionRedriven", {"redriveCount": run.redrives})
    if timeout_seconds is not None:
        run.ask(SetTimer(EXECUTION_TIMER, run.now + timeout_seconds * 1000))
    _resume(run, root, number)


def _resume(run: Recorder, frame: Frame, previous: int) -> None:
    frame.previous = previous
    frame.retries = {}
    frame.retry_count = 0
    state = run.state_of(frame)
    inner = [run.frames[number] for number in frame.inner if number in run.frames]
    if inner:
        frame.phase = INNER
        for one in inner:
            _resume(run, one, previous)
        return
    if not frame.entered:
        _enter(run, frame)
        return
    try:
        state.work_again(run, frame)
    except StateFailed as failure:
        state.fail(run, frame, failure)


def _enter(run: Recorder, frame: Frame) -> None:
    """Enter the first state of an iteration whose input could not be made."""
    assert frame.parent is not None
    outer = run.frames[frame.parent]
    state = run.state_of(outer)
    try:
        if state.kind == "Map":
            frame.input = state.selected(run, outer, frame.index, outer.items[frame.index], frame.item)
    except StateFailed as failure:
        state.place(outer, failure)
        state.inner_failed(run, outer, frame, failure)
        return
    frame.phase = READY
    run.ready(frame)
