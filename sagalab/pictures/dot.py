"""Writes a machine and what an execution did in it as DOT: boxes, rows, columns and edges.

The layout is dot's own, led by ranks: a compensation is put in the row of the step that it answers
(`newrank` lets a row cross a box), and edges of the undo chain are written from target to source
with `dir=back`, because dot ranks every edge downwards.
"""

import textwrap
from itertools import pairwise

import graphviz

from sagalab.pictures import palette
from sagalab.pictures.drawing import FONT, Drawing
from sagalab.pictures.graph import Edge, MachineGraph, Node, Scope
from sagalab.pictures.labels import (
    FOOT_SIZE,
    EdgeText,
    edge_label,
    edge_text,
    edge_tooltip,
    foot_width,
    lines_width,
    node_label,
    node_lines,
    node_tooltip,
)
from sagalab.pictures.lanes import scope_shape, undos
from sagalab.pictures.palette import COMPENSATION, NEUTRAL, RUN_STATUS, Look, look
from sagalab.pictures.state_labels import inside_label
from sagalab.pictures.status import NodeRun, Overlay
from sagalab.pictures.text_width import printable
from sagalab.saga.shape import SagaShape

_DEEPEST = 40  # boxes in boxes; what is deeper is not drawn
_TITLE_WIDTH = 110  # letters in one line
_FORMS = {"Choice": "diagonals", "Pass": "", "Fail": ""}


def _tip(text: str) -> str:
    """Quote a tooltip: dot reads entities, then backslashes, then its own escapes (such as \\N)."""
    return graphviz.escape(text.replace("&", "&amp;").replace("\\", "\\\\"))


