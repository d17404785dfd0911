"""Which rule of a Choice a run took: by where it went, and where rules share a target, by evaluating them anew."""

from functools import lru_cache
from typing import Any

from sagalab.asl.check import check
from sagalab.asl.document import Machine, State
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.single import begin
from sagalab.asl.parts import Transition
from sagalab.asl.text import read_text
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit


class ChoicesTaken:
    """Tells the way that each visit of a Choice took; `notes` say which could not be told."""

    def __init__(self, machine: Machine, run: Execution) -> None:
        self.machine, self.run = machine, run
        self.notes: list[str] = []

    def way(self, state: State, visit: Visit) -> Transition | None:
        """Return the rule or Default that a visit took; None when neither history nor rules tell."""
        if visit.next is None:
            return None
        led = [way for way in state.transitions if way.target_name == visit.next.name]
        if len(led) < 2:
            return led[0] if led else None
        taken = self._evaluated(state, visit)
        if taken in led:
            return taken
        note = f"Which rule of {state.name!r} led to {visit.next.name!r} cannot be told from the history."
        if note not in self.notes:
            self.notes.append(note)
        return None

    def _evaluated(self, state: State, visit: Visit) -> Transition | None:
        program = program_of(self.machine)
        if program is None:
            return None
        given: Any = visit.raw_input  # a log group may hold the value itself
        text = given if isinstance(given, str) else json_text({} if given is None else given)
        try:
            run, _ = begin(
                program, state.name, text, 0, variables=self._variables(visit), context=self._context(visit)
            )
        except ValueError:  # the input was cut short
            return None
        if run.status != "SUCCEEDED" or run.trace is None or "rule" not in run.trace:
            return None
        return next((way for way in state.transitions if way.index == run.trace["rule"]), None)

    def _variables(self, visit: Visit) -> dict[str, Any]:
        """Return the variables that a visit saw: assigned before in its sequence of states, and around it."""
        seen: dict[str, Any] = self._variables(visit.parent) if visit.parent is not None else {}
        place = _thread(visit)
        for earlier in self.run.visits[: visit.index]:
            if _thread(earlier) == place:
                seen |= earlier.assigned
        return seen

    def _context(self, visit: Visit) -> dict[str, Any]:
        arn = self.run.arn or "arn:aws:states:us-east-1:123456789012:execution:machine:run"
        machine = ":".join([*arn.split(":")[:5], "stateMachine", *arn.split(":")[6:7]])
        return {
            "Execution": {
                "Id": arn,
                "Input": self.run.input,
                "Name": arn.rpartition(":")[2],
                "StartTime": _time(self.run.started),
            },
            "State": {"EnteredTime": _time(visit.entered), "Name": visit.name},
            "StateMachine": {"Id": machine, "Name": machine.rpartition(":")[2]},
        } | ({"Map": {"Item": {"Index": visit.iteration}}} if visit.iteration is not None else {})


def _thread(visit: Visit) -> tuple[Any, ...]:
    return visit.parent, visit.branch, visit.iteration, visit.round


def _time(at: Any) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at is not None else ""


def program_of(machine: Machine) -> Program | None:
    """Return a machine prepared to run, once for each text; None for one that AWS would refuse."""
    return _program(json_text(machine.body))


@lru_cache(maxsize=32)
def _program(text: str) -> Program | None:
    machine = read_text(text)
    return None if check(machine) else Program(machine)
