"""The edges of a picture in DOT: transitions with their labels, and the plain ones from Start and to End.

Edges of the undo chain are written from target to source with `dir=back`, because dot ranks every edge downwards.
"""

import graphviz

from sagalab.pictures import palette
from sagalab.pictures.graph import Edge, MachineGraph, Node
from sagalab.pictures.labels import COMPACT_SIZE, EDGE_SIZE, EdgeText, edge_label, edge_text, edge_tooltip
from sagalab.pictures.lanes import undos
from sagalab.pictures.status import NodeRun, Overlay
from sagalab.saga.shape import SagaShape


def tip(text: str) -> str:
    """Quote a tooltip: dot reads entities, then backslashes, then its own escapes (such as \\N)."""
    return graphviz.escape(text.replace("&", "&amp;").replace("\\", "\\\\"))


class Edges:
    """What a picture is made of, and its edges."""

    def __init__(
        self,
        graph: MachineGraph,
        laid: Overlay | None,
        room: Overlay | None,
        execution,
        times: bool,
        compact: bool,
        marked: str | None,
    ):
        self.graph, self.laid, self.room, self.execution = graph, laid, room, execution
        self.times, self.compact, self.marked = times, compact, marked
        self.undos = undos(graph)
        self.exits: dict[Node, str] = {}
        self.top_handlers: set[Node] = set()

    def _run(self, node: Node) -> NodeRun | None:
        return self.laid.nodes.get(node) if self.laid else None

    def _plain_edge(self, dot, tail: str, head: str, taken: bool, **options) -> None:
        """Draw an edge that is no transition: from Start, to End, into and out of a cluster."""
        colour = (
            palette.TAKEN_EDGE if taken else palette.IDLE_EDGE if self.laid is None else palette.UNTAKEN_EDGE
        )
        options = {"tooltip": " ", "class": "flow taken" if taken else "flow", **options}
        dot.edge(tail, head, color=colour, penwidth="2.6" if taken else "1.2", **options)

    def _edge(self, dot: graphviz.Digraph, edge: Edge, shape: SagaShape) -> None:
        steps = self.laid.steps.get(edge, []) if self.laid else []
        catch = edge.kind == "catch"
        if self.laid is None:
            colour = text = palette.CATCH_EDGE if catch else palette.IDLE_EDGE
        elif steps:
            colour = text = palette.CATCH_EDGE if catch else palette.TAKEN_EDGE
        else:
            colour, text = palette.UNTAKEN_EDGE, palette.UNTAKEN_TEXT
        options = {
            "color": colour,
            "penwidth": "2.8" if steps else "1.3",
            "style": self._edge_style(edge, taken=bool(steps)),
            "tooltip": tip(edge_tooltip(edge, steps)),
            "class": " ".join([edge.kind, *(["taken"] if steps else [])]),
        }
        size = COMPACT_SIZE if self.compact else EDGE_SIZE
        label = edge_label(self._text(edge, self.laid), self._text(edge, self.room), text, colour, size)
        if label:
            options["label"] = label
        tail = edge.source.id if catch else self.exits.get(edge.source, edge.source.id)
        aside = set(shape.undo) | set(shape.handlers) if shape.lane else set()
        if not catch and edge.source in aside and edge.target in aside:
            if edge.source in shape.undo:
                options["weight"] = "8"
            elif edge.source not in self.top_handlers:
                options |= {"headport": "e", "weight": "3"}
            dot.edge(edge.target.id, edge.source.id, dir="back", **options)
        elif catch:
            dot.edge(tail, edge.target.id, **options)
        else:
            dot.edge(tail, edge.target.id, weight="8" if edge.kind == "next" else "4", **options)

    def _edge_style(self, edge: Edge, *, taken: bool) -> str:
        return "dashed" if edge.kind == "catch" else "solid"

    def _text(self, edge: Edge, laid: Overlay | None) -> EdgeText:
        steps = laid.steps.get(edge, []) if laid else []
        if self.compact and self.laid is not None:
            return edge_text([], edge.kind, steps, None)
        error = laid.nodes[edge.source].error if laid is not None and edge.kind == "catch" and steps else None
        return edge_text(edge.labels, edge.kind, steps, error)
