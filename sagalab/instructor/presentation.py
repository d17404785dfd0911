"""What is shown to a room, place by place, and what each key does: the same for the demonstration and for slides."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

KEYS = {
    **dict.fromkeys((" ", "ArrowRight", "ArrowDown", "PageDown", "Enter", "n"), "go_on"),
    **dict.fromkeys(("ArrowLeft", "ArrowUp", "PageUp", "Backspace", "p"), "back"),
    **dict.fromkeys(("b", "."), "darken"),
    "Home": "first",
    "End": "last",
    "t": "restart_timer",
}
"""What a key does, by the name of the method. Presenters' remote controls send PageDown, PageUp, and `b` or `.`"""


class Presentation(ABC):
    """A place among several, and who wants to hear of a change. It knows no page.

    - `place`: where we are; `dark`: whether the room sees nothing.
    - `begun`, `since`: when the first key was pressed, and when this place was begun (time.monotonic), or None.
    - `listeners`: what `changed` calls. `keys`: what each key does.
    """

    keys: ClassVar[Mapping[str, str]] = KEYS

    def __init__(self, place: int):
        """Begin at a place."""
        self.place, self.dark = place, False
        self.begun: float | None = None
        self.since: float | None = None
        self.listeners: list[Callable[[], None]] = []

    def changed(self) -> None:
        """Tell everybody who listens."""
        for tell in list(self.listeners):
            tell()

    def press(self, key: str) -> bool:
        """Do what a key means, named as in a browser (KeyboardEvent.key); return whether it means anything.

        Needs a running event loop. Source of the names: https://www.w3.org/TR/uievents-key/
        """
        begun = time.monotonic()
        if key in self.keys:
            action: Callable[[], None] = getattr(self, self.keys[key])
        elif key.isascii() and key.isdigit() and 1 <= int(key) <= self.count:
            action = lambda: self.go_to(int(key) - 1)  # noqa: E731
        else:
            return False
        if self.begun is None:
            self.begun = self.since = begun
        action()
        self.changed()
        return True

    def moved(self, place: int) -> None:
        """Note another place; it is light there."""
        if place != self.place:
            self.place, self.since = place, time.monotonic()
        self.dark = False

    def darken(self) -> None:
        """Let the room see nothing, or see again."""
        self.dark = not self.dark

    def restart_timer(self) -> None:
        """Let the speaker's clock begin anew."""
        self.begun = self.since = time.monotonic()

    # What a kind of presentation does

    @property
    @abstractmethod
    def count(self) -> int:
        """How many places a digit leads to."""

    @abstractmethod
    def go_on(self) -> None:
        """Go to the next place."""

    @abstractmethod
    def back(self) -> None:
        """Go to the place before."""

    @abstractmethod
    def first(self) -> None:
        """Go to the first place."""

    @abstractmethod
    def last(self) -> None:
        """Go to the last place."""

    @abstractmethod
    def go_to(self, place: int) -> None:
        """Go to a place, from 0."""

    @abstractmethod
    async def open(self) -> None:
        """Make ready what is shown first."""

    @abstractmethod
    async def end(self) -> None:
        """End what is under way."""
