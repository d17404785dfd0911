"""The demonstration's words as HTML: heading, question, verdict with its rows, speaker notes."""

from html import escape
from typing import TYPE_CHECKING

from sagalab.instructor.paths import DEMO_PATHS, DemoPath, following

if TYPE_CHECKING:
    from sagalab.instructor.demo import DemoRun

ARROW = " → "
_BOX = "border-left:5px solid #0b5394;padding:6px 12px;margin:8px 0;background:#eef4fb;color:#111"


def heading(path: DemoPath) -> str:
    """Return a path's number and title."""
    number = DEMO_PATHS.index(path) + 1
    return f"<h2 style='margin:4px 0'>{number} · {escape(path.title)}</h2>"


def question(path: DemoPath) -> str:
    """Return what to ask the room before a path."""
    number = DEMO_PATHS.index(path) + 1
    return (
        f"<div style='{_BOX}'><strong>Ask, before {number} · {escape(path.title)}:</strong> "
        f"{escape(path.question)}</div>"
    )


def notes_list(path: DemoPath) -> str:
    """Return what to say after a path, as a list."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in path.notes)
    return f"<ul aria-label='speaker notes' style='margin:4px 0'>{lines}</ul>"


def result(run: "DemoRun") -> str:
    """Return the run in words: how it ended, its path, and the verdict over the ledger's rows once there is one."""
    execution = run.execution
    error = f" with {escape(execution.error)}" if execution.error else ""
    path = escape(ARROW.join(execution.path)) or "nothing yet"
    words = f"<p><strong>{escape(execution.status)}{error}</strong><br>{path}</p>"
    return words + (run.verdict._repr_html_() if run.verdict is not None else "")


def ending(run: "DemoRun") -> str:
    """Return what a notebook shows under the picture: result, closed notes, the next question."""
    after = following(run.path)
    closed = f"<details><summary>Speaker notes, {run.path.minutes} minutes</summary>{notes_list(run.path)}</details>"
    return result(run) + closed + (question(after) if after else "")
