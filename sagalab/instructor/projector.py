"""What the room sees of the demonstration: where we are, the picture, the verdict and the ledger's rows. No notes."""

from sagalab.instructor.clock import DARK
from sagalab.instructor.paths import DEMO_PATHS, DemoPath
from sagalab.instructor.show import Show
from sagalab.ledger.verdict import ANNOUNCED, CONSISTENT, LEAKED, Verdict
from sagalab.markup import escape, table
from sagalab.pictures import palette

TITLE = "A saga, and what becomes of it when something fails"
LOOKS = {
    CONSISTENT: palette.STATUS["succeeded"],
    ANNOUNCED: palette.STATUS["caught"],
    LEAKED: palette.STATUS["failed"],
}
_KEYS = (
    ("space, →", "go on"),
    ("←", "back"),
    ("1 to 7", "jump"),
    ("s", "slow motion"),
    ("f", "full screen"),
    ("w", "the speaker's window: notes, all keys"),
)


def projector_parts(show: Show) -> dict[str, str]:
    """Return the parts of the projected page, by the id of their element."""
    path = show.path
    number = f"{DEMO_PATHS.index(path) + 1} · " if path is not None else ""
    return {
        "bar": bar(show),
        "title": number + escape(path.title if path is not None else TITLE),
        "picture": show.picture,
        "verdict": verdict_box(show),
        "rows": ledger_rows(show.shown.verdict) if show.shown and show.shown.verdict else "",
        "map": show.map,
        "dark": DARK if show.dark else "",
    }


def bar(show: Show) -> str:
    """Return a button for each path: its key, its words, and the sign of its verdict once it was run."""
    return "".join(_button(path, number, show) for number, path in enumerate(DEMO_PATHS, 1))


def _button(path: DemoPath, number: int, show: Show) -> str:
    run = show.runs.get(path.key)
    sign = "►" if show.running is path else run.verdict.sign if run is not None and run.verdict else ""
    current = " aria-current='step'" if show.path is path else ""
    words = f"{escape(path.button)} {sign}".strip()
    return f"<button type='button' data-press='{number}'{current}>{words}</button>"


def verdict_box(show: Show) -> str:
    """Return the verdict in large letters, with its sign; before it, what is going on."""
    if show.trouble:
        return _box(palette.STATUS["failed"], "✗", "That did not work", show.trouble)
    if show.path is None:
        keys = " · ".join(f"<kbd>{key}</kbd> {words}" for key, words in _KEYS)
        return f"<p class='keys'>{keys}</p>"
    run = show.shown
    if run is not None and run.verdict is not None:
        error = f" with {run.execution.error}" if run.execution.error else ""
        found = run.verdict
        return _box(
            LOOKS[found.name], found.sign, found.name, f"{found.words} ({run.execution.status}{error})"
        )
    if show.running is show.path:
        look = palette.STATUS["running"]
        return _box(look, look.sign, "slow motion" if show.slow else "running", show.caption)
    if show.running is not None:
        return _box(palette.NEUTRAL, "…", "another path still runs", show.running.title)
    return _box(palette.NEUTRAL, "?", "What will happen?", "")


def _box(look: palette.Look, sign: str, name: str, words: str) -> str:
    style = f"background:{look.fill};color:{look.text};border-color:{look.line}"
    said = f"<span class='words'>{escape(words)}</span>" if words else ""
    return (
        f"<p class='verdict' style='{style}'><span class='sign' aria-hidden='true'>{sign}</span> "
        f"<strong>{escape(name)}</strong> {said}</p>"
    )


def ledger_rows(found: Verdict) -> str:
    """Return the rows that the services wrote."""
    return table(found.ledger.rows(), label="the ledger: service, what, how much")
