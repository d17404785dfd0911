"""Pictures in JupyterLab: how high their texts are, that they are shown large, dark, named, and that nothing jumps."""

import re
from collections.abc import Iterator

import pytest
from chromium_launch import resize
from lab_page import Notebook, takes_screenshots
from playwright.sync_api import Locator, expect

from sagalab.pictures.dark import PAGE
from sagalab.pictures.drawing import LEAST_PIXELS
from sagalab.project import ROOT

WIDTHS = (1024, 1440, 1920)
SETUP = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "support")!r})
import json
import pandas
from runs_drawn import NESTED, SAGA, SCENARIOS, run, saga_run
from sagalab import beside, compare, diagram, player, scenario_matrix, steps, storm, timeline
from sagalab.pictures.race import Call, race_picture
from sagalab.project import STATEMACHINE
from sagalab.rehearsal.storm_chart import storm_chart
from sagalab.testing.coverage import coverage
bad, good = saga_run(["ReserveInventory", "ReleaseInventory"]), saga_run(ProcessPayment={{"retries": 2}})
rides = pandas.DataFrame([("SUCCEEDED", "consistent", 1.5), ("FAILED", "leaked", 9.0)] * 9, columns=["status", "verdict", "seconds"])
retrier = {{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 4, "BackoffRate": 2}}
"""
KINDS = {
    "machine": "diagram(SAGA)",
    "execution": "diagram(SAGA, bad, title='Two compensations fail')",
    "matrix": "scenario_matrix({f'Scenario {key}': saga_run(what) for key, (what, _) in SCENARIOS.items()}, SAGA)",
    "comparison": "compare(good, bad, titles=('good', 'bad'))",
    "timeline": "timeline(good)",
    "retries": "storm({'plain': retrier, 'jitter': {**retrier, 'JitterStrategy': 'FULL'}})",
    "coverage": "coverage(SAGA, [good, bad]).picture()",
    "storm": "storm_chart(rides, {'p50': 1.5, 'p95': 8.5, 'p99': 9.0})",
    "race": "race_picture([Call(0, 'ProcessOrder', 'put', False, 0), Call(1, 'ReserveInventory', 'update', True, 1)], "
    "[(0, 1, 'dirty read')], ['SUCCEEDED', 'FAILED SagaFailed'], 'Two orders, one item')",
    "inside": "diagram(NESTED, run(NESTED, {'Each': {'items': 3}}))",
    "widest": "diagram(json.loads((STATEMACHINE / 'variations' / 'by_value.asl.json').read_text(encoding='utf-8')))",
    "beside": "beside(SAGA, bad)",
    "frame": "steps(bad)[9]",
    "player": "player(bad)",
}
HEIGHTS = """output => [...output.querySelectorAll('svg[aria-label] text')].map(
    text => parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b))"""
NAMELESS = """output => [...output.querySelectorAll('svg, img')].filter(picture =>
    !picture.closest('[aria-hidden]') && !picture.ariaLabel && !picture.alt).length"""
OPEN = "() => document.querySelectorAll(':popover-open').length"


@pytest.fixture(scope="module")
def notebook(lab) -> Iterator[Notebook]:
    with lab.opened("pictures.ipynb", SETUP, *KINDS.values()) as opened:
        opened.close_file_browser()
        opened.run_all()
        yield opened


def output_of(notebook: Notebook, kind: str) -> Locator:
    cell = notebook.page.locator(".jp-CodeCell").nth(1 + list(KINDS).index(kind))
    cell.scroll_into_view_if_needed()
    return cell.locator(".jp-OutputArea")


@pytest.mark.parametrize("width", WIDTHS)
def test_every_text_is_high_enough(notebook, width):
    resize(notebook.page, width, 1000)
    for kind in KINDS:
        heights = output_of(notebook, kind).evaluate(HEIGHTS)
        assert heights, kind
        assert min(heights) >= LEAST_PIXELS - 0.01, (kind, min(heights))
        notebook.screenshot(f"pictures-{kind}-{width}")


def test_every_picture_says_what_it_shows(notebook):
    assert notebook.errors() == []
    for kind in KINDS:
        assert output_of(notebook, kind).evaluate(NAMELESS) == 0, kind


def test_a_click_and_a_key_show_a_picture_large_and_back(notebook):
    page, output = notebook.page, output_of(notebook, "execution")
    frame, button = (
        output.locator(".sagalab-picture"),
        output.get_by_role("button", name="Show this picture large"),
    )
    small = frame.bounding_box()
    frame.locator("svg[role=img]").click()
    expect(frame).to_have_css("position", "fixed")
    window = page.viewport_size
    assert frame.bounding_box() == {"x": 0, "y": 0, **window}
    frame.locator("svg[role=img]").click()
    assert page.evaluate(OPEN) == 0 and frame.bounding_box()["width"] == small["width"]
    for closing in ("Enter", "Escape"):
        button.press("Enter")
        assert page.evaluate(OPEN) == 1
        page.keyboard.press(closing)
        assert page.evaluate(OPEN) == 0


def test_a_state_and_its_lines_light_each_other(notebook):
    output = output_of(notebook, "beside")
    box, lines = output.locator("[id=n1]"), output.locator(".of-n1")
    dark = lines.evaluate("each => getComputedStyle(each).backgroundColor")
    box.hover()
    assert lines.evaluate("each => getComputedStyle(each).backgroundColor") != dark
    expect(output.locator(".of-n0")).to_be_hidden()  # the text is long: it shows what is pointed at
    notebook.page.mouse.move(0, 0)
    expect(box.locator(":scope > path").first).not_to_have_css("stroke-width", "5px")
    lines.focus()
    expect(box.locator(":scope > path").first).to_have_css("stroke-width", "5px")


def test_what_is_under_the_picture_keeps_its_place_while_a_run_is_played(notebook):
    output = output_of(notebook, "player")
    under = output.get_by_text("input", exact=True).first
    back = output.get_by_role("button", name=re.compile("back"))

    def place() -> float:
        return under.bounding_box()["y"] - output.bounding_box()["y"]

    begun = place()
    for _ in range(6):
        title = output.get_by_text(re.compile(r"^(Event|Before)")).inner_text()
        back.click()
        expect(output.get_by_text(re.compile(r"^(Event|Before)"))).not_to_have_text(title)
        assert place() == begun


def test_a_dark_page_has_dark_pictures(notebook):
    """Last of all: the theme stays."""
    ground = output_of(notebook, "machine").locator("svg[role=img] polygon").first
    expect(ground).to_have_css("fill", "rgb(255, 255, 255)")
    notebook.choose_theme("JupyterLab Dark")
    dark = "rgb({}, {}, {})".format(*bytes.fromhex(PAGE[1:]))
    expect(ground).to_have_css("fill", dark)
    for kind in KINDS:
        frame = output_of(notebook, kind).locator(".sagalab-picture, .sagalab-beside").first
        expect(frame).to_have_css("background-color", dark)
    for width in WIDTHS if takes_screenshots() else ():
        resize(notebook.page, width, 1000)
        for kind in KINDS:
            output_of(notebook, kind)
            notebook.screenshot(f"pictures-{kind}-{width}-dark")
