"""One trial: the machine run in virtual time with the answers of its happy path, and faults that strike it."""

import json
from dataclasses import dataclass
from typing import Any

from sagalab.asl.document import Machine
from sagalab.asl.engine.commands import CallTask, ReadItems
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import as_boto, json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.graph import around
from sagalab.history.execution import Execution
from sagalab.rehearsal.any_saga.acts import Act, Place, Run
from sagalab.rehearsal.any_saga.answers import Answers
from sagalab.rehearsal.any_saga.faults import Fault
from sagalab.rehearsal.coming import Answer, Call
from sagalab.rehearsal.world import World

TASK_MS = 200  # how long a task works: shorter than any TimeoutSeconds or HeartbeatSeconds can be
SOON_MS = 100  # when a fault strikes: while the tasks beside it are still at work
LATE_MS = 600_000  # or when they are long over
# A run goes round for ever when it comes to a task (of one item) so often, or takes so many steps of the world.
ROUNDS, STEPS = 12, 20_000
_SHOWN = 40  # states of the path of such a run


@dataclass
class Stage:
    """A machine made ready for trials: its program, its answers, its input, and which tasks have an effect."""

    machine: Machine
    program: Program
    answers: Answers
    input: Any
    effects: frozenset[str]

    def __post_init__(self) -> None:
        self.text = json_text(self.input)
        self.maps = {
            state.name: [outer.name for outer in around(state)[1:] if outer.type == "Map"]
            for state in self.machine.states
        }

    def run(self, plan: tuple[Fault, ...] = ()) -> Run:
        """Run the machine once under a plan."""
        return self._go(plan)[0]

    def execution(self, plan: tuple[Fault, ...] = ()) -> Execution:
        """Run the machine once under a plan; return its Execution, for pictures."""
        _, world = self._go(plan)
        return Execution.from_history(as_boto(world.runs[0].events), self.machine.body)

    def _go(self, plan: tuple[Fault, ...]) -> tuple[Run, World]:
        acts: list[Act] = []
        striking = {fault.state: fault for fault in plan}
        counts: dict[str, int] = {}
        visited: dict[tuple[str, Place], tuple[Any, int]] = {}
        most = [0]

        def answering(call: Call) -> Answer:
            ask = call.ask
            if not isinstance(ask, CallTask):
                items = self.answers.items(ask.state)
                return Answer(items if isinstance(ask, ReadItems) else {"Bucket": "bucket", "Key": "key"})
            place, visit = self._place(world, call)
            effect = ask.state in self.effects
            last, rounds = visited.get((ask.state, place), (None, 0))
            if visit != last:
                visited[(ask.state, place)] = (visit, rounds + 1)
                most[0] = max(most[0], rounds + 1)
            fault = striking.get(ask.state)
            if fault is not None and (fault.item is None or not place or place[-1][1] == fault.item):
                count = counts[ask.state] = counts.get(ask.state, 0) + 1
                if fault.times is None or count <= fault.times:
                    heard = fault.kind in ("refusal", "unreadable")
                    acts.append(Act(ask.state, visit, place, effect and fault.after, heard))
                    return _struck(fault, ask, self.answers)
            acts.append(Act(ask.state, visit, place, effect, True))
            return self.answers.of(ask, TASK_MS)

        world = World(answering)
        number = world.start(self.program, self.text, Names(seed="0"))
        run = world.runs[number]
        steps = 0
        while run.status == "RUNNING" and most[0] <= ROUNDS and steps < STEPS and world.step():
            steps += 1
        path = tuple(name for each in world.runs for name in _entered(each.events))
        running = run.status == "RUNNING"
        turning = running and (most[0] > ROUNDS or steps >= STEPS)
        if turning:
            path = path[:_SHOWN]
        return Run(
            tuple(acts), path, run.status, run.error, run.cause, running and not turning, turning
        ), world

    def _place(self, world: World, call: Call) -> tuple[Place, Any]:
        """Return the items of Map states in which a call stands, and what tells its visit apart."""
        run = world.runs[call.run]
        frame = run.frames[call.ask.frame]  # type: ignore[union-attr]
        visit = (call.run, frame.id, frame.entered)
        names = self.maps[call.ask.state]
        if not names:
            return (), visit
        numbers: list[int] = []
        while frame.parent is not None:
            parent = run.frames[frame.parent]
            if self.machine.by_name[parent.state].type == "Map":
                numbers.append(frame.index)
            frame = parent
        if frame.item is not None:  # a child execution of a distributed Map
            numbers.append(frame.item["Index"])
        return tuple(reversed(list(zip(names, numbers, strict=False)))), visit


def _entered(events: list[dict[str, Any]]) -> list[str]:
    return [
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    ]


def _struck(fault: Fault, ask: CallTask, answers: Answers) -> Answer:
    if fault.kind == "unreadable":
        return answers.unreadable(ask, TASK_MS)
    if fault.answer is not None:
        return answers.of(ask, TASK_MS, json.loads(fault.answer))
    limits = [limit for limit in (ask.timeout_seconds, ask.heartbeat_seconds) if limit]
    if fault.error in ("States.Timeout", ""):
        return Answer(forever=True, submitted=_submitted(ask))
    after_ms = SOON_MS
    if fault.late:
        after_ms = min([LATE_MS, *(limit * 500 for limit in limits)])
    if fault.kind == "timeout":
        after_ms = 900_000 if not limits else after_ms  # Lambda's own limit: 15 minutes at most
    answered = fault.kind in ("business", "unforeseen")  # the service took the request, then failed
    return Answer(
        error=fault.error,
        cause="A fault of the explorer.",
        failed=True,
        after_ms=after_ms,
        submitted=_submitted(ask) if answered else None,
    )


def _submitted(ask: CallTask) -> Any:
    return {} if ask.resource.pattern is not None else None
