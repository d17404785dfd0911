"""Where tests of machines run: in this process (rehearsal), on the local cloud, or on AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sagalab.asl.document import Machine
from sagalab.history.execution import Execution
from sagalab.rehearsal.rehearse import rehearse
from sagalab.testing.mocks import Mocks
from sagalab.testing.single import NO_MOCK, StateTest, one_state


class NotHere(Exception):
    """A test cannot run in this place; the text says why. It is skipped, not failed."""


@dataclass(frozen=True)
class WholeRun:
    """A run of a whole machine that a test asks for; `file` is the name of its definition's file."""

    machine: Machine
    file: str
    input: Any = None
    mocks: Mocks = field(default_factory=dict)
    faults: Mocks = field(default_factory=dict)
    seed: int | str = 0


@dataclass(frozen=True)
class OneState:
    """The test of a single state that a test asks for."""

    machine: Machine
    file: str
    name: str
    input: Any = None
    mock: Any = NO_MOCK
    variables: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] | None = None
    retries: int = 0


class Place(Protocol):
    """Runs what tests ask for. Raises SagaLabError for a mistake, NotHere for what only another place can."""

    def open(self) -> None:
        """Make sure that the place can be reached, before the first test. Raises SagaLabError when it cannot."""
        ...

    def run(self, asked: WholeRun) -> Execution:
        """Run a whole machine to its end."""
        ...

    def state(self, asked: OneState) -> StateTest:
        """Test a single state."""
        ...

    def close(self) -> None:
        """Remove what was made for the tests."""
        ...


class Rehearsal:
    """In this process, in virtual time."""

    def open(self) -> None:
        """It is always there."""

    def run(self, asked: WholeRun) -> Execution:
        """Rehearse a whole machine."""
        return rehearse(asked.machine, asked.input, tasks=asked.mocks, faults=asked.faults, seed=asked.seed)

    def state(self, asked: OneState) -> StateTest:
        """Test a single state by the interpreter."""
        return one_state(
            asked.machine,
            asked.name,
            asked.input,
            mock=asked.mock,
            variables=asked.variables,
            context=asked.context,
            retries=asked.retries,
        )

    def close(self) -> None:
        """Nothing was made."""
