"""What is being judged now: a judge says it, and whoever waits for the outcome hears it."""

from collections.abc import Callable

_listeners: list[Callable[[str], None]] = []


def at(words: str) -> None:
    """Say what is being judged now: a check that takes long tells it, and one that is stopped names it."""
    for listener in _listeners:
        listener(words)


def listen(listener: Callable[[str], None]) -> None:
    """Let a function hear of it from now on."""
    _listeners.append(listener)
