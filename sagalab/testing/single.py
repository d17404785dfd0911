"""One state alone: what it makes of an input and of a mocked answer, as TestState tells it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagalab.asl.check import check
from sagalab.asl.document import Machine, State
from sagalab.asl.engine.commands import CallTask, ReadItems
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.single import Mock, Single, begin, outcome
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded
from sagalab.errors import SagaLabError
from sagalab.rehearsal.coming import Answer, Call
from sagalab.rehearsal.rehearse import Script
from sagalab.rehearsal.world import BEGINNING
from sagalab.testing.choices import program_of
from sagalab.testing.items import Key, catch_key, exhausted_key, retrier_of, retry_key, way_key
from sagalab.testing.machines import machine_of
from sagalab.testing.seen import catcher_of

NO_MOCK = object()
_STATUSES = ("SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR")


@dataclass(frozen=True)
class StateTest:
    """What the test of a state came to.

    `status`: SUCCEEDED, FAILED, RETRIABLE (a retrier would try again, after `after` seconds) or CAUGHT_ERROR.
    `next`: the state that follows, None for the end. `output`: a JSON value, None where there is none.
    `error`, `cause`: texts or None. `rule`: which rule of a Choice held, from 0, -1 for its Default, None where
    that is not told. `retries`: how often it had been retried before, as the test was told.
    """

    state: State = field(repr=False)
    status: str
    output: Any = None
    next: str | None = None
    error: str | None = None
    cause: str | None = None
    after: float | None = None
    rule: int | None = None
    retries: int = 0

    @property
    def name(self) -> str:
        """The state's name."""
        return self.state.name

    @property
    def words(self) -> str:
        """The test in one line, such as "Charge ↷ CardDeclined → Refund"."""
        sign = {"SUCCEEDED": "✓", "CAUGHT_ERROR": "↷", "RETRIABLE": "⟳"}.get(self.status, "✗")
        said = f"{self.name} {sign}" + (f" {self.error}" if self.error else "")
        if self.status == "RETRIABLE":
            return (
                f"{said}, tried again after {self.after:g} s"
                if self.after is not None
                else f"{said}, tried again"
            )
        if self.status == "FAILED":
            return said
        return f"{said} → {self.next or 'end'}"

    def seen(self, machine: Machine) -> tuple[Counter[Key], list[str]]:
        """Return the items of a machine that the test came to, and what could not be told."""
        state = machine.state(self.name)
        if state is None:
            return Counter(), [f"A test was of the state {self.name!r}, which the definition does not have."]
        counts: Counter[Key] = Counter({("state", state.name, 0, ""): 1})
        notes: list[str] = []
        if self.status == "SUCCEEDED":
            self._left(state, counts, notes)
        elif self.status == "CAUGHT_ERROR":
            catcher, name = catcher_of(state, self.error, self.next)
            if catcher is not None and name is not None:
                counts[catch_key(catcher, name)] += 1
        retrier = retrier_of(state, self.error) if self.error is not None else None
        if retrier is not None and self.status == "RETRIABLE":
            counts[retry_key(retrier)] += 1
        elif retrier is not None and self.retries >= retrier.max_attempts:
            counts[exhausted_key(retrier)] += 1
        return counts, notes

    def _left(self, state: State, counts: Counter[Key], notes: list[str]) -> None:
        if state.type == "Choice":
            led = [way for way in state.transitions if way.target_name == self.next]
            if self.rule is not None:
                led = [way for way in led if (-1 if way.index is None else way.index) == self.rule]
            if len(led) == 1:
                counts[way_key(led[0])] += 1
            else:
                notes.append(f"Which rule of {state.name!r} led to {self.next!r} was not told.")
        elif self.next is None:
            if state.type not in ("Succeed", "Fail"):
                counts["next", state.name, 0, ""] += 1
        else:
            counts["next", state.name, 0, self.next] += 1

    def __repr__(self) -> str:
        return f"<StateTest {self.words}>"


