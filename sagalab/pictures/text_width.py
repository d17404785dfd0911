"""How wide and how long a text is in a picture: widths in points of Arial, and lines that fit.

The widths are those of the Arial and Helvetica metrics, by class of character: exact to some 4 %,
enough to give boxes of one size and room for names in any script.
"""

import unicodedata
from collections.abc import Iterator

_NARROW, _SLIM, _WIDE, _WIDEST = "ijl'|", "ftrI.,:;!()[]/\\ -", "mwCDGHNOQRUABEKPSVXY&", "MW@%"


_JOINTS = "_.:-/ "  # what stands between the parts of a name


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of one line in points, at a font size in points."""
    total = 0.0
    for character in text:
        if character in _NARROW:
            total += 0.25
        elif character in _SLIM:
            total += 0.31
        elif character in _WIDEST:
            total += 0.90
        elif character in _WIDE:
            total += 0.72
        elif unicodedata.east_asian_width(character) in "WF" or "\u2190" <= character <= "\u2bff":
            total += 1.0
        elif unicodedata.combining(character):
            continue
        elif character.isupper():
            total += 0.66
        else:
            total += 0.56
    return total * size * (1.06 if bold else 1.0)


def printable(text: object) -> str:
    """Return the text with every character that XML cannot hold, or that moves lines, replaced."""
    line = str(text).replace("\t", " ").replace("\r\n", " ").replace("\n", " ")
    if line.isprintable():  # nearly every text: no sign of it is of those kinds
        return line
    return "".join(
        character
        if unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Co")
        else "\N{REPLACEMENT CHARACTER}"
        for character in line
    )


def wrap(text: str, limit: int, lines: int = 4) -> list[str]:
    """Break a text into lines of at most `limit` characters, between words or the parts of a name
    (CamelCase, _ . : - /); what does not fit in `lines` lines is cut, with "…"."""
    done, current = [], ""
    for piece in _pieces(text):
        while len(current) + len(piece.rstrip()) > limit:
            if not current:
                current, piece = piece[:limit], piece[limit:]
            done.append(current.rstrip())
            current = ""
        current += piece
    done = [line for line in [*done, current.rstrip()] if line] or [" "]
    if len(done) > lines:
        done = [*done[: lines - 1], done[lines - 1][: limit - 1] + "…"]
    return done


def _pieces(text: str) -> Iterator[str]:
    """Yield what a line may end after: a word, a part of a name, a sign of a script without spaces."""
    begin = 0
    for at in range(1, len(text)):
        before, here, after = text[at - 1], text[at], text[at + 1 : at + 2]
        if (
            before in _JOINTS
            and here not in _JOINTS
            or here.isupper()
            and (before.islower() or before.isdigit() or before.isupper() and after.islower())
            or unicodedata.east_asian_width(before) in "WF"
        ):
            yield text[begin:at]
            begin = at
    yield text[begin:]
