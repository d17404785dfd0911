"""The one way of a text into markup: HTML, SVG, XML and Graphviz's labels; and how MathJax leaves it alone."""

import html
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
