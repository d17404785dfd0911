"""A part of the panel that folds: a button says what is chosen inside, and shows or hides it. One stop for Tab while closed."""

from collections.abc import Callable

import ipywidgets

CLOSED, OPEN = "▸", "▾"


class Fold:
    """`head` is the button, `body` what it shows and hides. `words` stand on the button."""

    def __init__(self, label: str, body: ipywidgets.Widget, *, opened: Callable[[], None] | None = None):
        """`label` names the part, for the browser's tooltip; `opened` is called when someone opens it."""
        self._label, self._opened = label, opened
        self._words, self._open = "", False
        self.body = body
        self.head = ipywidgets.Button(layout=ipywidgets.Layout(width="auto", max_width="100%"))
        self.head.add_class("sagalab-fold")
        self.head.on_click(lambda _button: self._clicked())
        self._show()

    @property
    def open(self) -> bool:
        """Whether the body is shown."""
        return self._open

    @open.setter
    def open(self, is_open: bool) -> None:
        self._open = is_open
        self._show()

    @property
    def words(self) -> str:
        """What stands on the button."""
        return self._words

    @words.setter
    def words(self, words: str) -> None:
        self._words = words
        self._show()

    def _clicked(self) -> None:
        self.open = not self._open
        if self._open and self._opened is not None:
            self._opened()

    def _show(self) -> None:
        self.body.layout.display = "" if self._open else "none"
        self.head.description = f"{OPEN if self._open else CLOSED} {self._words}"
        self.head.tooltip = f"{self._label}: {'hide' if self._open else 'show'} what there is to choose"
