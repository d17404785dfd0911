"""Draw a graph: finds a `dot`, makes SVG and PNG of it, and has words for those who see no picture.

Order: `graphviz-pure` (a Rust port that comes with the project's packages), a `dot` on the PATH,
else the text of the graph and how to get a `dot`. Importing this module points the `graphviz`
package at what was found, so that a participant's own graphs draw as well.
"""

import functools
import os
import re
import shutil
import subprocess
import sysconfig
from html import unescape
from pathlib import Path

import graphviz
from graphviz.backend import dot_command

from sagalab.errors import SagaLabError
from sagalab.markup import NO_MATH, escape, readable
from sagalab.pictures.frame import framed
from sagalab.pictures.label_places import apart, free_labels
from sagalab.pictures.text_width import printable, text_width

FONT = "Arial"
FONT_STACK = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"
HOW_TO_GET_DOT = (
    "No `dot` was found, so here is the graph as text. `pip install graphviz-pure` brings one "
    "(`python3 setup/run.py lab` does it for you); Graphviz from https://graphviz.org works as well."
)
_TIME_LIMIT = 60
LEAST_PIXELS = 12  # the height of the smallest text of a picture on a page


def find_dot() -> Path | None:
    """Return the program that lays out graphs, or None: graphviz-pure first, then `dot`."""
    scripts = Path(sysconfig.get_path("scripts"))
    for name in ("graphviz-pure", "graphviz-pure.exe"):
        if (scripts / name).is_file():
            return scripts / name
    found = shutil.which("graphviz-pure") or shutil.which("dot")
    return Path(found) if found else None


if _dot := find_dot():
    dot_command.DOT_BINARY = _dot


def run_dot(source: str, format: str, *options: str) -> bytes:
    """Lay out DOT text; returns the bytes of `format` ("svg", "png", …).

    Raises SagaLabError where no `dot` is installed, or if it refuses the text. What it prints about
    non-ASCII characters is kept quiet.
    """
    dot = find_dot()
    if dot is None:
        raise SagaLabError("There is no `dot` to draw with.", "pip install graphviz-pure")
    command = [str(dot), "-Kdot", f"-T{format}", *options]
    try:
        done = subprocess.run(
            command, input=readable(source).encode(), capture_output=True, timeout=_TIME_LIMIT
        )
    except subprocess.TimeoutExpired:
        raise SagaLabError(f"{dot.name} took more than {_TIME_LIMIT} s to draw the graph.") from None
    except OSError as error:
        raise SagaLabError(
            f"{dot} does not start: {error.strerror}.", "`sagalab doctor` checks drawing."
        ) from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip() or "no reason given"
        raise SagaLabError(f"{dot.name} could not draw the graph: {said}", "`sagalab doctor` checks drawing.")
    return done.stdout


_PREAMBLE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_ANCHOR = re.compile(r'(?:<title>[^<]*</title>\n)?<g id="a_[^"]*"><a xlink:title="([^"]*)">\n')
_LABEL_ANCHOR = re.compile(
    r'<g id="a_[^"]*-(?:label|headlabel|taillabel)"><a [^>]*>\n(.*?)</a>\n</g>\n', re.DOTALL
)
_TAKEN = re.compile(r'<g id="[^"]*" class="edge[^"]*\btaken\b[^"]*">\n.*?</g>\n', re.DOTALL)
_GRAPH_TITLE = re.compile(r'(<g id="graph0"[^>]*>\n)<title>[^<]*</title>\n')
_WIDTH = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt"')
_FONT_SIZE = re.compile(r'<text [^>]*?font-size="([\d.]+)(?:px)?"')
_TEXT = re.compile(r'<text ([^>]*?font-size="([\d.]+)"[^>]*)>([^<]+)</text>')


def _keep_width(match: re.Match[str]) -> str:
    """Give a text the width that its box was made for: a system without Arial has wider letters."""
    attributes, size, text = match.groups()
    width = text_width(unescape(text), float(size), bold='font-weight="bold"' in attributes)
    return f'<text {attributes} textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{text}</text>'


def finish_svg(svg: str, title: str, words: str) -> str:
    """Make dot's SVG fit for pages: no prolog, native tooltips, fonts for every system, words.

    `title` and `words` are what a screen reader says. dot wraps tooltips in links, which a browser
    shows poorly; they become the `<title>` of their group. Taken edges are drawn over the others, and
    no edge runs through a label (label_places.py).
    """
    svg = _COMMENT.sub("", _PREAMBLE.sub("", svg))
    svg = _LABEL_ANCHOR.sub(r"\1", svg)
    svg = _ANCHOR.sub(r"<title>\1</title>\n", svg).replace("</a>\n</g>\n", "")
    svg = _GRAPH_TITLE.sub(r"\1", svg)
    taken = "".join(_TAKEN.findall(svg))
    if taken:
        body, _, end = _TAKEN.sub("", svg).rpartition("</g>\n</svg>")
        svg = f"{body}{taken}</g>\n</svg>{end}"
    svg = free_labels(apart(_TEXT.sub(_keep_width, svg)))
    svg = svg.replace(f'font-family="{FONT}"', f'font-family="{FONT_STACK}"')
    label = escape(f"{title}. {words}")
    head = f'<svg class="{NO_MATH}" role="img" aria-label="{label}" style="{page_style(svg)}" '
    svg = svg.replace("<svg ", head, 1)
    inside = svg.index(">", svg.index("<svg ")) + 1
    return f"{svg[:inside]}\n<desc>{escape(words)}</desc>{svg[inside:]}"


