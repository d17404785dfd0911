"""Fault plans in this process: one tree of worlds, which branch where a fault may strike and not before.

Plans that begin alike share their beginning: which fault a task meets is decided when the task is first called.
A commit that comes late is let land at every later moment that matters: before each call that follows, and after
the end, as long as Lambda's time limit lets the function live and its commit would change a table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sagalab.asl import document
from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.frame import TASK
from sagalab.asl.engine.history import as_boto, json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import judge
from sagalab.orders.faults import DEFAULT_MS, Fault, FaultPlan
from sagalab.orders.orders import make_order
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.coming import Awake, Pending
from sagalab.rehearsal.edition import SHORT_SECONDS
from sagalab.rehearsal.result import Case
from sagalab.rehearsal.services.addresses import function_task, payload_of, task_of
from sagalab.rehearsal.services.outcome import Outcome
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import World

Advance = Callable[[int, int], None]  # (how many plans are judged, of how many)
ORDER_ID = "4e1b0c52-rehearsed"  # triggers none of the seed's errors
ORDER_DATE = "2026-01-01T00:00:00+00:00"
MOST_EVENTS = 500  # of a run that goes on for ever, such as one that tries again without end: it is left then
_OPEN = {"decided": "while it runs"}  # the order's `faults` until a task asks for its own


def order(faults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the order that is explored, with these `faults`."""
    return {**make_order(ORDER_ID), "order_date": ORDER_DATE, "faults": dict(faults)}


def fitted(plan: FaultPlan, lasts: Mapping[str, int]) -> FaultPlan:
    """Return the plan whose faults outlast the time limits of a machine's tasks (see `outlasting`)."""
    return FaultPlan(tuple(_fitted(fault, lasts) for fault in plan.faults))


def outlasting(machine: document.Machine) -> dict[str, int]:
    """Return task → how many milliseconds outlast its TimeoutSeconds, where a machine calls its function."""
    found: dict[str, int] = {}
    for state in machine.states:
        task = _called(state)
        if task is not None:
            limit = state.body.get("TimeoutSeconds")
            lasts = (limit if isinstance(limit, int) else SHORT_SECONDS) * 1000 + plans.OVER_MS
            found[task] = max(lasts, found.get(task, 0))
    return found


def _called(state: document.State) -> str | None:
    given = state.body.get("Arguments") or state.body.get("Parameters")
    name = given.get("FunctionName") if isinstance(given, Mapping) else None
    resource = None if state.resource is None else state.resource.arn
    return function_task(name) or function_task(resource)


def _fitted(fault: Fault, lasts: Mapping[str, int]) -> Fault:
    ms = plans.SLOW_MS if fault.kind == "slow" else lasts.get(fault.task, DEFAULT_MS["late"])
    return replace(fault, ms=ms if fault.kind in DEFAULT_MS else None)


class _Struck(Services):
    """Services whose faults are decided while they run."""

    decided: Mapping[str, Fault | None]

    def event(self, ask: CallTask, task: str) -> Any:
        event = super().event(ask, task)
        if not is_open(event):
            return event
        fault = self.decided[task]
        return {**event, "faults": {} if fault is None else fault.to_dict()}

    def result(self, outcome: Outcome) -> Any:
        found = outcome.result
        return {**found, "faults": _OPEN} if isinstance(found, dict) and "faults" in found else found


def is_open(event: Any) -> bool:
    """Tell whether the order that a function gets still has its fault plan, which is to be decided."""
    return isinstance(event, Mapping) and event.get("faults") == _OPEN


@dataclass
class _Node:
    """A world, and the plans that fit what was decided in it. `held`: late commits that wait for their moment."""

    world: World
    plans: Sequence[FaultPlan]
    called: frozenset[str] = frozenset()
    late: bool = False  # its late commits land by choice, no more by the clock
    held: list[Pending] = field(default_factory=list)
    landed: tuple[str, ...] = ()

    @property
    def services(self) -> _Struck:
        return self.world.answering  # type: ignore[return-value]

    @property
    def run(self) -> Run:
        return self.world.runs[0]

    def fork(self, chosen: Sequence[FaultPlan] | None = None) -> "_Node":
        """Return a node that goes its own way, with the plans that it keeps."""
        kept = self.plans if chosen is None else chosen
        return replace(self, world=self.world.copy(), plans=kept, held=self.held[:])