class Picture:
    """Writes one graph as DOT. One instance a picture."""

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

    def draw(self, heading: str, words: str, title: str | None) -> Drawing:
        drawing = Drawing(heading, words, name="saga", engine="dot", format="svg")
        drawing.attr(
            newrank="true",
            nodesep="0.3" if self.compact else "0.42",
            ranksep="0.3" if self.compact else "0.42",
            pad="0.2",
            bgcolor=palette.BACKGROUND,
            fontname=FONT,
            tooltip=" ",
        )
        if title:
            drawing.attr(
                label=graphviz.escape(
                    "\n".join(textwrap.fill(printable(line), _TITLE_WIDTH) for line in title.splitlines())
                ).replace("&", "&amp;"),
                labelloc="t",
                fontsize="16",
                fontcolor=NEUTRAL.text,
            )
        drawing.attr("node", fontname=FONT, margin="0.13,0.07")
        drawing.attr("edge", fontname=FONT, fontsize="10.5", arrowsize="0.8")
        shape = scope_shape(self.graph, self.graph.top)
        self._mark(drawing, "start", "Start")
        self._scope(drawing, self.graph.top, shape, 0)
        self._top_edges(drawing, shape)
        return drawing

    def _run(self, node: Node) -> NodeRun | None:
        return self.laid.nodes.get(node) if self.laid else None

    # Nodes

    def _mark(self, dot: graphviz.Digraph, name: str, text: str) -> None:
        """Draw a Start or End mark, coloured by the run's status at its end."""
        fill = palette.START
        if text == "End" and self.execution is not None:
            reached = any(node in self.laid.ended for node in self._enders(name))
            style = look(RUN_STATUS.get(self.execution.status, "")) if reached else look("not_reached")
            fill = style.line
        dot.node(
            name,
            label=f"<<b>{text}</b>>",
            shape="box",
            style="filled,rounded",
            fillcolor=fill,
            color=fill,
            fontcolor="#ffffff",
            fontsize="10.5",
            height="0.26",
            width="0.6",
            margin="0.1,0.03",
            tooltip=text,
            **{"class": f"mark {text.lower()}"},
        )

    def _enders(self, mark: str) -> list[Node]:
        """The nodes of the outermost scope that lead to an End mark."""
        shape = scope_shape(self.graph, self.graph.top)
        aside = set(shape.undo) | set(shape.handlers) if shape.lane else set()
        ends = [node for node in self.graph.top.nodes.values() if node.ends]
        return [node for node in ends if (node in aside) == (mark == "end_undone")]

    def _scope(self, dot: graphviz.Digraph, scope: Scope, shape: SagaShape, depth: int) -> None:
        """Draw the states and transitions of one scope."""
        nodes = list(scope.nodes.values())
        texts = {node: self._lines(node, shape) for node in nodes}
        width = max((self._width(node, texts[node], shape) for node in nodes), default=0)
        width = max(width, foot_width(scope))
        groups = dict.fromkeys(shape.forward, "forward")
        groups |= dict.fromkeys(shape.undo, "undo")
        groups |= dict.fromkeys(shape.handlers, "handlers")
        lane = [node for node in nodes if node in shape.lane]
        aside = [node for node in nodes if node in shape.handlers]
        for node in nodes:
            if node not in lane and node not in aside:
                self._node(dot, node, texts[node], width, shape, f"{groups[node]}{depth}", depth)
        if lane:
            place = f"{scope.owner.id}_{scope.branch}" if scope.owner else "top"
            with dot.subgraph(name=f"cluster_undo_{place}") as inner:
                inner.attr(
                    label="compensation, backwards",
                    labelloc="b",
                    fontname=FONT,
                    fontsize="11",
                    fontcolor=COMPENSATION.muted,
                    style="rounded,filled",
                    fillcolor=palette.LANE_FILL,
                    color=palette.LANE_LINE,
                    margin="14",
                    tooltip="The compensation chain: each step undoes the one beside it",
                )
                for node in lane:
                    self._node(inner, node, texts[node], width, shape, f"undo{depth}", depth)
        for node in aside:
            self._node(dot, node, texts[node], width, shape, f"handlers{depth}", depth)
        if shape.lane:
            self._rows(dot, scope, shape)
        for edge in scope.edges:
            self._edge(dot, edge, shape)

    def _rows(self, dot: graphviz.Digraph, scope: Scope, shape: SagaShape) -> None:
        """Put each undo state beside the step it answers, and what handles its failure beside it."""
        handled: dict[Node, list[Node]] = {}
        placed: set[Node] = set()
        for edge in scope.edges:
            undone = edge.kind == "catch" and edge.source in shape.undo and edge.target in shape.handlers
            if undone and edge.target not in placed:
                placed.add(edge.target)
                handled.setdefault(edge.source, []).append(edge.target)
        rows: dict[Node, list[Node]] = {}
        for undo in shape.undo:
            rows.setdefault(shape.beside.get(undo, undo), []).extend([undo, *handled.get(undo, [])])
        for first, rest in rows.items():
            names = dict.fromkeys(node.id for node in (first, *rest))
            if len(names) > 1:
                with dot.subgraph() as row:
                    row.attr(rank="same")
                    for name in names:
                        row.node(name)
        column = [handlers[0] for undo, handlers in reversed(handled.items())]
        self.top_handlers.update(column[:1])
        for upper, lower in pairwise(column):
            dot.edge(upper.id, lower.id, style="invis", weight="8")

    def _lines(self, node: Node, shape: SagaShape) -> tuple[list[str], list[str]]:
        mark = "◄◄" if node in self.undos else ""
        names, details = node_lines(node, self._run(node), mark, self.times, self.compact)
        if self.room is not None:
            needed = node_lines(node, self.room.nodes.get(node), mark, self.times, self.compact)[1]
            details += [" "] * (len(needed) - len(details))
        return names, details

    def _width(self, node: Node, lines: tuple[list[str], list[str]], shape: SagaShape) -> float:
        width = lines_width(*lines)
        if self.room is None:
            return width
        mark = "◄◄" if node in self.undos else ""
        needed = node_lines(node, self.room.nodes.get(node), mark, self.times, self.compact)
        return max(width, lines_width(*needed))

    def _look(self, node: Node, shape: SagaShape) -> Look:
        run = self._run(node)
        if run is not None:
            return look(run.status)
        return COMPENSATION if node in self.undos or node in shape.lane else NEUTRAL

    def _node(self, dot, node: Node, lines, width: float, shape: SagaShape, group: str, depth: int) -> None:
        self._box(dot, node, lines, width, shape, group)
        if not node.inner or depth >= _DEEPEST:
            return
        style = self._look(node, shape)
        with dot.subgraph(name=f"cluster_{node.id}") as cluster:
            cluster.attr(
                label="\n".join(inside_label(node.part)) if node.part is not None else "",
                labelloc="b",
                labeljust="r",
                fontname=FONT,
                fontsize=str(FOOT_SIZE),
                fontcolor=NEUTRAL.muted,
                style="rounded,filled" if node.type != "Map" else "rounded,filled,dashed",
                fillcolor=palette.CLUSTER_FILL[depth % 2],
                color=palette.CLUSTER_LINE if self.laid is None else style.line,
                penwidth="1.2" if self.laid is None else f"{style.width:.1f}",
                margin="12",
                tooltip=_tip(node_tooltip(node, self._run(node))),
            )
            ends = []
            for inner in node.inner:
                inner_shape = scope_shape(self.graph, inner)
                if len(node.inner) > 1:
                    with cluster.subgraph(name=f"cluster_{node.id}_{inner.branch}") as branch:
                        branch.attr(
                            label="",
                            style="rounded,dotted",
                            color=palette.CLUSTER_LINE,
                            margin="8",
                            tooltip=" ",
                        )
                        self._scope(branch, inner, inner_shape, depth + 1)
                else:
                    self._scope(cluster, inner, inner_shape, depth + 1)
                if inner.start:
                    self._plain_edge(dot, node.id, inner.start.id, self._begun(inner))
                ends += [end for end in inner.nodes.values() if end.ends and end.type != "Fail"]
            if ends:
                self.exits[node] = f"{node.id}_exit"
                cluster.node(
                    self.exits[node],
                    label="",
                    shape="box",
                    style="filled",
                    fillcolor=palette.IDLE_EDGE,
                    color=palette.IDLE_EDGE,
                    height="0.06",
                    width="0.5",
                    fixedsize="true",
                    tooltip=_tip(f"end of {printable(node.name)}"),
                )
                for end in ends:
                    taken = self.laid is not None and end in self.laid.ended
                    self._plain_edge(cluster, self.exits.get(end, end.id), self.exits[node], taken)

    def _begun(self, scope: Scope) -> bool:
        return self.laid is not None and any(node in self.laid.started for node in scope.nodes.values())

    def _box(self, dot, node: Node, lines, width: float, shape: SagaShape, group: str) -> None:
        style = self._look(node, shape)
        run = self._run(node)
        colour, dash, pen = style.line, style.dash, style.width
        if node.missing:
            colour, dash = palette.STATUS["failed"].line, "dashed"
        if node.name == self.marked:
            colour, dash, pen = palette.MARKED, "solid", 5.0
        form = [part for part in ("filled", dash, _FORMS.get(node.type, "rounded")) if part]
        options = {"peripheries": "2"} if node in self.undos or node.type == "Succeed" else {}
        if group:
            options["group"] = group
        dot.node(
            node.id,
            label=node_label(*lines, style, width, signed=self.laid is not None),
            shape="box",
            style=",".join(form),
            fillcolor=style.fill,
            color=colour,
            penwidth=f"{pen:.1f}",
            tooltip=_tip(node_tooltip(node, run)),
            id=node.id,
            **{
                "class": " ".join(
                    ["state", node.type.lower() or "untyped"]
                    + ([run.status] if run is not None else [])
                    + (["compensation"] if node in self.undos else [])
                    + (["missing"] if node.missing else [])
                    + (["marked"] if node.name == self.marked else [])
                )
            },
            **options,
        )

    # Edges

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
            "tooltip": _tip(edge_tooltip(edge, steps)),
            "class": " ".join([edge.kind, *(["taken"] if steps else [])]),
        }
        label = edge_label(self._text(edge, self.laid), self._text(edge, self.room), text, colour)
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
        error = laid.nodes[edge.source].error if edge.kind == "catch" and steps else None
        return edge_text(edge.labels, edge.kind, steps, error)

    def _top_edges(self, dot: graphviz.Digraph, shape: SagaShape) -> None:
        top = self.graph.top
        if top.start:
            self._plain_edge(dot, "start", top.start.id, self._begun(top), weight="8")
        for mark in ("end", "end_undone"):
            nodes = self._enders(mark)
            if nodes:
                self._mark(dot, mark, "End")
            for node in nodes:
                taken = self.laid is not None and node in self.laid.ended
                if mark == "end":
                    self._plain_edge(dot, self.exits.get(node, node.id), mark, taken, weight="4")
                else:
                    self._plain_edge(dot, mark, node.id, taken, dir="back", weight="4")
