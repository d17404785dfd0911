"""What the speaker alone sees: the clock, what to say now, what comes next and what to ask before it, and the keys."""

import time

from sagalab.instructor.clock import minutes
from sagalab.instructor.demo import notes_list
from sagalab.instructor.paths import DEMO_PATHS, DemoPath
from sagalab.instructor.projector import bar, verdict_box
from sagalab.instructor.show import Show
from sagalab.markup import escape

_KEYS = (
    ("space → ↓ PgDn", "go on: run the next path"),
    ("← ↑ PgUp", "back, as it was run"),
    ("1 to 7", "jump; the same again runs it again"),
    ("Home, End", "start, last path"),
    ("r", "run again"),
    ("s", "slow motion, or as it runs; space: to its end"),
    ("b .", "dark, light"),
    ("f", "full screen (or F11)"),
    ("t", "the clock from 0"),
    ("0", "all from the start, for the next room"),
)


def speaker_parts(show: Show) -> dict[str, str]:
    """Return the parts of the speaker's window, by the id of their element."""
    path, coming = show.path, show.next
    number = f"{DEMO_PATHS.index(path) + 1} · " if path is not None else ""
    return {
        "bar": bar(show),
        "clock": clock(show),
        "title": number + escape(path.title) if path is not None else "Before the first path",
        "verdict": verdict_box(show) + ("<p>The room sees nothing: b.</p>" if show.dark else ""),
        "say": notes(path) if path is not None else "",
        "next": what_next(coming) if coming is not None else "<p>That was the last path.</p>",
        "picture": show.picture,
        "keys": keys(show),
    }


def clock(show: Show) -> str:
    """Return the time since the first key, and of this path beside the planned one."""
    planned = sum(path.minutes for path in DEMO_PATHS)
    words = f"<strong>{minutes(show.begun)}</strong> of {planned} min"
    if show.path is not None and show.since is not None:
        over = time.monotonic() - show.since > 60 * show.path.minutes
        words += f" · this path {minutes(show.since)} of {show.path.minutes} min{' ! over' if over else ''}"
        until = sum(path.minutes for path in DEMO_PATHS[: show.place + 1])
        words += f" · planned up to its end: {until} min"
    return words + (" · slow motion" if show.slow else "")


def notes(path: DemoPath) -> str:
    """Return what to say after a path."""
    return notes_list(path, look="")


def what_next(path: DemoPath) -> str:
    """Return what comes next, and the question to ask before it."""
    number = DEMO_PATHS.index(path) + 1
    return (
        f"<p>{number} · {escape(path.title)} ({path.minutes} min)</p>"
        f"<p class='ask'><strong>Ask:</strong> {escape(path.question)}</p>"
    )


def keys(show: Show) -> str:
    """Return the keys and what they do."""
    shown = [*_KEYS, ("m", "the room's heat map")] if show.room is not None else _KEYS
    return "".join(f"<div><kbd>{key}</kbd> {words}</div>" for key, words in shown)
