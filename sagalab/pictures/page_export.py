"""A notebook as an HTML page by nbconvert, on which every picture says what it shows: `jupyter nbconvert --to saga-page`.

nbconvert's own HTML shows stored pictures as images without their words, and has no way to give them some. Here an SVG
stands in the page itself, in its frame: a click shows it large, and with `--theme dark` it is dark.
"""

import copy
from base64 import b64decode
from typing import Any

from nbconvert import HTMLExporter

from sagalab.pictures.frame import framed, framed_image

_SVG, _PNG = "image/svg+xml", "image/png"


class PageExporter(HTMLExporter):
    """nbconvert's HTML with our pictures in their frames; JupyterLab's menu Save and Export has it too."""

    export_from_notebook = "HTML, pictures with words"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        """Return the page of a notebook, which is not changed."""
        shown = copy.deepcopy(nb)
        for cell in shown.cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "text/html" in data:
                    continue
                if _SVG in data:
                    data["text/html"] = framed("".join(data.pop(_SVG)))
                elif _PNG in data:
                    data["text/html"] = framed_image(
                        b64decode("".join(data[_PNG])), "".join(data.get("text/plain", ""))
                    )
        page: tuple[str, dict[str, Any]] = super().from_notebook_node(shown, resources, **kw)
        return page
