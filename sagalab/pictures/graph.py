"""A state machine as the nodes and edges of a picture, out of a definition or out of a history.

Reads any ASL, also one that is wrong: a transition to a state that does not exist leads to a
node marked `missing`, a state without a type is a node all the same. Rules or catchers that share
a target are one edge (the tree in asl/document.py keeps them apart).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sagalab.asl import document
from sagalab.asl.document import Machine, State
from sagalab.asl.parts import Transition
from sagalab.pictures.choice_labels import choice_label
from sagalab.pictures.ran import ran_definition


@dataclass
class Scope:
    """One level of states: the machine itself, a branch of a Parallel or the processor of a Map.

    `part` is the tree's scope; None for one that only a history knows.
    """

    owner: "Node | None" = None
    branch: int = 0
    start: "Node | None" = None
    nodes: dict[str, "Node"] = field(default_factory=dict)
    edges: list["Edge"] = field(default_factory=list)
    part: document.Scope | None = None


@dataclass(eq=False)
class Node:
    """A state. `id` is n0, n1, … in the order of the definition, whatever the state is called.

    `part` is the tree's state; None for one that is missing there, or that only a history knows.
    """

    id: str
    name: str
    type: str
    scope: Scope
    inner: list[Scope] = field(default_factory=list)
    ends: bool = False
    missing: bool = False
    part: State | None = None


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

    `top` is the outermost Scope; `nodes` lists every node in the order of the ids; `machine` is the tree.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.nodes: list[Node] = []
        self.top = Scope(part=machine.top)
        self._read()

    @classmethod
    def from_definition(cls, definition: dict) -> "MachineGraph":
        """Read an ASL document (a dict). Never raises for what is wrong inside it."""
        return cls(document.read(definition))

    @classmethod
    def from_visits(cls, visits: list) -> "MachineGraph":
        """Draw the machine out of an execution's visits: only what was entered is there."""
        graph = cls.from_definition(ran_definition(visits))
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
            for drawn in scope.edges:
                edges.setdefault((drawn.source, drawn.target, drawn.kind == "catch"), drawn)
        node_of: dict[int, Node] = {}
        last: dict[tuple, Any] = {}
        for visit in visits:
            owner = node_of.get(id(visit.parent)) if visit.parent is not None else None
            branch = visit.branch or 0
            scope = self.top
            if owner is not None:
                if (owner, branch) not in scopes:
                    scopes[owner, branch] = Scope(owner, branch)
                    owner.inner.append(scopes[owner, branch])
                scope = scopes[owner, branch]
            node = scope.nodes.get(visit.name) or self._add(visit.name, visit.type, scope)
            node_of[id(visit)] = node
            thread = thread_of(visit)
            before = last.get(thread)
            edge: Edge | None = None
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
            if not any(drawn.source is node for drawn in node.scope.edges):
                node.ends = node.ends or visit.status == "succeeded" or visit.type == "Fail"
        return placed

    def scopes(self) -> Iterator[Scope]:
        """Yield every scope, the outermost first."""
        yield self.top
        for node in self.nodes:
            yield from node.inner

    def _add(self, name: str, kind: str, scope: Scope, missing: bool = False) -> Node:
        node = Node(f"n{len(self.nodes)}", name, kind, scope, missing=missing)
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

    def _read(self) -> None:
        """Take over the tree: first every state, so that ids follow the definition, then the edges."""
        made: dict[document.Scope, Scope] = {self.machine.top: self.top}
        for state in self.machine.states:
            node = self._add(state.name, state.type, made[state.scope])
            node.part, node.ends = state, state.ends
            for inner in state.inner:
                made[inner] = Scope(node, inner.branch or 0, part=inner)
                node.inner.append(made[inner])
        for part, scope in made.items():
            if part.start_at is not None:
                scope.start = self._target(scope, part.start_at)
            for node in list(scope.nodes.values()):
                for way in node.part.transitions if node.part is not None else ():
                    self._read_edge(scope, node, way)

    def _target(self, scope: Scope, name: str) -> Node:
        return scope.nodes.get(name) or self._add(name, "", scope, missing=True)

    def _read_edge(self, scope: Scope, node: Node, way: Transition) -> None:
        target = self._target(scope, way.target_name)
        if way.kind == "choice":
            self._connect(
                scope, node, target, "choice", [choice_label(way.body)] if len(way.body) > 1 else []
            )
        elif way.kind == "default":
            shared = any(edge.source is node and edge.target is target for edge in scope.edges)
            self._connect(scope, node, target, "choice" if shared else "default", ["otherwise"])
        elif way.kind == "catch":
            errors = way.body.get("ErrorEquals")
            names = [str(error) for error in errors] if isinstance(errors, list) else ["?"]
            self._connect(scope, node, target, "catch", names)
        else:
            self._connect(scope, node, target, "next", [])


def thread_of(visit) -> tuple:
    """Return what tells the sequence of states that a visit belongs to: its branch or iteration, in
    one start of one visit of its Parallel or Map."""
    parent = id(visit.parent) if visit.parent is not None else None
    return parent, visit.branch, visit.iteration, visit.round
