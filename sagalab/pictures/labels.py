"""The labels of a picture as DOT's HTML-like labels, its tooltips, and its text alternative."""

from dataclasses import dataclass

from sagalab.markup import escape
from sagalab.pictures.graph import Edge, MachineGraph, Node, Scope
from sagalab.pictures.lanes import scope_shape
from sagalab.pictures.palette import STATUS, Look, look
from sagalab.pictures.state_labels import cut, inside_label, kind_label, retry_label, retry_lines, short_json
from sagalab.pictures.status import NodeRun
from sagalab.pictures.text_width import printable, text_width, wrap

NAME_SIZE, DETAIL_SIZE, EDGE_SIZE, FOOT_SIZE, COMPACT_SIZE = 14, 12, 12, 12, 11
"""Sizes in points. The seed's saga is some 1,000 points wide: on a window of 1,440 pixels the smallest is 12 pixels."""
_FOOT_ROOM = 11.0  # points around the words at the foot of a box
_BOX_ROOM = 42.0  # points by which a box is wider than the words of the states in it
NAME_LIMIT, _NAME_LINES = 18, 7  # a name has at most 80 characters
_ERROR_LIMIT = 30
_DETAIL_LIMIT = 26
_COMPACT_LIMIT = 13
_MIN_WIDTH, _MIN_COMPACT, _TOOLTIP_JSON, _TOOLTIP_CAUSE = 96, 60, 360, 240
_MAX_STEPS, _MAX_LABELS, _LABEL_LIMIT = 3, 3, 30
_PATH_LIMIT = 60


def seconds_label(seconds: float) -> str:
    """Return a time in words of the right size: "12 ms", "1.4 s", "2 min 5 s", "3 h 20 min"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _html(text: str) -> str:
    """Escape a text for an HTML-like label; a backslash would start one of dot's own escapes."""
    return escape(printable(text)).replace("\\", "\\\\")


def _detail(node: Node, mark: str) -> list[str]:
    """The lines under a state's name that the definition gives."""
    kind = "not in the definition" if node.missing else _kind(node)
    kind = f"{mark} {kind}" if mark else kind
    retry = retry_label(node.part) if node.part is not None else ""
    if not retry:
        return [kind]
    line = f"{kind} · {retry}"
    return [line] if len(line) <= _DETAIL_LIMIT else [kind, retry]


def _kind(node: Node) -> str:
    return kind_label(node.part) if node.part is not None else node.type or "?"


def _run_detail(run: NodeRun, times: bool, shown: str) -> list[str]:
    """The lines under a state's name that the execution gives."""
    parts = []
    if times and run.seconds is not None:
        parts.append(seconds_label(run.seconds))
    if run.attempts > 1:
        words = run.tries_in_words
        parts.append(words if "redriven" in words else f"×{run.attempts} attempts")
    lines = [f"{len(run.visits)} visits: {counts_label(run.counts)}"] if len(run.visits) > 1 else []
    lines += [" · ".join(parts)] if parts else []
    if run.iterations:
        lines.append(f"items {counts_label(run.iterations)}")
    if run.retried:
        lines += wrap(f"after {printable(run.retried)}", _ERROR_LIMIT, 2)
    elif run.error and run.error not in shown:
        lines += wrap(printable(run.error), _ERROR_LIMIT, 2)
    return lines


def counts_label(counts: dict[str, int]) -> str:
    """Return "7 ✓ 2 ✗" for a count of statuses, in the palette's order."""
    return " ".join(f"{counts[status]} {STATUS[status].sign}" for status in STATUS if counts.get(status))


def node_lines(
    node: Node, run: NodeRun | None, mark: str, times: bool, compact: bool
) -> tuple[list[str], list[str]]:
    """Return the lines of a state's box: those of its name, those of its details (none if compact)."""
    names = wrap(printable(node.name), _COMPACT_LIMIT if compact else NAME_LIMIT, _NAME_LINES)
    if compact:
        return names, []  # two lines around an undo say what it is
    details = _detail(node, mark)
    if run is not None and run.visits:
        details += _run_detail(run, times, " ".join(details))
    return names, [printable(line) for line in details]


