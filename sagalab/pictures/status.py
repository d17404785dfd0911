"""What an execution did to each state and transition of a picture."""

from dataclasses import dataclass, field
from typing import Any

from sagalab.pictures.graph import Edge, MachineGraph, Node, thread_of

_WORST_FIRST = ("running", "failed", "timed_out", "aborted", "caught", "succeeded")


@dataclass
class NodeRun:
    """The visits of one state. `status` is that of the last visit in each branch or iteration, the
    worst of them; `counts` says how many visits ended with which status."""

    visits: list = field(default_factory=list)
    status: str = "not_reached"
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        """Attempts of the last visit, or of the one that needed most where there are several."""
        return max((visit.tries for visit in self.visits), default=0)

    @property
    def tries_in_words(self) -> str:
        """The attempts of that visit, those after a redrive told apart."""
        return max(self.visits, key=lambda visit: visit.tries).tries_in_words if self.visits else ""

    @property
    def seconds(self) -> float | None:
        """Seconds in this state, over all visits; None while one is not over."""
        spent = [visit.duration for visit in self.visits]
        return None if None in spent or not spent else sum(spent)

    @property
    def error(self) -> str | None:
        """The error that struck last and ended a visit."""
        struck = [visit.caught_error or visit.error for visit in self.visits if visit.status != "running"]
        return next((error for error in reversed(struck) if error), None)

    @property
    def retried(self) -> str | None:
        """The error of the last attempt that was tried again, if no error ended the last visit."""
        visit = self.visits[-1] if self.visits else None
        if visit is None or visit.status not in ("succeeded", "running"):
            return None
        failed = [attempt.error for attempt in [*visit.attempts, *visit.rounds] if attempt.error]
        return failed[-1] if failed else None

    @property
    def iterations(self) -> dict[str, int]:
        """Of a Map: how many items ended with which status, over all visits."""
        counts: dict[str, int] = {}
        for visit in self.visits:
            for iteration in visit.iterations:
                counts[iteration.status] = counts.get(iteration.status, 0) + 1
        return counts


@dataclass
class Overlay:
    """An execution laid over a graph: runs by node, step numbers by edge, which scopes were begun
    (`started`) and which nodes their scope ended in (`ended`)."""

    nodes: dict[Node, NodeRun]
    steps: dict[Edge, list[int]]
    started: set[Node]
    ended: set[Node]


def overlay(graph: MachineGraph, visits: list) -> Overlay:
    """Lay visits over a graph (states that it lacks are added). Linear in the number of visits."""
    result = Overlay({node: NodeRun() for node in graph.nodes}, {}, set(), set())
    last: dict[tuple, tuple[Node, Any]] = {}
    step = 0
    for visit, (node, edge) in zip(visits, graph.place(visits), strict=True):
        run = result.nodes.setdefault(node, NodeRun())
        run.visits.append(visit)
        run.counts[visit.status] = run.counts.get(visit.status, 0) + 1
        if edge is None:
            result.started.add(node)
        else:
            step += 1
            result.steps.setdefault(edge, []).append(step)
        last[thread_of(visit)] = (node, visit)
    for node, visit in last.values():
        if node.ends and (visit.status == "succeeded" or node.type == "Fail"):
            result.ended.add(node)
    for run in result.nodes.values():
        finals = {thread_of(visit): visit.status for visit in run.visits}
        run.status = next((status for status in _WORST_FIRST if status in finals.values()), "not_reached")
    return result
