"""A machine's ASL beside its picture: point at a state, or go to it by Tab, and its lines light up; and the reverse.

No script: the rules of a style sheet look with `:has()` whether something of a state is pointed at. Where no HTML is
shown there is the picture alone, and as text the ASL.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.asl.document import Machine, State
from sagalab.asl.plain import plain
from sagalab.asl.text import read_text
from sagalab.errors import SagaLabError
from sagalab.markup import NO_MATH, escape
from sagalab.pictures.dark import LINE, SURFACE, TEXT, WHERE_DARK, both, svg_rules
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing, picture_bundle
from sagalab.pictures.graph import MachineGraph
from sagalab.pictures.palette import BACKGROUND, CHANGED_FILL, MARKED, NEUTRAL

_NODE = re.compile(r'<g id="(n\d+)" class="node ([^"]*)">\n<title>([^<]*)</title>')
_WIDTH = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt"')
_LONG = 36
"""Lines: a longer text scrolls, and shows of all states the one alone whose box is pointed at."""
_LOOK = (
    f"{WHERE_DARK}.sagalab-beside{{display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start;background:#fff;color:#16202c;"
    f"background:{both(BACKGROUND, SURFACE)};color:{both(NEUTRAL.text, TEXT)}}}"
    ".sagalab-beside>.asl{flex:1 1 20em;min-width:0;overflow:auto;padding:8px 0;"
    "font:13px/1.45 var(--jp-code-font-family,monospace)}"
    ".sagalab-beside>.long{height:46em}.sagalab-beside>.drawn{flex:3 1 var(--wide);min-width:0;overflow:auto}"
    f".sagalab-beside .line{{display:block;white-space:pre;padding-right:8px}}.sagalab-beside .line::before{{content:attr(data-line);"
    f"display:inline-block;width:3em;padding-right:1em;text-align:right;user-select:none;color:{NEUTRAL.muted};"
    f"color:{both(NEUTRAL.muted, TEXT)}}}"
    ".sagalab-beside :is(.of,.asl>.line){display:block;border-left:4px solid transparent}.sagalab-beside .of .of{margin-left:-4px}"
    ".sagalab-beside .node{cursor:default}.sagalab-beside :is(.node,.of):focus{outline:none}"
)
_LIT_LINES = (
    f"background:{CHANGED_FILL};background:{both(CHANGED_FILL, SURFACE)};border-left-color:{MARKED}"
    f";border-left-color:{both(MARKED, LINE)}"
)
_LIT_BOX = f"stroke:{MARKED};stroke:{both(MARKED, LINE)};stroke-width:5;stroke-dasharray:none"


@dataclass(frozen=True, repr=False)
class Beside:
    """A machine's ASL and its picture, as a notebook shows them. `text` is the ASL, `drawing` the picture.

    `lines` has the first and the last line (from 1) of each state in the text, by the id of its box in the picture.
    """

    text: str
    drawing: Drawing
    lines: Mapping[str, tuple[int, int]]

    def html(self) -> str:
        """Return both as HTML. Raises SagaLabError where there is no `dot`."""
        svg = self.drawing.svg()
        shown = _NODE.sub(_reachable, svg.replace('role="img"', 'role="group"', 1))
        rules = "".join(map(_rules, self.lines))
        width = 0.88 * float(_WIDTH.findall(svg)[0])  # in pixels: two thirds of its own, else it goes below
        long = self.text.count("\n") > _LONG
        return (
            f'<div class="sagalab sagalab-beside {NO_MATH}"><style>{_LOOK}{svg_rules(svg, ".sagalab-beside")}{rules}</style>'
            f'<div class="asl{" long" if long else ""}" role="group" aria-label="the machine as ASL">{"".join(self._marked())}</div>'
            f'<div class="drawn" style="--wide:{width:.0f}px">{shown}</div></div>'
        )

    def _marked(self) -> Iterator[str]:
        """Yield the text's lines, those of a state in an element of its own: a state's inner states are in its own."""
        begins = {first: name for name, (first, _) in self.lines.items()}
        around: list[str] = []
        for number, line in enumerate(self.text.splitlines(), start=1):
            if number in begins:
                around.append(begins[number])
                yield f'<span class="of of-{around[-1]}" tabindex="0">'
            inside = f" in-{around[-1]}" if around else ""
            yield f'<span class="line{inside}" data-line="{number}">{escape(line) or " "}</span>'
            while around and self.lines[around[-1]][1] == number:
                around.pop()
                yield "</span>"

    def __repr__(self) -> str:
        return f"{self.drawing.text()}\n\n{self.text}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_options: Any) -> dict[str, str]:
        try:
            bundle = picture_bundle(self.drawing.svg(), repr(self))
        except SagaLabError:
            return {"text/plain": repr(self)}
        if "text/html" in bundle:
            bundle["text/html"] = self.html()
        return bundle


def beside(definition: Mapping[str, Any] | str, execution: Any = None, *, title: str | None = None) -> Beside:
    """Return a state machine's ASL beside its picture; pointing at a state in one of them lights it in the other.

    `definition` is a dict, shown as JSON, or a text in JSON or YAML, shown as it stands. `execution` and `title`
    as for `diagram`. Raises AslSyntaxError for a text that is no ASL, SagaLabError for a value that JSON has not.
    """
    text = (
        definition
        if isinstance(definition, str)
        else json.dumps(plain(definition), indent=2, ensure_ascii=False)
    )
    machine = read_text(text)
    if len(set(_first_lines(machine))) < len(machine.states):  # several states on one line: nothing to light
        text = json.dumps(machine.body, indent=2, ensure_ascii=False)
        machine = read_text(text)
    written = text.splitlines()
    nodes = [node for node in MachineGraph(machine).nodes if node.part is not None]
    lines = {node.id: _lines(machine, node.part, written) for node in nodes if node.part is not None}
    drawing = diagram(dict(machine.body), execution, title=title)
    return Beside(text, drawing, {name: found for name, found in lines.items() if found})


def _first_lines(machine: Machine) -> Iterator[int]:
    for state in machine.states:
        place = machine.position(state.path, key=True)
        yield place[0] if place else 0


def _lines(machine: Machine, state: State, written: list[str]) -> tuple[int, int]:
    """Return a state's first and last line: all that is further in than its name, and the bracket that closes it."""
    place = machine.position(state.path, key=True)
    first = place[0] if place else 1
    depth = _depth(written[first - 1])
    last = first
    for number in range(first, len(written)):
        line = written[number]
        closes = _depth(line) == depth and line.lstrip()[:1] in ("}", "]")
        if line.strip() and _depth(line) <= depth and not closes:
            break
        last = number + 1 if line.strip() else last
        if closes:
            break
    return first, last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _reachable(node: "re.Match[str]") -> str:
    """Let a state's box be reached by Tab, and say its name."""
    name, classes, tip = node.groups()
    label = tip.partition("&#10;")[0]
    return f'<g id="{name}" class="node {classes}" tabindex="0" role="img" aria-label="{label}">\n<title>{tip}</title>'


def _rules(name: str) -> str:
    pointed = f'.sagalab-beside:has(:is(.in-{name}:hover,.of-{name}:focus,[id="{name}"]:is(:hover,:focus)))'
    box = f'[id="{name}"]'
    return (
        f"{pointed} .of-{name}{{{_LIT_LINES}}}{pointed} {box}>:is(path,polygon)[stroke^='#']{{{_LIT_BOX}}}"
        f".sagalab-beside:has({box}:is(:hover,:focus)) .long .of:not(.of-{name},:has(.of-{name})){{display:none}}"
    )