def lines_width(names: list[str], details: list[str], compact: bool = False) -> float:
    """Return how wide a box with these lines must be, in points."""
    widths = [text_width(line, COMPACT_SIZE if compact else NAME_SIZE, bold=True) for line in names]
    widths += [text_width(line, DETAIL_SIZE) for line in details]
    return max(_MIN_COMPACT if compact else _MIN_WIDTH, *widths)


def foot_width(scope: Scope) -> float:
    """Return how wide the words of a Map's states must be, in points: the words at the foot of its box then
    stand beside the edge that leaves it."""
    owner = scope.owner
    if owner is None or owner.part is None or len(owner.inner) > 1:
        return 0
    words = max(text_width(line, FOOT_SIZE) for line in inside_label(owner.part))
    return 2 * (words + _FOOT_ROOM) - _BOX_ROOM


def node_label(
    names: list[str], details: list[str], style: Look, width: float, signed: bool, compact: bool = False
) -> str:
    """Return a state's box as an HTML-like label: sign, name, details, `width` points of text.

    `signed` keeps the sign's place also where there is none, so that all boxes are of one size.
    """
    wide, gap, size = (14, 4, COMPACT_SIZE) if compact else (20, 7, NAME_SIZE)
    badge = f'<td width="{wide}"></td><td width="{gap}"></td>' if signed else ""
    if style.sign:
        dark = style.text == "#ffffff"
        back, front = (style.text, style.fill) if dark else (style.line, "#ffffff")
        badge = (
            f'<td width="{wide}" bgcolor="{back}">'
            f'<font color="{front}" point-size="{size}"><b>{style.sign}</b></font></td><td width="{gap}"></td>'
        )
    name = '<br align="left"/>'.join(f"<b>{_html(line)}</b>" for line in names)
    name += '<br align="left"/>' if len(names) > 1 else ""
    rows = [
        f'<tr><td align="left" width="{width:.0f}"><font color="{style.text}" point-size="{size}">'
        f"{name}</font></td></tr>"
    ]
    for line in details:
        rows.append(
            f'<tr><td align="left"><font color="{style.muted}" point-size="{DETAIL_SIZE}">'
            f"{_html(line)}</font>"
            "</td></tr>"
        )
    text = f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{"".join(rows)}</table>'
    if not badge:
        return f"<{text}>"
    return (
        '<<table border="0" cellborder="0" cellspacing="0" cellpadding="0"><tr>'
        f"{badge}<td>{text}</td></tr></table>>"
    )


def steps_label(steps: list[int]) -> str:
    """Return the numbers of the steps over an edge, the first few of many: "3, 5, 7 … ×12"."""
    if len(steps) <= _MAX_STEPS:
        return ", ".join(str(step) for step in steps)
    return f"{steps[0]}, {steps[1]} … ×{len(steps)}"


@dataclass(frozen=True)
class EdgeText:
    """What an edge's label holds: the numbers of the steps over it, and lines of rules or error names."""

    steps: str
    lines: tuple[str, ...]


def edge_text(labels: list[str], kind: str, steps: list[int], error: str | None) -> EdgeText:
    """Return an edge's label. `error` was caught on it, shown where the catcher's names do not say it."""
    texts = [cut(printable(label), _LABEL_LIMIT) for label in labels]
    if len(texts) > _MAX_LABELS:
        texts = [*texts[: _MAX_LABELS - 1], f"+ {len(texts) - _MAX_LABELS + 1} more"]
    if kind == "choice" and len(texts) > 1:
        texts = [texts[0], *(f"or {text}" for text in texts[1:])]
    if error and error not in labels:
        texts.append(f"({cut(printable(error), _LABEL_LIMIT)})")
    return EdgeText(steps_label(steps) if steps else "", tuple(texts))


