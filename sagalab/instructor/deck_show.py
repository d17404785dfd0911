"""A deck of slides as it is shown: the slide for the room, and notes, clock and the next slide for the speaker."""

from sagalab.instructor.clock import DARK, minutes
from sagalab.instructor.deck import Slide
from sagalab.instructor.presentation import Presentation
from sagalab.markup import escape

_KEYS = (
    ("space → ↓ PgDn", "the next slide"),
    ("← ↑ PgUp", "the slide before"),
    ("1 to 9", "jump"),
    ("Home, End", "the first, the last"),
    ("b .", "dark, light"),
    ("f", "full screen (or F11)"),
    ("t", "the clock from 0"),
)


class DeckShow(Presentation):
    """Slides, and which one is shown."""

    def __init__(self, slides: list[Slide]):
        """Begin with the first."""
        super().__init__(0)
        self.slides = slides

    @property
    def count(self) -> int:
        """How many slides there are."""
        return len(self.slides)

    def go_on(self) -> None:
        """Show the next slide; in the dark, this one again."""
        self.go_to(self.place if self.dark else self.place + 1)

    def back(self) -> None:
        """Show the slide before."""
        self.go_to(self.place - 1)

    def first(self) -> None:
        """Show the first slide."""
        self.go_to(0)

    def last(self) -> None:
        """Show the last slide."""
        self.go_to(self.count - 1)

    def go_to(self, place: int) -> None:
        """Show a slide, the nearest if there is none of that number."""
        self.moved(min(max(place, 0), self.count - 1))

    async def open(self) -> None:
        """Nothing: the slides are drawn."""

    async def end(self) -> None:
        """Nothing: nothing is under way."""


def slides_parts(show: DeckShow) -> dict[str, str]:
    """Return the parts of the projected page, by the id of their element."""
    return {"slide": _slide(show), "dark": DARK if show.dark else ""}


def _slide(show: DeckShow) -> str:
    html = show.slides[show.place].html
    return f"<section class='slide'>{html}<footer>{show.place + 1} / {show.count}</footer></section>"


def slides_speaker_parts(show: DeckShow) -> dict[str, str]:
    """Return the parts of the speaker's window, by the id of their element."""
    slide, coming = show.slides[show.place], show.slides[show.place + 1 : show.place + 2]
    notes = "".join(f"<li>{escape(line)}</li>" for line in slide.notes)
    return {
        "clock": f"<strong>{minutes(show.begun)}</strong> · slide {show.place + 1} of {show.count} since {minutes(show.since)}",
        "title": escape(slide.title),
        "verdict": "<p>The room sees nothing: b.</p>" if show.dark else "",
        "say": f"<ul aria-label='speaker notes'>{notes}</ul>" if notes else "",
        "next": f"<p>{escape(coming[0].title)}</p>" if coming else "<p>That was the last slide.</p>",
        "picture": _slide(show),
        "keys": "".join(f"<div><kbd>{key}</kbd> {words}</div>" for key, words in _KEYS),
    }
