"""`expect`: what a test expects of a run or of a state; each says what was expected, what happened, and where they part."""

from collections.abc import Mapping
from typing import Any, NoReturn

from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit, gaps
from sagalab.rehearsal.any_saga.given import Given
from sagalab.rehearsal.any_saga.judgement import judge
from sagalab.testing.differences import first_difference, path_difference, shown
from sagalab.testing.single import StateTest
from sagalab.testing.words import path_in_words

_VERDICTS = ("consistent", "announced", "leaked")
# Seconds by which a wait may be longer than expected: none in virtual time, some where computers run.
_MILLISECOND = 0.0011
_REAL_SECONDS = 1.5


def expect(happened: Execution | StateTest) -> "ExpectRun | ExpectState":
    """Return what `happened` can be asked: `expect(run).path(…)`, `expect(tested).goes_to(…)`.

    Every method returns the same thing again, so that expectations can be written one after the other. What
    is not so is an AssertionError. Raises SagaLabError for what is neither a run nor the test of a state.
    """
    if isinstance(happened, StateTest):
        return ExpectState(happened)
    if isinstance(happened, Execution):
        return ExpectRun(happened)
    raise SagaLabError(
        f"expect() was given {type(happened).__name__}, which is neither a run nor the test of a state.",
        "Give it what run(…) or state(…) returned.",
    )


def _fail(expected: str, happened: str, difference: str | None, path: str) -> NoReturn:
    __tracebackhide__ = True
    lines = [f"expected  {expected}", f"happened  {happened}"]
    lines += [f"differs   {difference}"] if difference else []
    raise AssertionError("\n".join([*lines, f"path      {path}"]))


