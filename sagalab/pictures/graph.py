"""A state machine as the nodes and edges of a picture, out of a definition or out of a history.

Reads any ASL, also one that is wrong: a transition to a state that does not exist leads to a
node marked `missing`, a state without a type is a node all the same. Rules or catchers that share
a target are one edge (asl_graph.py keeps them apart, for the lint).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sagalab.pictures.choice_labels import choice_label


@dataclass
class Scope:
    """One level of states: the machine itself, a branch of a Parallel or the processor of a Map."""

    owner: "Node | None" = None
    branch: int = 0
    start: "Node | None" = None
    nodes: dict[str, "Node"] = field(default_factory=dict)
    edges: list["Edge"] = field(default_factory=list)


@dataclass(eq=False)
class Node:
    """A state. `id` is n0, n1, … in the order of the definition, whatever the state is called."""

    id: str
    name: str
    type: str
    state: dict
    scope: Scope
    inner: list[Scope] = field(default_factory=list)
    ends: bool = False
    missing: bool = False


@dataclass(eq=False)
class Edge:
    """A transition. `kind` is next, choice, default or catch; `labels` one text for each rule or
    catcher that was merged into it (two rules with one target are one edge)."""

    source: Node
    target: Node
    kind: str
    labels: list[str] = field(default_factory=list)


class MachineGraph:
    """All states of a machine, nested ones included, by scope.

    `top` is the outermost Scope; `nodes` lists every node in the order of the ids.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.top = Scope()

    @classmethod
    def from_definition(cls, definition: dict) -> "MachineGraph":
        """Read an ASL document (a dict). Never raises for what is wrong inside it."""
        graph = cls()
        graph._read(definition if isinstance(definition, dict) else {}, graph.top)
        return graph

    @classmethod
    def from_visits(cls, visits: list) -> "MachineGraph":
        """Draw the machine out of an execution's visits: only what was entered is there."""
        graph = cls()
        graph.place(visits)
        return graph

    def place(self, visits: list) -> list[tuple[Node, Edge | None]]:
        """Find each visit's node and the edge by which it was entered (None: the scope's start).

        What is not in the graph, because there was no definition or another one, is added to it.
        """
        placed: list[tuple[Node, Edge | None]] = []
        scopes = {(node, scope.branch): scope for node in self.nodes for scope in node.inner}
        edges: dict[tuple, Edge] = {}
        for scope in self.scopes():
            for edge in scope.edges:
                edges.setdefault((edge.source, edge.target, edge.kind == "catch"), edge)
        node_of: dict[int, Node] = {}
        last: dict[tuple, object] = {}
        for visit in visits:
            owner = node_of.get(id(visit.parent)) if visit.parent is not None else None
            branch = visit.branch or 0
            scope = scopes.get((owner, branch)) if owner else self.top
            if scope is None:
                scope = scopes[owner, branch] = Scope(owner, branch)
                owner.inner.append(scope)
            node = scope.nodes.get(visit.name) or self._add(visit.name, {"Type": visit.type}, scope)
            node_of[id(visit)] = node
            thread = thread_of(visit)
            before = last.get(thread)
            edge = None
            if before is None:
                scope.start = scope.start or node
            else:
                caught = before.status == "caught"
                key = (node_of[id(before)], node, caught)
                edge = edges.get(key) or edges.get((*key[:2], not caught))
                if edge is None:
                    labels = [before.caught_error] if caught and before.caught_error else []
                    edge = edges[key] = self._connect(
                        scope, key[0], node, "catch" if caught else "next", labels
                    )
            placed.append((node, edge))
            last[thread] = visit
        for visit in last.values():
            node = node_of[id(visit)]
            if not any(edge.source is node for edge in node.scope.edges):
                node.ends = node.ends or visit.status == "succeeded" or visit.type == "Fail"
        return placed

    def scopes(self) -> Iterator[Scope]:
        """Yield every scope, the outermost first."""
        yield self.top
        for node in self.nodes:
            yield from node.inner

    def _add(self, name: str, state: dict, scope: Scope, missing: bool = False) -> Node:
        node = Node(f"n{len(self.nodes)}", name, str(state.get("Type", "")), state, scope, missing=missing)
        self.nodes.append(node)
        scope.nodes[name] = node
        return node

    @staticmethod
    def _connect(scope: Scope, source: Node, target: Node, kind: str, labels: list[str]) -> Edge:
        for edge in scope.edges:
            if edge.source is source and edge.target is target and edge.kind == kind:
                edge.labels += [label for label in labels if label not in edge.labels]
                return edge
        scope.edges.append(Edge(source, target, kind, list(labels)))
        return scope.edges[-1]

    def _read(self, machine: dict, scope: Scope) -> None:
        """Fill a scope: first every state, so that ids follow the definition, then the edges."""
        states = machine.get("States")
        states = states if isinstance(states, dict) else {}
        for name, state in states.items():
            state = state if isinstance(state, dict) else {}
            node = self._add(str(name), state, scope)
            for branch, inner in enumerate(_inner_machines(state)):
                node.inner.append(Scope(node, branch))
                self._read(inner, node.inner[-1])
        if machine.get("StartAt") is not None:
            scope.start = self._target(scope, machine["StartAt"])
        for node in [node for node in scope.nodes.values() if not node.missing]:
            self._read_edges(node, scope)

    def _target(self, scope: Scope, name: object) -> Node:
        found = scope.nodes.get(str(name))
        return found or self._add(str(name), {}, scope, missing=True)

    def _read_edges(self, node: Node, scope: Scope) -> None:
        state = node.state
        node.ends = state.get("End") is True or node.type in ("Succeed", "Fail")
        for rule in _dicts(state.get("Choices")):
            if "Next" in rule:
                target = self._target(scope, rule["Next"])
                self._connect(scope, node, target, "choice", [choice_label(rule)])
        if "Default" in state:
            target = self._target(scope, state["Default"])
            shared = any(edge.source is node and edge.target is target for edge in scope.edges)
            self._connect(scope, node, target, "choice" if shared else "default", ["otherwise"])
        if "Next" in state:
            self._connect(scope, node, self._target(scope, state["Next"]), "next", [])
        for catcher in _dicts(state.get("Catch")):
            errors = catcher.get("ErrorEquals")
            errors = [str(error) for error in errors] if isinstance(errors, list) else ["?"]
            if "Next" in catcher:
                self._connect(scope, node, self._target(scope, catcher["Next"]), "catch", errors)


def thread_of(visit) -> tuple:
    """Return what tells the sequence of states that a visit belongs to: its branch or iteration, in
    one start of one visit of its Parallel or Map."""
    parent = id(visit.parent) if visit.parent is not None else None
    return parent, visit.branch, visit.iteration, visit.round


def _dicts(value: object) -> list[dict]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _inner_machines(state: dict) -> list[dict]:
    """Return the machines inside a state: a Parallel's branches, a Map's processor or iterator."""
    if state.get("Type") == "Parallel":
        return _dicts(state.get("Branches"))
    for key in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(key), dict):
            return [state[key]]
    return []
