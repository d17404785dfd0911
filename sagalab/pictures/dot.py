"""Writes a machine and what an execution did in it as DOT: boxes, rows and columns. The edges: dot_edges.py.

The layout is dot's own, led by ranks: a compensation is put in the row of the step that it answers
(`newrank` lets a row cross a box).
"""

import textwrap
from itertools import pairwise

import graphviz

from sagalab.pictures import palette
from sagalab.pictures.dot_edges import Edges, tip
from sagalab.pictures.drawing import FONT, Drawing
from sagalab.pictures.graph import Node, Scope
from sagalab.pictures.labels import (
    COMPACT_SIZE,
    FOOT_SIZE,
    foot_width,
    lines_width,
    node_label,
    node_lines,
    node_tooltip,
)
from sagalab.pictures.lanes import scope_shape
from sagalab.pictures.palette import COMPENSATION, NEUTRAL, RUN_STATUS, Look, look
from sagalab.pictures.state_labels import inside_label
from sagalab.pictures.text_width import printable
from sagalab.saga.shape import SagaShape

_DEEPEST = 40  # boxes in boxes; what is deeper is not drawn
_TITLE_WIDTH = 110  # letters in one line
_FORMS = {"Choice": "diagonals", "Pass": "", "Fail": ""}


class Picture(Edges):
    """Writes one graph as DOT. One instance a picture."""

    @property
    def foot(self) -> int:
        """The size of the smallest words, in points."""
        return COMPACT_SIZE if self.compact else FOOT_SIZE

    def draw(self, heading: str, words: str, title: str | None) -> Drawing:
        drawing = Drawing(heading, words, name="saga", engine="dot", format="svg")
        drawing.attr(
            newrank="true",
            nodesep="0.13" if self.compact else "0.3",
            ranksep="0.28" if self.compact else "0.42",
            pad="0.1" if self.compact else "0.2",
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
        drawing.attr("node", fontname=FONT, margin="0.06,0.05" if self.compact else "0.13,0.07")
        drawing.attr("edge", fontname=FONT, fontsize=str(self.foot), arrowsize="0.8")
        shape = scope_shape(self.graph, self.graph.top)
        self._mark(drawing, "start", "Start")
        self._scope(drawing, self.graph.top, shape, 0)
        self._top_edges(drawing, shape)
        return drawing

    # Nodes

    def _mark(self, dot: graphviz.Digraph, name: str, text: str) -> None:
        """Draw a Start or End mark, coloured by the run's status at its end."""
        fill = palette.START
        if text == "End" and self.execution is not None:
            ended = self.laid.ended if self.laid is not None else ()
            reached = any(node in ended for node in self._enders(name))
            fill = look(RUN_STATUS.get(self.execution.status, "")).line if reached else palette.UNREACHED_END
        dot.node(
            name,
            label=f"<<b>{text}</b>>",
            shape="box",
            style="filled,rounded",
            fillcolor=fill,
            color=fill,
            fontcolor="#ffffff",
            fontsize=str(self.foot),
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
        groups = dict.fromkeys(shape.forward, "forward")
        groups |= dict.fromkeys(shape.undo, "undo")
        groups |= dict.fromkeys(shape.handlers, "handlers")
        widths = self._columns(scope, texts, groups, shape)
        lane = [node for node in nodes if node in shape.lane]
        aside = [node for node in nodes if node in shape.handlers]
        for node in nodes:
            if node not in lane and node not in aside:
                self._node(dot, node, texts[node], widths[node], shape, f"{groups[node]}{depth}", depth)
        if lane:
            place = f"{scope.owner.id}_{scope.branch}" if scope.owner else "top"
            with dot.subgraph(name=f"cluster_undo_{place}") as inner:
                inner.attr(
                    label="compensation, backwards",
                    labelloc="b",
                    fontname=FONT,
                    fontsize=str(self.foot),
                    fontcolor=COMPENSATION.muted,
                    style="rounded,filled",
                    fillcolor=palette.LANE_FILL,
                    color=palette.LANE_LINE,
                    margin="5" if self.compact else "12",
                    tooltip="The compensation chain: each step undoes the one beside it",
                )
                for node in lane:
                    self._node(inner, node, texts[node], widths[node], shape, f"undo{depth}", depth)
        for node in aside:
            self._node(dot, node, texts[node], widths[node], shape, f"handlers{depth}", depth)
        if shape.lane:
            self._rows(dot, scope, shape)
        for edge in scope.edges:
            self._edge(dot, edge, shape)

    def _columns(
        self, scope: Scope, texts: dict, groups: dict[Node, str], shape: SagaShape
    ) -> dict[Node, float]:
        """Return the width of each state's text: all states of a column are equally wide."""
        widest: dict[str, float] = {}
        for node, lines in texts.items():
            group = groups[node]
            widest[group] = max(widest.get(group, foot_width(scope)), self._width(node, lines, shape))
        return {node: widest[groups[node]] for node in texts}

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
        width = lines_width(*lines, compact=self.compact)
        if self.room is None:
            return width
        mark = "◄◄" if node in self.undos else ""
        needed = node_lines(node, self.room.nodes.get(node), mark, self.times, self.compact)
        return max(width, lines_width(*needed, compact=self.compact))

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
                fontsize=str(self.foot),
                fontcolor=NEUTRAL.muted,
                style="rounded,filled" if node.type != "Map" else "rounded,filled,dashed",
                fillcolor=palette.CLUSTER_FILL[depth % 2],
                color=palette.CLUSTER_LINE if self.laid is None else style.line,
                penwidth="1.2" if self.laid is None else f"{style.width:.1f}",
                margin="12",
                tooltip=tip(node_tooltip(node, self._run(node))),
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
                    tooltip=tip(f"end of {printable(node.name)}"),
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
            label=node_label(
                lines[0], lines[1], style, width, signed=self.laid is not None, compact=self.compact
            ),
            shape="box",
            style=",".join(form),
            fillcolor=style.fill,
            color=colour,
            penwidth=f"{pen:.1f}",
            tooltip=tip(node_tooltip(node, run)),
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
