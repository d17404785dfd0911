"""`sagalab slides` in a real browser: its keys from the first press, its sizes, its PDF, and the speaker's window."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from chromium_launch import resize
from playwright.sync_api import BrowserContext, expect

from sagalab.instructor.deck import read_deck
from sagalab.instructor.deck_file import save_deck
from sagalab.project import ROOT

SECONDS = 60
SIZES = ((1024, 768), (1366, 768), (1920, 1080), (3840, 2160))


@pytest.fixture(scope="module")
def context(browser) -> Iterator[BrowserContext]:
    """A browser that has been nowhere."""
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    yield context
    context.close()


@pytest.fixture(scope="module")
def deck():
    """The course's deck."""
    return read_deck()


# In the browser, of the slide that fills the window: what is cut, and the smallest letters, in pixels.
MEASURED = """() => {
  const box = (part) => part.getBoundingClientRect();
  const slide = [...document.querySelectorAll(".slide")].find((each) => Math.abs(box(each).top) < 2);
  const parts = [...slide.querySelectorAll("h1, p, li, td, th, code, footer, text, .state, .mark")];
  const name = (part) => part.textContent.trim().slice(0, 40);
  return {
    title: slide.querySelector("h1").textContent,
    cut: parts.filter((part) => box(part).left < 0 || box(part).top < 0
      || box(part).right > innerWidth + 0.5 || box(part).bottom > innerHeight + 0.5).map(name),
    smallest: Math.min(...parts.filter((part) => !part.matches("g")).map((part) =>
      parseFloat(getComputedStyle(part).fontSize) * (part.getScreenCTM ? part.getScreenCTM().a : 1))),
  };
}"""


def looked_at(page, slide) -> None:
    """Look at a slide in each size: nothing is cut, and no letter is small."""
    for width, height in SIZES:
        resize(page, width, height)
        fits(page, slide)
    resize(page, 1024, 768)


def fits(page, slide) -> None:
    """Look at the slide that fills the window."""
    measured = page.evaluate(MEASURED)
    assert measured["title"] == slide.title
    assert measured["cut"] == [], page.viewport_size
    assert measured["smallest"] >= 16, page.viewport_size


def test_the_slides_from_the_first_press_in_step_with_the_speaker_and_nothing_is_cut(context, deck):
    shown = subprocess.Popen(
        [sys.executable, "-m", "sagalab", "slides", "--no-browser"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        room, _speaker = (
            re.search(r"http://127\.0\.0\.1:\d+/\S*", shown.stdout.readline()).group() for _ in "12"
        )
        page = context.new_page()
        page.goto(room)
        page.locator("body.ready").wait_for()
        for place, slide in enumerate(deck):
            if place:
                page.keyboard.press("Space" if place % 2 else "ArrowRight")
            expect(page.get_by_role("heading")).to_have_text(slide.title)
            looked_at(page, slide)
        page.keyboard.press("Home")
        with context.expect_page() as opening:
            page.keyboard.press("w")
        speaker = opening.value
        speaker.locator("body.ready").wait_for()
        speaker.keyboard.press("PageDown")
        expect(page.get_by_role("heading")).to_have_text(deck[1].title)
        for said in (*deck[1].notes, deck[2].title):
            expect(speaker.locator("body")).to_contain_text(said)
            expect(page.locator("body")).not_to_contain_text(said)
        speaker.locator("#picture .slide").wait_for()
        high = speaker.evaluate("() => document.documentElement.scrollHeight - innerHeight")
        assert high <= 0
    finally:
        shown.send_signal(signal.SIGTERM)
        shown.communicate(timeout=SECONDS)


def test_the_file_scrolls_a_slide_a_press_without_a_script(context, deck, tmp_path):
    file = tmp_path / "deck.html"
    save_deck(deck, file, None)
    page = context.new_page()
    page.goto(file.as_uri())
    for place, slide in enumerate(deck):
        if place:
            page.keyboard.press("Space" if place % 2 else "PageDown")
        page.wait_for_function("(place) => Math.abs(scrollY - place * innerHeight) < 1", arg=place)
        assert page.evaluate(MEASURED)["title"] == slide.title
    for width, height in SIZES:
        resize(page, width, height)
        for place, slide in enumerate(deck):
            page.evaluate("(place) => scrollTo({top: place * innerHeight, behavior: 'instant'})", place)
            fits(page, slide)


def test_a_pdf_has_a_page_a_slide(chromium_path, deck, tmp_path):
    file = tmp_path / "deck.pdf"
    save_deck(deck, file, chromium_path)
    data = file.read_bytes()
    assert data.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", data)) == len(deck)
