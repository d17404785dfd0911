"""What a picture stands in on a page: it takes the width, a click shows it large, and on a dark page it is dark.

No script: the frame is an HTML popover, which its button opens and Escape, the button or a click beside it closes.
Source: https://html.spec.whatwg.org/multipage/popover.html (a popover that is closed is shown in its place by our CSS;
open, it is in the browser's top layer, whatever stands around it). A browser without popovers shows the picture alone.
"""

import re
import secrets
from base64 import b64encode

from sagalab.markup import NO_MATH, escape
from sagalab.pictures.dark import SURFACE, TEXT, WHERE_DARK, both, svg_rules
from sagalab.pictures.palette import BACKGROUND, NEUTRAL

_SIZE = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
_POINT = 4 / 3  # CSS pixels
_ICON = (
    '<svg aria-hidden="true" viewBox="0 0 16 16" width="16" height="16"><path d="M9.5 2H14v4.5M6.5 14H2V9.5M14 2 9 7M2 14l5-5" '
    'fill="none" stroke="currentColor" stroke-width="1.8"/></svg>'
)
_GROUND, _INK = both(BACKGROUND, SURFACE), both(NEUTRAL.text, TEXT)
_LOOK = (
    f"{WHERE_DARK}.sagalab-picture{{display:block;position:relative;inset:auto;width:auto;height:auto;max-width:100%;"
    f"margin:0;padding:0;border:0;overflow:auto;background:#fff;background:{_GROUND};color:#16202c;color:{_INK}}}"
    ".sagalab-picture>label{display:block;margin:0;cursor:zoom-in}"
    ".sagalab-picture>label>button{position:absolute;top:4px;left:4px;width:28px;height:28px;padding:5px;border:1px solid;"
    "border-radius:4px;background:inherit;color:inherit;line-height:0;opacity:0;cursor:inherit}"
    "@media (hover:none){.sagalab-picture>label>button{opacity:.55}}"  # else it would cover a corner for good
    ".sagalab-picture>label:hover>button,.sagalab-picture>label>button:focus-visible{opacity:1}"
    ".sagalab-picture:popover-open{position:fixed;inset:0;width:100vw;height:100vh;max-width:none;box-sizing:border-box;"
    "padding:40px 16px 16px}"
    ".sagalab-picture:popover-open>label{cursor:zoom-out;min-height:100%}"
    ".sagalab-picture:popover-open>label>:is(svg,img){display:block;margin:0 auto;height:auto!important;"
    "width:min(100%,var(--large))!important;max-width:none!important;min-width:var(--own)!important}"
)
_LARGEST = 2.0  # times a picture's own size, when it is shown large


def framed(svg: str) -> str:
    """Return a finished SVG (drawing.py) in its frame, as HTML."""
    size = _SIZE.search(svg)
    return _frame(svg, float(size[1]) * _POINT if size else 0.0, svg_rules(svg, ".sagalab-picture"))


def framed_image(png: bytes, words: str) -> str:
    """Return a PNG, which stands on light ground, in a frame; `words` is its text alternative."""
    width = int.from_bytes(png[16:20], "big")  # https://www.w3.org/TR/png/#11IHDR
    source = f"data:image/png;base64,{b64encode(png).decode('ascii')}"
    return _frame(f'<img alt="{escape(words)}" style="max-width:100%;height:auto" src="{source}">', width, "")


def _frame(picture: str, width: float, rules: str) -> str:
    """Return a picture in a frame; `width` is its own in CSS pixels, `rules` is more CSS for it."""
    name = f"sagalab-{secrets.token_hex(5)}"
    own = f' style="--own:{width:.0f}px;--large:{width * _LARGEST:.0f}px"' if width else ""
    return (
        f'<div class="sagalab sagalab-picture {NO_MATH}" id="{name}" popover{own}><style>{_LOOK}{rules}</style><label>'
        f'<button type="button" popovertarget="{name}" aria-label="Show this picture large" title="large, and back">{_ICON}</button>'
        f"{picture}</label></div>"
    )


def paper(body: str, style: str = "") -> str:
    """Return HTML on a sheet of our colours, light or dark as the page is. `style` is more CSS for the sheet."""
    return (
        f'<div class="sagalab {NO_MATH}" style="background:#fff;color:#16202c;background:{_GROUND};color:{_INK};{style}">'
        f"<style>{WHERE_DARK}</style>{body}</div>"
    )
