"""How commands print: JSON, and tables of plain text; and how they do that in an encoding that has not all signs."""

import codecs
import functools
import json
import sys
from collections.abc import Sequence
from typing import Any

# What stands for a sign that an encoding lacks, the likest first; all are as wide as the sign, so that tables hold.
_LIKE = {
    "✓": "√+", "✗": "×x", "→": "»>", "▸": "»>", "▶": "»>", "·": ".", "–": "-", "—": "-", "−": "-", "×": "x",
    "“": '"', "”": '"', "‘": "'", "’": "'", "█": "#", "…": "~",
}  # fmt: skip


def print_in_any_encoding() -> None:
    """Let stdout and stderr show every text: what their encoding lacks becomes a like sign, or its number.

    A pipe or a file on Windows has an old code page, such as cp1252; a terminal may have any.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            handler = f"sagalab-{stream.encoding}"
            codecs.register_error(handler, functools.partial(_in_other_signs, stream.encoding))
            stream.reconfigure(errors=handler)


def _in_other_signs(encoding: str, error: UnicodeError) -> tuple[str, int]:
    """Answer a codec that lacks a sign. (Its error names no more than a family of encodings.)"""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacked = error.object[error.start : error.end]
    return "".join(_shown(sign, encoding) for sign in lacked), error.end


def _shown(sign: str, encoding: str) -> str:
    for like in _LIKE.get(sign, ""):
        if _has(encoding, like):
            return like
    return sign.encode("ascii", "backslashreplace").decode("ascii")


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeError:
        return False
    return True


def print_json(value: Any) -> None:
    """Print a value as JSON, indented. Where the encoding has not all its signs, JSON's own escapes stand for them."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if not _has(sys.stdout.encoding or "utf-8", text):
        text = json.dumps(value, indent=2)
    print(text)


def print_table(columns: tuple[str, ...] | None, rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows as a table; without `columns` it has no frame. Every cell is plain text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*(columns or ()), show_header=bool(columns), box=box.ROUNDED if columns else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
