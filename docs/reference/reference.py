"""Directives that write the reference from the project itself: lint rules, kinds of faults, public names."""

import inspect
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

import sagalab
from sagalab.linting.rule import RULES
from sagalab.markup import NO_MATH
from sagalab.orders.faults import Fault
from sagalab.pictures.frame import framed, framed_image

SIGNS = {"error": "✗ error", "warning": "! warning", "hint": "· hint"}


class FromTheProject(SphinxDirective):
    """A directive whose Markdown the project gives."""

    def run(self) -> list[nodes.Node]:
        """Return what the Markdown becomes."""
        text = StringList(list(self.lines()), source=self.env.docname)
        return self.parse_content_to_nodes_of(text)

    def parse_content_to_nodes_of(self, text: StringList) -> list[nodes.Node]:
        """Return the nodes of a text with headings."""
        from sphinx.util.parsing import nested_parse_to_nodes

        return nested_parse_to_nodes(self.state, text, allow_section_headings=True)

    def lines(self) -> Iterator[str]:
        """Yield the Markdown's lines."""
        raise NotImplementedError


class LintRules(FromTheProject):
    """Every rule: its code and severity, what it says, and its bad and good example."""

    def lines(self) -> Iterator[str]:
        """Yield a section a rule."""
        for rule in sorted(RULES, key=lambda rule: rule.code):
            yield from (f"## {rule.code}", "", f"**{rule.title}** ({SIGNS[rule.severity]})", "")
            words, _, examples = inspect.getdoc(rule.check).partition("\nBad:")
            yield from (*words.splitlines()[1:], "")
            for name, example in zip(("Bad", "Good"), examples.partition("\nGood:")[::2], strict=True):
                yield from (f"**{name}**", "", "```yaml")
                yield from inspect.cleandoc(example).splitlines()
                yield from ("```", "")


class FaultKinds(FromTheProject):
    """Every kind of a fault: how it is written, and what it does."""

    def lines(self) -> Iterator[str]:
        """Yield a section a kind."""
        for name in ("error", "transient", "timeout", "late", "crash", "throttle", "slow"):
            kind = getattr(Fault, name)
            yield from (f"## {name}", "", f"`Fault.{name}{inspect.signature(kind)}`", "")
            yield from (*(inspect.getdoc(kind) or "").splitlines(), "")


class PublicNames(FromTheProject):
    """Every public name with its signature and its docstring."""

    def lines(self) -> Iterator[str]:
        """Yield a section a name, functions and classes before values."""
        for name in sorted(sagalab.__all__, key=str.casefold):
            value = getattr(sagalab, name)
            if not inspect.isclass(value) and not callable(value):
                yield from (f"## {name}", "", *described(value), "")
                continue
            yield from (f"## {name}", "", "```python", f"{name}{signature(value)}", "```", "")
            yield from (*(inspect.getdoc(value) or "").splitlines(), "")


def described(value: object) -> list[str]:
    """Return what a value is: its class and, where that has one of its own, its docstring."""
    about = inspect.getdoc(type(value)) if type(value).__module__.startswith("sagalab") else None
    return [f"A `{type(value).__name__}`.", "", *(about or "").splitlines()]


def signature(value: object) -> str:
    """Return how a name is called, as one line."""
    try:
        return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(value)))
    except (TypeError, ValueError):
        return "(…)"


class WithoutLink(SphinxPostTransform):
    """A link to what is in the clone and no page here (a folder, a file of code) keeps its words only."""

    default_priority = 5  # before MyST looks for its target

    def run(self, **_options: object) -> None:
        """Replace such links by what stands in them."""
        for node in list(self.document.findall(pending_xref)):
            target = str(node.get("reftarget", "")).partition("#")[0]
            place = Path(self.env.srcdir, self.env.docname).parent / target
            if node.get("reftype") == "myst" and target and place.exists():
                node.replace_self(node.children)


class PicturesInThePage(SphinxPostTransform):
    """Our SVG stands in the page itself, in its frame: a click shows it large, it is dark with the page, and it has words.

    So does a notebook's chart, a PNG, with the words that are stored beside it.
    """

    default_priority = 200
    formats = ("html",)

    def run(self, **_options: object) -> None:
        """Replace the images of this page that are ours."""
        words: dict[bytes, str] = {}
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.env.srcdir, str(image.get("uri", "")))
            if path.suffix == ".svg" and path.is_file():
                svg = path.read_text(encoding="utf-8")
                if f'class="{NO_MATH}"' in svg:
                    image.replace_self(nodes.raw("", framed(svg[svg.index("<svg") :]), format="html"))
            elif path.suffix == ".png" and path.is_file():
                words = words or self._words()
                png = path.read_bytes()
                if png in words:
                    image.replace_self(nodes.raw("", framed_image(png, words[png]), format="html"))

    def _words(self) -> dict[bytes, str]:
        """Return the words of this page's charts, by the charts themselves."""
        source = Path(self.env.doc2path(self.env.docname))
        if source.suffix != ".ipynb":
            return {}
        outputs = [o for cell in nbformat.read(source, as_version=4).cells for o in cell.get("outputs", [])]
        data = [output["data"] for output in outputs if "image/png" in output.get("data", {})]
        return {b64decode(each["image/png"]): each.get("text/plain", "") for each in data}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    for name, directive in (
        ("lint-rules", LintRules),
        ("fault-kinds", FaultKinds),
        ("public-names", PublicNames),
    ):
        app.add_directive(name, directive)
    app.add_post_transform(WithoutLink)
    app.add_post_transform(PicturesInThePage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
