"""The page that nbconvert makes of a notebook: its pictures are high enough, shown large, and dark with its theme."""

import re
from collections.abc import Iterator

import nbformat
import pytest
from nbconvert import get_exporter
from playwright.sync_api import Page, expect
from runs_drawn import SAGA, saga_run

from sagalab.pictures.dark import PAGE
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import LEAST_PIXELS
from sagalab.pictures.timeline import timeline

HEIGHTS = """() => [...document.querySelectorAll('svg[aria-label] text')].map(
    text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""


def exported(theme: str) -> str:
    """Return the page of a notebook with a diagram and a chart, as they are stored."""
    run = saga_run(["ReserveInventory", "ReleaseInventory"])
    cells = []
    for made in (diagram(SAGA, run)._repr_mimebundle_(), timeline(run)._repr_mimebundle_()[0]):
        output = nbformat.v4.new_output("display_data", data=made)
        cells.append(nbformat.v4.new_code_cell("made", outputs=[output]))
    page, _ = get_exporter("saga-page")(theme=theme).from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    return re.sub(r'<script src="https?:[^>]*></script>', "", page)


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.route("**/*", lambda route: route.abort())  # nbconvert's page asks others for MathJax
    yield opened
    opened.close()


@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("dark", PAGE)])
def test_pictures_stand_in_the_page(page, theme, ground):
    page.set_content(exported(theme))
    frames = page.locator(".sagalab-picture")
    expect(frames).to_have_count(2)
    for frame in frames.all():
        expect(frame).to_have_css("background-color", "rgb({}, {}, {})".format(*bytes.fromhex(ground[1:])))
    assert min(page.evaluate(HEIGHTS)) >= LEAST_PIXELS
    for number in range(2):
        picture = frames.nth(number).locator("label > :is(svg, img)")
        picture.click()
        expect(frames.nth(number)).to_have_css("position", "fixed")
        page.keyboard.press("Escape")
        expect(frames.nth(number)).to_have_css("position", "relative")
