"""The picture of what tests came to in a state machine: what none came to is grey, dashed or dotted, and signed ○."""

from dataclasses import dataclass, field

from sagalab.asl.document import Machine, State
from sagalab.asl.parts import Transition
from sagalab.pictures.choice_labels import choice_label
from sagalab.pictures.dot import Picture
from sagalab.pictures.drawing import Drawing
from sagalab.pictures.graph import Edge, MachineGraph, Node, Scope
from sagalab.pictures.labels import EdgeText, lines_width
from sagalab.pictures.palette import COVERAGE
from sagalab.pictures.state_labels import cut
from sagalab.pictures.status import NodeRun, Overlay
from sagalab.pictures.text_width import printable

_LONGEST = 34  # characters of a line beside an edge
_TESTED, _UNTESTED = COVERAGE["tested"].sign, COVERAGE["untested"].sign


@dataclass
class Marks:
    """What tests came to: `states` by "tested", "partly" or "untested", and how often each way was taken.

    `lines` are more lines for a state's box. `names` counts each error name of a way that is a catcher's; a
    way that is not in it is one whole. `ends` holds the states in which their scope ended well, or a Fail.
    """

    states: dict[State, str] = field(default_factory=dict)
    ways: dict[Transition, int] = field(default_factory=dict)
    names: dict[Transition, dict[str, int]] = field(default_factory=dict)
    lines: dict[State, list[str]] = field(default_factory=dict)
    ends: set[State] = field(default_factory=set)


def coverage_diagram(machine: Machine, marks: Marks, *, title: str, words: str) -> Drawing:
    """Return the picture of a machine with what tests came to. `words` is its text alternative."""
    graph = MachineGraph(machine)
    return _Covered(graph, marks).draw("Coverage", words, title)


class _Covered(Picture):
    """Writes one graph with its marks as DOT."""

    def __init__(self, graph: MachineGraph, marks: Marks) -> None:
        super().__init__(graph, _laid(graph, marks), None, None, False, False, None)
        self.marks = marks

    def _lines(self, node: Node, shape) -> tuple[list[str], list[str]]:
        names, details = super()._lines(node, shape)
        return names, details + (list(self.marks.lines.get(node.part, ())) if node.part else [])

    def _width(self, node: Node, lines: tuple[list[str], list[str]], shape) -> float:
        return lines_width(*lines)

    def _edge_style(self, edge: Edge, *, taken: bool) -> str:
        return super()._edge_style(edge, taken=taken) if taken else "dotted"

    def _text(self, edge: Edge, laid: Overlay | None) -> EdgeText:
        if laid is None:
            return EdgeText("", ())
        labels = []
        for way in _ways(edge):
            for words, count in self._words(way):
                labels.append(f"{_TESTED if count else _UNTESTED} {words}".rstrip())
        plain = edge.kind == "next" and labels == [_TESTED]
        return EdgeText("", () if plain else tuple(cut(printable(label), _LONGEST) for label in labels))

    def _words(self, way: Transition) -> list[tuple[str, int]]:
        """Return what an edge says of one way, each line with how often it was taken."""
        count = self.marks.ways.get(way, 0)
        if way.kind == "catch":
            return list(self.marks.names.get(way, {"?": count}).items())
        if way.kind == "choice":
            return [(choice_label(way.body) if len(way.body) > 1 else "", count)]
        return [("otherwise" if way.kind == "default" else "", count)]


def _ways(edge: Edge) -> list[Transition]:
    """Return the ways of the machine that an edge stands for: a choice's rules and Default may be one."""
    kinds = ("choice", "default") if edge.kind in ("choice", "default") else (edge.kind,)
    state = edge.source.part
    ways = state.transitions if state is not None else ()
    if edge.kind == "default":
        kinds = ("default",)
    return [way for way in ways if way.target_name == edge.target.name and way.kind in kinds]


def _laid(graph: MachineGraph, marks: Marks) -> Overlay:
    """Lay the marks over a graph as an execution is laid over it."""
    laid = Overlay({}, {}, set(), set())
    for node in graph.nodes:
        status = marks.states.get(node.part, "untested") if node.part is not None else "untested"
        laid.nodes[node] = NodeRun(status=status)
        if node.part in marks.ends:
            laid.ended.add(node)
    for scope in graph.scopes():
        _lay_scope(laid, scope, marks)
    return laid


def _lay_scope(laid: Overlay, scope: Scope, marks: Marks) -> None:
    if scope.start is not None and laid.nodes[scope.start].status != "untested":
        laid.started.add(scope.start)
    for edge in scope.edges:
        taken = sum(marks.ways.get(way, 0) for way in _ways(edge))
        if taken:
            laid.steps[edge] = [taken]
