"""The one way of a text into markup: HTML, SVG, XML and Graphviz's labels; its tables; and how MathJax leaves it alone."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


def escape(text: Any) -> str:
    """Return `text` so that it is shown as it stands, and is markup nowhere: `& < > " '` become entities.

    Characters that XML does not allow are replaced as by `readable`.
    """
    return html.escape(readable(text), quote=True)


NO_MATH = "tex2jax_ignore mathjax_ignore"
"""The classes of an element in which MathJax typesets nothing: `$order` and `$states.input` are no formula.

The first is read by MathJax 2, the second by MathJax 3, which JupyterLab has.
Source: https://docs.mathjax.org/en/v3.2/options/document.html (ignoreHtmlClass)
"""


def without_math(markup: str) -> str:
    """Return HTML or SVG in an element in which MathJax leaves `$…$` as it stands; for all that a notebook shows."""
    return f'<div class="{NO_MATH}">{markup}</div>'


@dataclass(frozen=True)
class Row:
    """A row of a table that has a look of its own: `style` is CSS."""

    cells: Sequence[Any]
    style: str = ""


def table(
    rows: Iterable[Row | Sequence[Any]],
    heads: Sequence[Any] = (),
    *,
    cell: str | Sequence[str] = "text-align:left",
    named: str | None = None,
    style: str = "",
    label: str = "",
) -> str:
    """Return an HTML table of texts, each as it stands; a cell that is a list has one text a line.

    `cell` is the CSS of all cells, or of each column; `named` that of the first cell where it names its row;
    `style` that of the table, `label` its name for who does not see it.
    """

    def line(each: Row | Sequence[Any]) -> str:
        row = each if isinstance(each, Row) else Row(each)
        styles = [cell] * len(row.cells) if isinstance(cell, str) else cell
        cells = [_element("td", _lines(text), style=css) for text, css in zip(row.cells, styles, strict=True)]
        if named is not None:
            cells[0] = _element("th", _lines(row.cells[0]), scope="row", style=named)
        return _element("tr", "".join(cells), style=row.style)

    body = "".join(map(line, rows))
    if heads:
        styles = [cell] * len(heads) if isinstance(cell, str) else cell
        named_columns = zip(heads, styles, strict=True)
        columns = [_element("th", _lines(text), scope="col", style=css) for text, css in named_columns]
        body = f"<thead><tr>{''.join(columns)}</tr></thead><tbody>{body}</tbody>"
    return _element("table", body, aria_label=label, style=style)


def _element(name: str, content: str, **attributes: str) -> str:
    given = [f" {key.replace('_', '-')}='{escape(value)}'" for key, value in attributes.items() if value]
    return f"<{name}{''.join(given)}>{content}</{name}>"


def _lines(text: Any) -> str:
    return "<br>".join(map(escape, text)) if isinstance(text, (list, tuple)) else escape(text)


def readable(text: Any) -> str:
    """Return `text` with U+FFFD for what XML 1.0 does not allow: control characters, lone surrogates, U+FFFE, U+FFFF.

    One of them would make a whole picture unreadable. Source: https://www.w3.org/TR/xml/#charsets
    """
    return str(text).translate(_NOT_IN_XML)


class _NotInXml(dict[int, str]):
    def __missing__(self, code: int) -> str:
        allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
        self[code] = sign = chr(code) if allowed else "\N{REPLACEMENT CHARACTER}"
        return sign


_NOT_IN_XML = _NotInXml()
