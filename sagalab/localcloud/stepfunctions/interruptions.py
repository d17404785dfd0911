"""Waits that end at once when their execution ends, and nothing written after an end.

Why, in moto 5.2.5: StopExecution and an execution's TimeoutSeconds wait for the running task; a task that
was given up writes its late success into the history; a failure of the execution inside a state is written
twice; Wait states and retry intervals cannot be shortened
(SAGALAB_TIME_SCALE scales both, TimeoutSeconds and HeartbeatSeconds it does not); a wait that is not whole
seconds never ends.
"""

import heapq
import threading
import time
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import MaxAttemptsOutcome
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_outcome import RetrierOutcome
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

from sagalab.localcloud.functions import fair_turns as turns
from sagalab.localcloud.stepfunctions import callbacks, quick_copies
from sagalab.localcloud.stepfunctions.jsonata import RecordedDetails
from sagalab.settings import time_scale

_END_EVENTS = {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
_new_failure = FailureEvent.__init__
_installed = False


def _watch(env: Environment, event: threading.Event) -> None:
    """Have `event` set when `env` stops running."""
    env.__dict__.setdefault("interrupts", []).append(event)


def _interrupt(env: Environment) -> None:
    for event in env.__dict__.get("interrupts", []):
        event.set()
    for frame in env._frames:
        _interrupt(frame)


def sleep(env: Environment, seconds: float) -> None:
    """Sleep `seconds` (already scaled), or until `env` stops running."""
    ended = threading.Event()
    _watch(env, ended)
    if env.is_running() and seconds > 0:
        ended.wait(seconds)
    env.interrupts.remove(ended)


def _wait(self: WaitFunction, env: Environment) -> None:
    sleep(env, self._get_wait_seconds(env=env) * time_scale())


def _retry(self: RetrierDecl, env: Environment) -> None:
    """moto's retrier with a scaled, interruptible sleep."""
    self.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    self.max_attempts.eval(env=env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    for step in (self.interval_seconds, self.backoff_rate, self.max_delay_seconds, self.jitter_strategy):
        step.eval(env=env)
    sleep(env, env.stack.pop() * time_scale())
    env.stack.append(RetrierOutcome.Executed)


def _close(frame: Environment) -> None:
    """Let nothing that still runs in `frame` write into the history."""
    frame.event_history_context.closed = True
    callbacks.abandon(frame)
    for inner in list(frame._frames):
        _close(inner)


def _evaluate_with_timeout(self: ExecutionState, env: Environment) -> None:
    """moto's evaluation of a Task, Map or Parallel, ended by its timeout or by the end of the execution."""
    self.timeout.eval(env=env)
    timeout_seconds = env.stack.pop()
    frame = env.open_frame()
    frame.states.reset(input_value=env.states.get_input())
    frame.stack = quick_copies.deepcopy(env.stack)
    outcome: list[Any] = []
    errors: list[Exception] = []
    done = threading.Event()
    stopwatch = turns.Stopwatch()

    def run() -> None:
        stopwatch.hold()
        try:
            self._eval_execution(frame)
            outcome.extend(frame.stack)
        except Exception as error:  # handed to the state's own thread
            errors.append(error)
        done.set()

    _watch(env, done)
    threading.Thread(target=run, daemon=True).start()
    in_time = stopwatch.wait(done, timeout_seconds)
    env.interrupts.remove(done)
    if not outcome:
        _close(frame)
    frame.set_ended()
    env.close_frame(frame)
    if not env.is_running():
        return
    if errors:
        raise errors[0]
    if not in_time:
        raise EvalTimeoutError()
    env.stack.append(outcome.pop())
    if not self._is_language_query_jsonpath():
        env.states.set_result(env.stack[-1])
    if self.assign_decl:
        self.assign_decl.eval(env=env)
    if self.result_selector:
        self.result_selector.eval(env=env)
    if self.result_path:
        self.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def _evaluate_program(self: Program, env: Environment) -> None:
    """Run in the caller's thread; the clock ends the execution after its TimeoutSeconds."""
    env.next_state_name = self.start_at.start_at_name
    if not self.timeout_seconds:
        super(Program, self).eval(env)
        return
    alarm = _clock.at(time.monotonic() + self.timeout_seconds.timeout_seconds, env)
    try:
        super(Program, self).eval(env)
    finally:
        _clock.forget(alarm)


class _Clock:
    """One thread that times executions out: a timer for each would be a thread for each."""

    def __init__(self) -> None:
        self._alarms: list[tuple[float, int, list[Environment]]] = []
        self._changed = threading.Condition()
        self._count = 0
        self._thread: threading.Thread | None = None

    def at(self, moment: float, env: Environment) -> list[Environment]:
        """Time `env` out at the monotonic time `moment`; return the alarm, for forget()."""
        alarm = [env]
        with self._changed:
            self._count += 1
            heapq.heappush(self._alarms, (moment, self._count, alarm))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            if self._alarms[0][2] is alarm:
                self._changed.notify()
        return alarm

    @staticmethod
    def forget(alarm: list[Environment]) -> None:
        """Take an alarm back; it lets its execution go at once."""
        alarm.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._alarms and not self._alarms[0][2]:
                    heapq.heappop(self._alarms)
                now = time.monotonic()
                if not self._alarms or self._alarms[0][0] > now:
                    self._changed.wait(self._alarms[0][0] - now if self._alarms else None)
                    continue
                _, _, alarm = heapq.heappop(self._alarms)
            for env in alarm[:]:
                if env.is_running():
                    env.set_timed_out()


_clock = _Clock()


def _keep_for_the_end(self: FailureEvent, *args: Any, **kwargs: Any) -> None:
    """A state's ExecutionFailed is no event of the state: only the end of the program writes it."""
    _new_failure(self, *args, **kwargs)
    if self.event_type == HistoryEventType.ExecutionFailed and self.event_details is not None:
        self.event_details = RecordedDetails(self.event_details)


def _wrap_ends(name: str) -> None:
    end = getattr(Environment, name)

    def ended(self: Environment, *args: Any, **kwargs: Any) -> None:
        end(self, *args, **kwargs)
        _interrupt(self)

    setattr(Environment, name, ended)


def _close_history() -> None:
    add_event = EventManager.add_event

    def add_event_while_open(self, context, event_type, event_details=None, *args, **kwargs):
        if getattr(context, "closed", False) or getattr(self, "ended", False):
            return context.source_event_id
        if isinstance(event_details, RecordedDetails) or _is_told(self, context, event_type, event_details):
            return context.source_event_id
        if event_type in _END_EVENTS:
            self.ended = True
        return add_event(self, context, event_type, event_details, *args, **kwargs)

    EventManager.add_event = add_event_while_open


def _is_told(history: EventManager, context: Any, event_type: str, details: Any) -> bool:
    """Tell whether the event before is this very EvaluationFailed (moto's Map state writes it again)."""
    if event_type != HistoryEventType.EvaluationFailed:
        return False
    return any(
        event["id"] == context.source_event_id
        and event["type"] == event_type
        and event.get("evaluationFailedEventDetails") == details["evaluationFailedEventDetails"]
        for event in history._history_event_list
    )


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    WaitFunction._eval_body = _wait
    RetrierDecl._eval_body = _retry
    ExecutionState._evaluate_with_timeout = _evaluate_with_timeout
    Program.eval = _evaluate_program
    FailureEvent.__init__ = _keep_for_the_end
    for name in ("set_ended", "set_error", "set_timed_out", "set_stop"):
        _wrap_ends(name)
    _close_history()