def edge_label(text: EdgeText, room: EdgeText, colour: str, step_colour: str, size: float = EDGE_SIZE) -> str:
    """Return an edge's HTML-like label, or "" if it has none, as large as `room` needs as well; `size` in points."""
    lines = [*text.lines, *[" "] * (len(room.lines) - len(text.lines))]
    cells = ""
    if text.steps or room.steps:
        width = max(text_width(f" {steps} ", size, bold=True) for steps in (text.steps, room.steps)) + 4
        front = '<td width="4"></td>' if not lines else ""
        cells += f'{front}<td width="{width:.0f}" height="17"'
        if text.steps:
            number = f'<font color="#ffffff" point-size="{size}"><b>{_html(text.steps)}</b></font>'
            cells += f' bgcolor="{step_colour}">{number}</td>'
        else:
            cells += "></td>"
    if lines:
        width = max(text_width(line, size, bold=True) for line in (*lines, *room.lines)) + 6
        words = "<br/>".join(_html(line) for line in lines)
        words = f"<b>{words}</b>" if text.steps else words
        cells += f'<td width="{width:.0f}"><font color="{colour}" point-size="{size}">{words}</font></td>'
    if not cells:
        return ""
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr>{cells}</tr></table>>'


def node_tooltip(node: Node, run: NodeRun | None) -> str:
    """Return what a state's tooltip says: retriers; with an execution its input, output and cause."""
    lines = [f"{printable(node.name)} ({_kind(node)})"]
    if node.part is not None and node.part.comment:
        lines.append(cut(printable(node.part.comment), _TOOLTIP_CAUSE))
    if run is None or not run.visits:
        retries = retry_lines(node.part) if node.part is not None else []
        return "\n".join([*lines, *(["not reached"] if run is not None else []), *retries])
    visit = run.visits[-1]
    lines[0] += f": {look(run.status).word}" + (
        f", {len(run.visits)} visits, the last:" if len(run.visits) > 1 else ""
    )
    lines.append(f"input: {printable(short_json(visit.input, _TOOLTIP_JSON))}")
    if visit.output is not None:
        lines.append(f"output: {printable(short_json(visit.output, _TOOLTIP_JSON))}")
    if run.error:
        lines.append(f"error: {printable(run.error)}")
    causes = [visit.cause, *(attempt.cause for attempt in reversed(visit.attempts))]
    cause = next((cause for cause in causes if cause), None)
    if cause:
        lines.append(f"cause: {printable(cut(str(cause), _TOOLTIP_CAUSE))}")
    return "\n".join(lines)


def edge_tooltip(edge: Edge, steps: list[int]) -> str:
    """Return what an edge's tooltip says: from where to where, why, in which steps."""
    text = f"{printable(edge.source.name)} → {printable(edge.target.name)}"
    if edge.labels:
        text += f"\n{edge.kind}: " + " | ".join(printable(label) for label in edge.labels)
    return text + (f"\nstep {steps_label(steps)}" if steps else "")


def machine_words(graph: MachineGraph) -> str:
    """Return a machine in words: the forward path, the compensations, what catches what."""
    shape = scope_shape(graph, graph.top)
    count = len(graph.nodes)
    sentences = [f"{count} state{'s' if count != 1 else ''}."]
    if shape.forward:
        sentences.append("Forward: " + _names(shape.forward) + ".")
    if shape.compensations:
        sentences.append("Compensations: " + _names(shape.compensations) + ".")
    for edge in graph.top.edges:
        if edge.kind == "catch":
            sentences.append(f"{edge.source.name} on {', '.join(edge.labels)} goes to {edge.target.name}.")
    return printable(" ".join(sentences))


def _names(nodes: list[Node]) -> str:
    return ", ".join(node.name for node in nodes)


def path_words(execution) -> str:
    """Return an execution in words: its status, then the path with what happened in each state."""
    steps = []
    for visit in execution.visits:
        words = visit.name
        error = visit.caught_error or visit.error
        if visit.status != "succeeded":
            words += f" ({look(visit.status).word}{': ' + error if error else ''})"
        if tries := visit.tries_in_words:
            words += f" {tries}"
        steps.append(words)
    if len(steps) > _PATH_LIMIT:
        left_out = len(steps) - _PATH_LIMIT
        steps = [*steps[: _PATH_LIMIT - 10], f"… {left_out} more …", *steps[-10:]]
    status = execution.status + (f" with {execution.error}" if execution.error else "")
    return printable(f"{status}. Path: {' → '.join(steps) or 'no state entered'}.")
