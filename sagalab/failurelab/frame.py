"""The live picture's frame: it has one size while a machine is chosen, so that nothing below it moves while a run goes on."""

import re

import ipywidgets

_SIZE = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
_STYLE = re.compile(r'(<svg [^>]*?)style="[^"]*"')
_WIDER, _HIGHER = (
    1.13,
    1.2,
)  # a run's picture, with its attempts, errors and times, against that of the machine alone


class Frame:
    """`box` is shown, `show(html)` sets the picture in it. `fit(html)` gives the frame the size for a machine's picture.

    A picture with more on it than the frame was made for is drawn smaller.
    """

    def __init__(self, html: str):
        self.box = ipywidgets.HTML()
        self.box.add_class("sagalab-frame")
        self._geometry = ""
        self.fit(html)

    @property
    def value(self) -> str:
        """The HTML that is shown."""
        return self.box.value

    def fit(self, html: str) -> None:
        """Show the picture of a machine, and take its size for the pictures of its runs."""
        size = _SIZE.search(html)
        self._geometry = ""
        if size is not None:
            width, height = _WIDER * float(size[1]), _HIGHER * float(size[2])
            self._geometry = f"width:100%;min-width:{width:.0f}px;max-width:{width:.0f}pt;aspect-ratio:{width:.0f}/{height:.0f}"
        self.show(html)

    def show(self, html: str) -> None:
        """Show a picture, at the top of the frame."""
        if self._geometry and _SIZE.search(html) is not None:
            framed = '\\1 preserveAspectRatio="xMidYMin meet" style="display:block;width:100%;height:100%"'
            html = _STYLE.sub(framed, html, count=1).replace(
                "<svg ", f"<div style='{self._geometry}'><svg ", 1
            )
            html = html.replace("</svg>", "</svg></div>", 1)
        self.box.value = html
