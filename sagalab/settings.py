"""What the variables SAGALAB_… say, read and checked in one place; a value that means nothing is told in words."""

import os

from sagalab.errors import SagaLabError


def time_scale() -> float:
    """Return SAGALAB_TIME_SCALE: by what the local cloud multiplies waits and timeouts (1 without it).

    Raises SagaLabError when it is no number from 0 on.
    """
    text = os.environ.get("SAGALAB_TIME_SCALE") or "1"
    try:
        scale = float(text)
    except ValueError:
        scale = -1.0
    if not 0 <= scale < float("inf"):
        raise SagaLabError(
            f"SAGALAB_TIME_SCALE is {text!r}, which is no number from 0 on.",
            "Set it to 1 for real time, to 0.1 for a tenth of it, or leave it out.",
        )
    return scale


def workers() -> int:
    """Return SAGALAB_WORKERS: how many Lambda functions run at once (4 for each processor without it).

    Raises SagaLabError when it is no whole number above 0.
    """
    text = os.environ.get("SAGALAB_WORKERS") or ""
    if not text:
        return 4 * (os.cpu_count() or 1)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SagaLabError(
            f"SAGALAB_WORKERS is {text!r}, which is no whole number above 0.",
            "Set it to how many functions may run at once, such as 8, or leave it out.",
        )
    return int(text)