class ExpectRun:
    """Expectations of a run. `real` seconds apply where it ran in real time (`Execution.time_scale` is set)."""

    def __init__(self, run: Execution) -> None:
        self.run = run

    def succeeds(self) -> "ExpectRun":
        """The execution succeeded."""
        return self._ended("SUCCEEDED", None)

    def fails(self, error: str | None = None) -> "ExpectRun":
        """The execution failed, with this error where one is given."""
        return self._ended("FAILED", error)

    def status(self, status: str) -> "ExpectRun":
        """The status is SUCCEEDED, FAILED, TIMED_OUT, ABORTED or RUNNING (it waits for a token)."""
        return self._ended(status, None)

    def path(self, *states: Any) -> "ExpectRun":
        """Exactly these states were entered, in this order; `...` stands for any number of states.

        States inside Parallel and Map count in the order in which the history has them.
        """
        __tracebackhide__ = True
        difference = path_difference(states, self.run.path)
        if difference:
            wanted = " → ".join("…" if state is ... else str(state) for state in states) or "no state"
            self._fail(wanted, " → ".join(self.run.path) or "no state", difference)
        return self

    def visits(self, *states: str) -> "ExpectRun":
        """Each of these states was entered, in whatever order."""
        __tracebackhide__ = True
        for state in states:
            if state not in self.run.path:
                self._fail(f"{state} is entered", "it was not" + self._unknown(state))
        return self

    def never(self, *states: str) -> "ExpectRun":
        """None of these states was entered."""
        __tracebackhide__ = True
        for state in states:
            unknown = self._unknown(state)
            if state in self.run.path or unknown:
                self._fail(
                    f"{state} is never entered", f"it was{unknown}" if not unknown else unknown.lstrip(": ")
                )
        return self

    def output(self, value: Any) -> "ExpectRun":
        """The execution's output is this JSON value."""
        return self._output(value, part=False)

    def output_has(self, value: Any) -> "ExpectRun":
        """The execution's output has these fields with these values, and may have more."""
        return self._output(value, part=True)

    def attempts(self, state: str, count: int) -> "ExpectRun":
        """In its last visit a state tried so often: calls of a Task, starts of a Parallel or Map."""
        __tracebackhide__ = True
        tries = self._visit(state).tries
        if tries != count:
            self._fail(f"{state} makes {_attempts(count)}", _attempts(tries))
        return self

    def catches(self, state: str, error: str) -> "ExpectRun":
        """A catcher of a state took this error."""
        __tracebackhide__ = True
        caught = [
            visit.caught_error
            for visit in self.run.visits
            if visit.name == state and visit.status == "caught"
        ]
        if error not in caught:
            self._visit(state)
            self._fail(
                f"{state} catches {error}", f"it caught {caught[-1]}" if caught else "it caught nothing"
            )
        return self

    def called_with(self, state: str, value: Any) -> "ExpectRun":
        """The first call of a Task's last visit had these parameters (for a function through lambda:invoke its
        Payload), and may have had more."""
        __tracebackhide__ = True
        visit = self._visit(state)
        if not visit.attempts:
            self._fail(f"{state} calls with {shown(value)}", "it called nothing")
        given = visit.attempts[0].parameters
        if (
            isinstance(given, dict)
            and "Payload" in given
            and not (isinstance(value, dict) and "Payload" in value)
        ):
            given = given["Payload"]
        difference = first_difference(value, given, part=True)
        if difference:
            self._fail(f"{state} calls with {shown(value)}", f"it called with {shown(given)}", difference)
        return self

    def verdict(self, name: str, undo: Mapping[str, str] | None = None) -> "ExpectRun":
        """The saga is consistent, announced or leaked, by what the run shows: what was done and what undone.

        `undo` says which undo a step has where neither names nor comments do. The verdict is of the history
        alone, so it is the same wherever the machine ran (sagalab/rehearsal/any_saga).
        """
        __tracebackhide__ = True
        if self.run.definition is None:
            raise SagaLabError(
                "This run does not know its machine.", "Give it: Execution.from_history(events, asl)."
            )
        pairs = {step: (its,) for step, its in (undo or {}).items()}
        found = judge(self.run, given=Given(undo=pairs))
        if found.name != name:
            known = "" if name in _VERDICTS else f"; a verdict is {', '.join(_VERDICTS)}"
            self._fail(f"{name}{known}", f"{found.name}: {found.words}")
        return self

    def waits(self, state: str, seconds: list[float]) -> "ExpectRun":
        """In its last visit a state waited so long before each retry; a Wait state: so long, as one number.

        Seconds are virtual, or scaled back where the local cloud ran at another pace. A wait that is drawn
        (JitterStrategy FULL) is at most what is given.
        """
        __tracebackhide__ = True
        visit = self._visit(state)
        scale = self.run.time_scale
        found = [visit.duration or 0.0] if visit.type == "Wait" else gaps(visit)
        waited = [round(each / (scale or 1), 3) for each in found]
        drawn = self._is_drawn(state)
        loose = _REAL_SECONDS / (scale or 1) if scale is not None else _MILLISECOND
        alike = len(waited) == len(seconds) and all(
            (drawn or wait >= wanted - _MILLISECOND) and wait <= wanted + loose
            for wait, wanted in zip(waited, seconds, strict=True)
        )
        if not alike:
            most = "at most " if drawn else ""
            self._fail(f"{state} waits {most}{_seconds(seconds)}", f"it waited {_seconds(waited)}")
        return self

    def takes(self, seconds: float) -> "ExpectRun":
        """The execution takes so long, from start to end (virtual seconds, or scaled back)."""
        __tracebackhide__ = True
        scale = self.run.time_scale
        took = (self.run.duration or 0.0) / (scale or 1)
        loose = _REAL_SECONDS * 4 / (scale or 1) if scale is not None else _MILLISECOND
        if not seconds - _MILLISECOND <= took <= seconds + loose:
            self._fail(f"it takes {seconds:g} s", f"it took {took:.3f} s")
        return self

    def _ended(self, status: str, error: str | None) -> "ExpectRun":
        __tracebackhide__ = True
        if self.run.status != status or error not in (None, self.run.error):
            wanted = f"{status} {error}" if error else status
            happened = f"{self.run.status} {self.run.error}" if self.run.error else self.run.status
            because = f"; {self.run.cause}" if self.run.cause and status != self.run.status else ""
            self._fail(wanted, happened + because[:300])
        return self

    def _output(self, value: Any, *, part: bool) -> "ExpectRun":
        __tracebackhide__ = True
        if self.run.status != "SUCCEEDED":
            return self._ended("SUCCEEDED", None)
        difference = first_difference(value, self.run.output, part=part)
        if difference:
            self._fail(f"output {shown(value)}", f"output {shown(self.run.output)}", difference)
        return self

    def _visit(self, state: str) -> Visit:
        __tracebackhide__ = True
        found = [visit for visit in self.run.visits if visit.name == state]
        if not found:
            self._fail(f"{state} is entered", "it was not" + self._unknown(state))
        return found[-1]

    def _unknown(self, state: str) -> str:
        """Return that the machine has no such state: the test's mistake, not the machine's."""
        if self.run.machine.states and self.run.machine.state(state) is None:
            names = ", ".join(known.name for known in self.run.machine.states)
            return f": the machine has no state {state!r}; its states are {names}"
        return ""

    def _is_drawn(self, state: str) -> bool:
        known = self.run.machine.state(state)
        return known is not None and any(retrier.jitter for retrier in known.retriers)

    def _fail(self, expected: str, happened: str, difference: str | None = None) -> NoReturn:
        __tracebackhide__ = True
        _fail(expected, happened, difference, path_in_words(self.run))


