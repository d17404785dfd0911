"""The one way of a text into markup: HTML, SVG, XML and Graphviz's labels, in content and in attributes."""

import html
from typing import Any


def escape(text: Any) -> str:
    """Return `text` so that it is shown as it stands, and is markup nowhere: `& < > " '` become entities.

    Characters that XML 1.0 does not allow (control characters, lone surrogates, U+FFFE, U+FFFF) are shown as U+FFFD,
    since one of them would make the whole picture unreadable. Source: https://www.w3.org/TR/xml/#charsets
    """
    return html.escape(str(text).translate(_NOT_IN_XML), quote=True)


class _NotInXml(dict[int, str]):
    def __missing__(self, code: int) -> str:
        allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
        self[code] = sign = chr(code) if allowed else "\N{REPLACEMENT CHARACTER}"
        return sign


_NOT_IN_XML = _NotInXml()