def one_state(
    machine: Mapping[str, Any] | str | Path | Machine,
    name: str,
    input: Any = None,
    *,
    mock: Any = NO_MOCK,
    variables: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    retries: int = 0,
) -> StateTest:
    """Test one state of a machine in this process, as TestState does.

    `input`: a JSON value. `mock`: what the Task is answered, as a mock of `rehearse` (a value, an exception,
    `fails(…)`, a function); of a Map or Parallel its result or error. Without one a Task is stubbed.
    `variables`: those that the state sees; `context`: the whole context object; `retries`: how often it has
    been retried before. Raises SagaLabError for a machine that AWS would refuse and a state that it has not.
    """
    tree = machine_of(machine)
    state = state_of(tree, name)
    program = program_of(tree)
    if program is None:
        raise SagaLabError(
            f"AWS would refuse this state machine: {check(tree)[0].words}",
            "Mend it first; lint() shows every finding with its place.",
        )
    single = Single(_inner_mock(state, mock), retries)
    run, commands = begin(
        program,
        name,
        json_text({} if input is None else input),
        BEGINNING,
        execution=Names(seed="0"),
        variables=dict(variables or {}),
        context=dict(context) if context is not None else None,
        how=single,
    )
    for command in commands:
        if isinstance(command, (CallTask, ReadItems)):
            run.tell(_told(command, answer_of(tree, command, mock)))
    tested = outcome(run)
    trace = run.trace or {}
    rule = trace.get("rule", ...)
    details = trace.get("errorDetails", {})
    return StateTest(
        state,
        tested.status,
        None if tested.output is None else json.loads(tested.output),
        tested.next_state,
        tested.error,
        tested.cause,
        details.get("retryBackoffIntervalSeconds") if tested.status == "RETRIABLE" else None,
        None if rule is ... else -1 if rule is None else rule,
        retries,
    )


def state_of(machine: Machine, name: str) -> State:
    """Return a state of a machine. Raises SagaLabError with the names that there are."""
    state = machine.state(name)
    if state is None:
        raise SagaLabError(
            f"The state machine has no state {name!r}.",
            f"Its states are {', '.join(state.name for state in machine.states)}.",
        )
    return state


def answer_of(machine: Machine, command: CallTask | ReadItems, mock: Any) -> Answer:
    """Return what a mock answers to a state's call; without one its stub."""
    mocks = {} if mock is NO_MOCK or not isinstance(command, CallTask) else {command.state: mock}
    answer = Script(machine, mocks, {})(Call(0, command, BEGINNING))
    assert isinstance(answer, Answer)  # only the course's services sleep
    return answer


def _inner_mock(state: State, mock: Any) -> Mock | None:
    """Return the mock of a Map or Parallel, which stands for all that is inside."""
    if state.type not in ("Map", "Parallel"):
        if mock is not NO_MOCK and state.type != "Task":
            raise SagaLabError(
                f"{state.name!r} is a {state.type} state: it calls nothing that a mock could answer.",
                "Leave the mock out; only Task, Map and Parallel states take one.",
            )
        return None
    if mock is NO_MOCK:
        raise SagaLabError(
            f"{state.name!r} is a {state.type} state: alone it needs a mock, for what is inside does not run.",
            'Give its result or its error: mock=[…] or mock=fails("Name").',
        )
    if isinstance(mock, Answer):
        return Mock(mock.result, mock.error, mock.cause, failed=mock.failed)
    if isinstance(mock, BaseException):
        return Mock(None, type(mock).__name__, str(mock), failed=True)
    if not isinstance(mock, list):
        raise SagaLabError(f"The result of {state.name!r} is a list.", "Mock it as one: mock=[…].")
    return Mock(mock)


def _told(command: CallTask | ReadItems, answer: Answer) -> TaskSucceeded | TaskFailed:
    if answer.forever:
        return TaskFailed(BEGINNING, command.task, "States.Timeout", None)
    if answer.failed:
        return TaskFailed(BEGINNING, command.task, answer.error, answer.cause)
    return TaskSucceeded(BEGINNING, command.task, answer.result)