def grow(
    machine: document.Machine,
    program: Program,
    chosen: Sequence[FaultPlan],
    *,
    seed: int | str = 1,
    moments: bool = True,
    code: Mapping[str, str] | None = None,
) -> Iterator[tuple[list[FaultPlan], Case]]:
    """Run a machine under plans; yield the plans that share a run, and the run's case (with one of the plans).

    With `moments` a plan may come again: with a late commit that landed at another moment than the clock's
    (`case.landed` says when). `code` gives other sources for modules of lambdas/, as `Services` takes them.
    """
    services = _Struck(seed, code=code)
    services.decided = {}
    lasts = outlasting(machine)
    by_task = {plan: {fault.task: _fitted(fault, lasts) for fault in plan.faults} for plan in chosen}
    world = World(services)
    world.start(program, json_text(order(_OPEN)), Names(seed=str(seed)))
    stack = [_Node(world, chosen)] if chosen else []
    while stack:
        node = stack.pop()
        while (coming := node.world.next()) is not None and not _is_over(node.run):
            if len(node.run.events) >= MOST_EVENTS:
                break
            task = _task_called(coming)
            if task is not None:
                if node.late:
                    stack += _landings(node, f"before {coming.what.state}")  # type: ignore[union-attr]
                stack += _branches(node, task, coming, by_task)
            node.world.step()
            stack += _held(node, moments)
        yield from _leaf(node, machine, stack)


def _task_called(coming: Pending) -> str | None:
    return task_of(coming.what) if isinstance(coming.what, CallTask) else None


def _branches(
    node: _Node, task: str, coming: Pending, by_task: Mapping[FaultPlan, Mapping[str, Fault]]
) -> list[_Node]:
    """Decide which fault a task meets that is called for the first time; return the nodes in which it meets others."""
    node.called |= {task}
    services = node.services
    if task in services.decided or not is_open(payload_of(coming.what)):  # type: ignore[arg-type]
        return []
    groups: dict[Fault | None, list[FaultPlan]] = {}
    for plan in node.plans:
        groups.setdefault(by_task[plan].get(task), []).append(plan)
    first, *others = sorted(groups, key=lambda fault: fault is not None)
    found = []
    for fault in reversed(others):
        child = node.fork(groups[fault])
        child.services.decided = {**services.decided, task: fault}
        found.append(child)
    node.plans = groups[first]
    services.decided = {**services.decided, task: first}
    return found


# late commits


def _held(node: _Node, moments: bool) -> list[_Node]:
    """Hold back the commits that have just become late; return the node in which they are, when the first will be.

    It begins while the function sleeps, before its state times out: the wait of a retry is drawn then.
    """
    asleep = node.world.asleep() if moments else []
    if node.late:
        for one in asleep:
            if node.world.is_orphan(one) and not _is_killed(one):
                node.world.hold(one)
                node.held.append(one)
        return []
    if node.landed or not any(_comes_late(node, one) for one in asleep):
        return []
    node.landed = ("by the clock",)
    child = node.fork()
    child.landed, child.late = (), True
    # As quick as the machine can be: its jitter may be 0, and a commit that is late lives only for so long.
    child.run.random = _none  # type: ignore[method-assign]
    return [child]


def _comes_late(node: _Node, asleep: Pending) -> bool:
    assert isinstance(asleep.what, Awake)
    fault = node.services.decided.get(task_of(asleep.what.ask) or "")
    return fault is not None and fault.kind == "late"


def _none() -> float:
    return 0.0


def _is_killed(pending: Pending) -> bool:
    return isinstance(pending.what, Awake) and pending.what.work.killed


def _landings(node: _Node, when: str) -> list[_Node]:
    """Return the nodes in which a held commit lands now; none where it would change nothing."""
    node.held = [one for one in node.held if one.what.work.deadline >= node.world.now]  # type: ignore[union-attr]
    found, tried = [], set()
    for one in node.held:
        awake = one.what
        assert isinstance(awake, Awake)
        same = (awake.work.function, awake.work.event)
        if same in tried:
            continue
        tried.add(same)
        trial = node.services.copy()
        trial.wake(awake, node.world.now)
        if trial.same_business(node.services):
            continue
        child = node.fork()
        child.held.remove(one)
        child.world.let(one)
        child.landed = (*node.landed, f"{task_of(awake.ask)} committed {when}")
        found.append(child)
    return found


# ends


def _is_over(run: Run) -> bool:
    """Tell whether a run has ended, or only waits for a human."""
    if run.status != "RUNNING":
        return True
    waiting = [frame for frame in run.frames.values() if not frame.inner]
    return bool(waiting) and all(
        frame.phase == TASK and frame.token is not None and frame.submitted for frame in waiting
    )


def _leaf(
    node: _Node, machine: document.Machine, stack: list[_Node]
) -> Iterator[tuple[list[FaultPlan], Case]]:
    if node.late:
        stack += _landings(node, "after the end")
        if not node.landed:
            return  # what never lands is another plan's run: `timeout` before the commit
    run, world = node.run, node.world
    world.settle()
    execution = Execution.from_history(as_boto(run.events), machine.body)
    ledger = node.services.ledger(order({}), world.now)
    ended = "ended" if run.status != "RUNNING" else "parked" if _is_over(run) else "overdue"
    landed = "; ".join(node.landed) if node.late else ""
    case = Case.of(node.plans[0], execution, judge(ledger, execution), node.called, ended)
    yield list(node.plans), replace(case, execution=execution if landed else None, landed=landed)