class ExpectState:
    """Expectations of the test of a single state."""

    def __init__(self, tested: StateTest) -> None:
        self.tested = tested

    def succeeds(self) -> "ExpectState":
        """The state succeeded."""
        return self._status("SUCCEEDED", None)

    def fails(self, error: str | None = None) -> "ExpectState":
        """The state failed, with this error where one is given; nothing caught it or tries again."""
        return self._status("FAILED", error)

    def catches(self, error: str) -> "ExpectState":
        """A catcher took this error."""
        return self._status("CAUGHT_ERROR", error)

    def retries(self, error: str | None = None, after: float | None = None) -> "ExpectState":
        """A retrier would try again; `after` so many seconds, at most so many where they are drawn.

        TestState rounds the seconds.
        """
        __tracebackhide__ = True
        self._status("RETRIABLE", error)
        if after is None or self.tested.after is None:
            return self
        drawn = any(retrier.jitter for retrier in self.tested.state.retriers)
        if self.tested.after > after or (not drawn and self.tested.after != after):
            most = "at most " if drawn else ""
            self._fail(f"it is tried again after {most}{after:g} s", f"after {self.tested.after:g} s")
        return self

    def goes_to(self, state: str | None) -> "ExpectState":
        """This state comes next; None: its scope ends here."""
        __tracebackhide__ = True
        if self.tested.next != state or self.tested.status not in ("SUCCEEDED", "CAUGHT_ERROR"):
            self._fail(f"goes to {state or 'the end'}", self.tested.words)
        return self

    def output(self, value: Any) -> "ExpectState":
        """The state's output is this JSON value."""
        return self._output(value, part=False)

    def output_has(self, value: Any) -> "ExpectState":
        """The state's output has these fields with these values, and may have more."""
        return self._output(value, part=True)

    def _status(self, status: str, error: str | None) -> "ExpectState":
        __tracebackhide__ = True
        if self.tested.status != status or error not in (None, self.tested.error):
            happened = " ".join(filter(None, (self.tested.status, self.tested.error)))
            cause = f"; {self.tested.cause}" if self.tested.cause and self.tested.status != status else ""
            self._fail(f"{status} {error}" if error else status, happened + cause[:300])
        return self

    def _output(self, value: Any, *, part: bool) -> "ExpectState":
        __tracebackhide__ = True
        difference = first_difference(value, self.tested.output, part=part)
        if difference:
            self._fail(f"output {shown(value)}", f"output {shown(self.tested.output)}", difference)
        return self

    def _fail(self, expected: str, happened: str, difference: str | None = None) -> NoReturn:
        __tracebackhide__ = True
        _fail(expected, happened, difference, self.tested.words)


def _attempts(count: int) -> str:
    return f"{count} attempt{'' if count == 1 else 's'}"


def _seconds(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values) + " s" if values else "not at all"
