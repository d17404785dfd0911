"""Slides: one Markdown text is the deck, its notes and its pictures; its keys, and the files that it is saved as."""

import re
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from sagalab import SagaLabError
from sagalab.commands.app import app, register_commands
from sagalab.instructor.deck import read_deck, standalone
from sagalab.instructor.deck_show import DeckShow, slides_parts, slides_speaker_parts
from sagalab.instructor.paths import DEMO_PATHS

TEXT = """# One <b>

text `code`

> say this
> and that

---

# Two

![](33)
"""


@pytest.fixture
def mine(tmp_path):
    """A deck of somebody's own."""
    path = tmp_path / "mine.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ours():
    """The course's deck."""
    return read_deck()


def test_a_text_is_slides_notes_and_pictures(mine):
    first, second = read_deck(mine)
    assert (first.title, first.notes) == ("One <b>", ("say this", "and that"))
    assert "&lt;b&gt;" in first.html and "<code>code</code>" in first.html and "say this" not in first.html
    assert second.notes == () and 'aria-label="Execution. FAILED' in second.html


def test_our_deck_has_a_title_and_something_to_say_on_every_slide_and_every_path_that_is_shown(ours):
    assert len(ours) > 10
    assert all(slide.title and slide.notes for slide in ours)
    shown = " ".join(slide.html for slide in ours)
    assert shown.count("<svg") == 6 and "<img" not in shown


@pytest.mark.parametrize(
    "text, problem",
    [("", "has no slide"), ("# A\n\n![](44)", "There is no picture 44"), (b"\xff\xfe\xff", "cannot be read"), (None, "cannot be read")],
)  # fmt: skip
def test_what_is_no_deck_is_said(tmp_path, text, problem):
    path = tmp_path / "deck.md"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SagaLabError, match=problem):
        read_deck(path)


def test_the_keys_lead_through_the_deck_and_end_at_its_ends(ours):
    show = DeckShow(ours)
    places = []
    for key in ("ArrowLeft", " ", "PageDown", "ArrowLeft", "9", "End", "ArrowRight", "Home"):
        assert show.press(key)
        places.append(show.place)
    assert places == [0, 1, 2, 1, 8, len(ours) - 1, len(ours) - 1, 0]
    show.press("b")
    assert slides_parts(show)["dark"]
    show.press(" ")  # first it is light again
    assert not slides_parts(show)["dark"] and show.place == 0
    assert not show.press("r")


def test_the_room_sees_no_notes_and_the_speaker_what_comes_next(ours):
    show = DeckShow(ours)
    room, speaker = "".join(slides_parts(show).values()), slides_speaker_parts(show)
    assert ours[0].notes[0] not in room and ours[0].notes[0] in speaker["say"]
    assert ours[1].title in speaker["next"]


class Links(HTMLParser):
    """Collects what a page would fetch, and its scripts."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [given[name] for name in ("src", "href") if name in given]
        self.found += ["script"] if tag == "script" else []


def test_a_file_of_its_own_fetches_nothing_and_runs_nothing(ours):
    page = standalone(ours)
    links = Links()
    links.feed(page)
    assert links.found == [] and "url(" not in page and "@import" not in page
    assert ours[0].notes[0] not in page and ours[0].notes[0] in standalone(ours, notes=True)


def test_the_command_saves_html_and_says_what_it_cannot(mine, tmp_path):
    register_commands()

    def said(*arguments: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["slides", *map(str, arguments)])
        return done.exit_code, f"{done.output}{done.exception or ''}"

    saved = tmp_path / "deck.html"
    assert said(mine, "--save", saved) == (0, f"✓ 2 slides: {saved}\n")
    assert saved.read_text(encoding="utf-8").count("class='slide'") == 2
    assert "is no name for a deck" in said(mine, "--save", tmp_path / "deck.pptx")[1]
    assert "cannot be written" in said(mine, "--save", tmp_path / "nowhere" / "deck.html")[1]


def test_every_path_of_the_demonstration_has_a_picture_for_a_slide(tmp_path):
    deck = tmp_path / "all.md"
    deck.write_text(
        "\n---\n".join(f"# {path.key}\n\n![]({path.key})\n" for path in DEMO_PATHS), encoding="utf-8"
    )
    for slide, path in zip(read_deck(deck), DEMO_PATHS, strict=True):
        assert re.search(r'aria-label="Execution. (SUCCEEDED|FAILED)', slide.html), path.key