def page_style(svg: str) -> str:
    """Return the CSS by which a picture takes the width that there is: never more than its own, and never so
    little that its smallest text is less than 12 pixels high. What is wider than its frame then scrolls.
    """
    width = _WIDTH.search(svg)
    if width is None:
        return "max-width:100%;height:auto"
    smallest = min((float(size) for size in _FONT_SIZE.findall(svg)), default=LEAST_PIXELS)
    least = LEAST_PIXELS * float(width[1]) / smallest
    # not max-width:100%: in a flex box such as nbconvert's the picture would not shrink
    return f"width:100%;max-width:{width[1]}pt;min-width:min({least:.0f}px,{width[1]}pt);height:auto"


@functools.lru_cache(maxsize=64)
def _drawn(_by: Path | None, source: str, title: str, words: str) -> str:
    """Return a graph as SVG. The last ones are kept: half of what a demonstration draws was drawn just before."""
    return finish_svg(run_dot(source, "svg").decode("utf-8"), title, words)


class Drawing(graphviz.Digraph):
    """A graph that shows as a picture wherever there is a `dot`, and as words where there is none.

    `title` and `words` are its text alternative. `save("x.svg")` and `save("x.png")` write the
    picture; every other name is written as DOT, as `graphviz.Digraph.save` does.
    """

    def __init__(self, title: str = "", words: str = "", **options):
        super().__init__(**options)
        self.title, self.words = printable(title), words
        self._svg: tuple[str, str] | None = None

    def svg(self) -> str:
        """Return the picture as SVG text, made once for one content of the graph.

        Raises SagaLabError where there is no `dot`.
        """
        source = self.source
        if self._svg is None or self._svg[0] != source:
            self._svg = (source, _drawn(find_dot(), source, self.title, self.words))
        return self._svg[1]

    def html(self) -> str:
        """Return the picture in its frame (frame.py): a click shows it large, and it is dark on a dark page.

        Raises SagaLabError where there is no `dot`.
        """
        return framed(self.svg())

    def png(self, dpi: int = 144) -> bytes:
        """Return the picture as PNG bytes; `dpi` dots an inch.

        Raises SagaLabError without a `dot`, and where no font has some sign of its texts.
        """
        from sagalab.pictures.png import png  # matplotlib's fonts: only who wants a PNG waits for it

        return png(self.svg(), dpi)

    def text(self) -> str:
        """Return the words for the picture."""
        return f"{self.title}\n{self.words}"

    def pipe(self, format=None, *args, encoding=None, **options):
        """As `graphviz.Digraph.pipe`; SVG is finished for pages, nothing is printed."""
        if (format or self.format) == "svg":
            svg = self.svg()
            return svg if encoding else svg.encode("utf-8")
        if (format or self.format) == "png":
            return self.png()
        return super().pipe(format, *args, encoding=encoding, **{"quiet": True, **options})

    def save(self, filename=None, directory=None, **options) -> str:
        """Write the picture (.svg, .png) or the DOT text (any other name); returns the path."""
        kind = Path(filename).suffix.lower() if filename is not None else ""
        if kind not in (".svg", ".png"):
            return super().save(filename=filename, directory=directory, **options)
        path = Path(directory or ".") / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.svg().encode("utf-8") if kind == ".svg" else self.png())
        return str(path)

    def __repr__(self) -> str:
        return self.text()

    def _repr_image_svg_xml(self) -> str:
        return self.svg()

    def _repr_mimebundle_(self, include=None, exclude=None, **_options) -> dict[str, str]:
        """Return what a notebook stores; see `picture_bundle`."""
        try:
            svg = self.svg()
        except SagaLabError as error:
            reason = HOW_TO_GET_DOT if find_dot() is None else f"{error.what} {error.cure}"
            return {"text/plain": f"{self.text()}\n\n{reason}\n\n{self.source}"}
        return picture_bundle(svg, self.text())


def in_jupyterlab() -> bool:
    """Tell whether JupyterLab or Notebook shows what is shown: a Jupyter server names the kernel's session."""
    return bool(os.environ.get("JPY_SESSION_NAME"))


def on_page(svg: str) -> str:
    """Return a picture for HTML: in its frame under JupyterLab, else alone, the same bytes each time."""
    return framed(svg) if in_jupyterlab() else svg


def picture_bundle(svg: str, text: str) -> dict[str, str]:
    """Return the forms of a picture for a notebook: SVG, and the words as plain text.

    Under JupyterLab and Notebook HTML comes along: these show image/svg+xml as a dead `<img>` without
    tooltips. GitHub strips SVG out of HTML, so that what nbclient stores for it holds none.
    """
    bundle = {"image/svg+xml": svg, "text/plain": text}
    if in_jupyterlab():
        bundle["text/html"] = framed(svg)
    return bundle
