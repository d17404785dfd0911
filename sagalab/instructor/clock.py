"""The speaker's clock, and the dark."""

import time

DARK = "<p>dark: b, or the space bar, and it is light again</p>"


def minutes(since: float | None) -> str:
    """Return the time since a moment of time.monotonic() as minutes and seconds, "12:05"; None is no time."""
    seconds = 0 if since is None else int(time.monotonic() - since)
    return f"{seconds // 60}:{seconds % 60:02d}"
