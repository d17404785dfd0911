"""A deck of slides from one text in Markdown: the slides, what to say with each, and their pictures, made by our own code.

A line `---` begins a new slide. A quotation (`> …`) is for the speaker. `![](33)` is the picture of a path of the
demonstration, by its key, as it runs in this process, without a cloud; `![](saga)` is that of a machine.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sagalab.errors import SagaLabError
from sagalab.instructor.paths import DEMO_PATHS
from sagalab.instructor.projected import projected
from sagalab.markup import escape

OURS = Path(__file__).with_name("deck.md")
PAGES = Path(__file__).parent / "pages"
_BREAK = re.compile(r"^---\s*$", re.MULTILINE)
_PICTURE = re.compile(r'<p><img src="([^"]*)" alt="[^"]*" /></p>')


@dataclass(frozen=True)
class Slide:
    """One slide: its title, its HTML, and what to say with it, a thought each."""

    title: str
    html: str
    notes: tuple[str, ...]


def read_deck(path: Path = OURS) -> list[Slide]:
    """Return the slides of a Markdown file, with their pictures drawn.

    Raises SagaLabError when the file cannot be read, has no slide, or names a picture that there is not.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SagaLabError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.",
            "Give the name of a text in Markdown, UTF-8.",
        ) from None
    slides = [_slide(part) for part in _BREAK.split(text) if part.strip()]
    if not slides:
        raise SagaLabError(
            f"{path} has no slide.", "Begin each with a title, `# …`, and put a line `---` between two."
        )
    return slides


def _slide(text: str) -> Slide:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    shown: list[Token] = []
    notes: list[str] = []
    title, inside = "", 0
    tokens = markdown.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "blockquote_open":
            inside += 1
        elif token.type == "blockquote_close":
            inside -= 1
        elif inside:
            notes += token.content.splitlines() if token.type == "inline" else []
        else:
            shown.append(token)
            if token.type == "heading_open" and not title:
                title = tokens[number + 1].content
    html = markdown.renderer.render(shown, markdown.options, {})
    return Slide(title, _PICTURE.sub(lambda found: _figure(found[1]), html), tuple(notes))


def _figure(name: str) -> str:
    return f"<figure>{_picture(name)}</figure>"


@cache
def _picture(name: str) -> str:
    """Return the picture of a path or of a machine as SVG."""
    from sagalab.deploying.machines import definition
    from sagalab.rehearsal.rehearse import rehearse

    machines = dict.fromkeys(path.machine for path in DEMO_PATHS)
    if name in machines:
        return projected(definition(name))
    for path in DEMO_PATHS:
        if path.key == name:
            return projected(None, rehearse(path.machine, path.order()))
    raise SagaLabError(
        f"There is no picture {name}.",
        f"Take a path ({', '.join(path.key for path in DEMO_PATHS)}) or a machine ({', '.join(machines)}).",
    )


def standalone(slides: list[Slide], *, notes: bool = False) -> str:
    """Return a deck as one HTML file that needs no server and no script: the browser's own keys scroll it.

    Printed, each slide is a page. `notes`: what to say stands under each slide, for a handout of the speaker's.
    """
    style = (PAGES / "page.css").read_text(encoding="utf-8") + (PAGES / "deck.css").read_text(
        encoding="utf-8"
    )
    pages = "".join(
        f"<section class='slide'>{slide.html}{_notes(slide) if notes else ''}<footer>{number} / {len(slides)}</footer></section>"
        for number, slide in enumerate(slides, 1)
    )
    title = escape(slides[0].title)
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style><body class='deck'>{pages}</body></html>"
    )


def _notes(slide: Slide) -> str:
    return f"<aside>{''.join(f'<p>{escape(line)}</p>' for line in slide.notes)}</aside>"
