"""What the user says about a saga: on the command line, from Python, or in a YAML file beside the machine.

`my.asl.json` has `my.saga.yaml` beside it. Its fields, none of which must be there:

    undo: {ChargeCard: RefundCard}      # which undo undoes which step (or a list: one of them is enough)
    reads: [CheckStock]                 # these tasks change nothing that would have to be undone
    optional: [AddLoyaltyPoints]        # the saga may succeed without these steps
    pivot: ShipOrder                    # once this is done the saga only goes forward
    input: {orderId: o-1}               # of the execution
    tasks: {ChargeCard: {id: c-1}}      # what a task answers (a function: its result)
    without: [unreadable]               # kinds of faults to leave out
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sagalab.asl.document import Machine
from sagalab.errors import SagaLabError

FIELDS = ("undo", "reads", "optional", "pivot", "input", "tasks", "without")
NOTHING: Any = object()  # no input was given (null is one)


@dataclass(frozen=True)
class Given:
    """What was said about a saga. Names are those of its states."""

    undo: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    pivot: str | None = None
    input: Any = NOTHING
    tasks: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def over(self, other: "Given") -> "Given":
        """Return what both say; where they differ, this one counts."""
        return Given(
            {**other.undo, **self.undo},
            self.reads | other.reads,
            self.optional | other.optional,
            self.pivot or other.pivot,
            other.input if self.input is NOTHING else self.input,
            {**other.tasks, **self.tasks},
            self.without | other.without,
        )

    def check(self, machine: Machine, kinds: Iterable[str]) -> None:
        """Raise SagaLabError for a name that the machine does not have, and for an unknown kind of fault."""
        tasks = [state.name for state in machine.states if state.type == "Task"]
        undos = {undo for several in self.undo.values() for undo in several}
        named = [*self.undo, *sorted(undos), *self.reads, *self.optional, *self.tasks]
        for name in [*named, *([self.pivot] if self.pivot else [])]:
            if name not in tasks:
                raise SagaLabError(
                    f"The state machine has no task {name!r}.", f"Its tasks are {', '.join(tasks) or 'none'}."
                )
        for kind in sorted(self.without):
            if kind not in kinds:
                raise SagaLabError(f"There is no kind of fault {kind!r}.", f"Take of {', '.join(kinds)}.")
        both = sorted(self.reads & {*self.undo, *undos})
        if both:
            raise SagaLabError(
                f"{both[0]} is said to change nothing and to be a step or an undo.", "Say one of the two."
            )


def saga_file(machine: Path) -> Path:
    """Return the path of the YAML file beside a machine's file, whether or not it exists."""
    stem = machine.name
    for ending in (".json", ".yaml", ".yml", ".asl"):
        stem = stem.removesuffix(ending)
    return machine.with_name(f"{stem}.saga.yaml")


def read_saga_file(path: Path) -> Given:
    """Read a saga file. Raises SagaLabError for what cannot be read, an unknown field or a wrong type."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SagaLabError(f"{path} cannot be read: {error.strerror}.", "Give the path of a file.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise SagaLabError(f"{path.name} is no YAML: {first}.", "Correct it at that place.") from None
    return from_fields({} if said is None else said, path.name)


def from_fields(said: Any, where: str) -> Given:
    """Return what a saga file's value says; `where` names it in errors."""
    if not isinstance(said, Mapping):
        raise SagaLabError(f"{where} holds no fields.", f"Its fields are {', '.join(FIELDS)}.")
    for name in said:
        if name not in FIELDS:
            raise SagaLabError(f"{where} has the field {name!r}.", f"Its fields are {', '.join(FIELDS)}.")
    for name in ("undo", "tasks"):
        if not _is_map(said.get(name), (str, list) if name == "undo" else object):
            raise SagaLabError(f"{where}: {name} is no map of names.", f"Write {name}: {{Name: …}}.")
    pivot = said.get("pivot")
    if pivot is not None and not isinstance(pivot, str):
        raise SagaLabError(f"{where}: pivot is no name of a task.", "Write pivot: Name.")
    lists = {name: _names(said.get(name), name, where) for name in ("reads", "optional", "without")}
    return Given(
        undo=undos_of(said.get("undo") or {}, where),
        pivot=pivot,
        input=said.get("input", NOTHING),
        tasks=said.get("tasks") or {},
        **lists,
    )


def undos_of(said: Mapping[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    """Return the undos of each step, of one name or a list. Raises SagaLabError for anything else."""
    return {
        step: (undo,) if isinstance(undo, str) else tuple(sorted(_names(undo, "undo", where)))
        for step, undo in said.items()
    }


def _is_map(value: Any, kind: Any) -> bool:
    return value is None or (
        isinstance(value, Mapping)
        and all(isinstance(key, str) and isinstance(item, kind) for key, item in value.items())
    )


def _names(value: Any, name: str, where: str) -> frozenset[str]:
    listed = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise SagaLabError(f"{where}: {name} is no list of names.", f"Write {name}: [One, Other].")
    return frozenset(listed)
