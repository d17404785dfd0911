"""A picture as PNG: its finished SVG, drawn with the fonts of this computer and one that has our signs.

resvg draws it, because graphviz-pure's own PNG knows Latin letters only. matplotlib brings DejaVu Sans, which
has ✓ ✗ ↷ ◔, wherever the computer itself has no such font.
"""

import re
from functools import lru_cache
from pathlib import Path

import matplotlib
import resvg_py

from sagalab.errors import SagaLabError

_FALLBACK = "DejaVu Sans"
_FONTS = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
_CSS_DPI = 96
_PAGE_STYLE = re.compile(r' style="width:100%[^"]*"')
_NOWHERE = "\U000f0000"  # private use: no font has it, so it shows as a font shows what it lacks
_TEXT = re.compile(r"<text\b[^>]*>([^<]*)</text>")


def png(svg: str, dpi: int) -> bytes:
    """Return a finished SVG (drawing.py) as PNG bytes, `dpi` dots an inch, on white.

    Raises SagaLabError when no font of this computer has some sign of its texts: it would be an empty box.
    """
    texts = "".join(_TEXT.findall(svg))
    lacking = [sign for sign in dict.fromkeys(texts) if not sign.isascii() and not has_font(sign)]
    if lacking:
        raise SagaLabError(
            f"A PNG cannot show {' '.join(lacking[:8])}: no font on this computer has it.",
            "Take the SVG (save under a name that ends in .svg), or install a font for this script "
            "(Debian and Ubuntu: fonts-noto-cjk).",
        )
    return _draw(_PAGE_STYLE.sub("", svg, count=1), dpi / _CSS_DPI)


@lru_cache(maxsize=4096)
def has_font(sign: str) -> bool:
    """Tell whether some font can show a sign: it is drawn, and compared with what no font has."""
    return sign.isspace() or _one(sign) != _one(_NOWHERE)


@lru_cache(maxsize=4096)
def _one(sign: str) -> bytes:
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><text x="2" y="18" font-size="16">'
        f"{sign}</text></svg>"
    )
    return _draw(picture, 1)


def _draw(svg: str, zoom: float) -> bytes:
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                background="white",
                dpi=_CSS_DPI,
                zoom=zoom,
                font_dirs=[_FONTS],
                font_family=_FALLBACK,
                sans_serif_family=_FALLBACK,
            )
        )
    except ValueError as error:
        raise SagaLabError(f"The PNG could not be drawn: {error}.", "Take the SVG.") from None
