"""The buttons of a prediction: one a state; the path grows with each click."""

from collections.abc import Callable, Sequence

import ipywidgets

from sagalab.asl.document import read
from sagalab.failurelab.run import ARROW
from sagalab.failurelab.view import sheet
from sagalab.markup import escape

_AUTO = ipywidgets.Layout(width="auto")


class PredictBox:
    """Buttons to click the expected path. `done(path)` is called when it has come to an end."""

    def __init__(self, done: Callable[[tuple[str, ...]], None]):
        self._done = done
        self.path: list[str] = []
        self.ended = False
        self.states: dict[str, ipywidgets.Button] = {}
        self._ends: set[str] = set()
        self.back = ipywidgets.Button(
            description="◄ take back", tooltip="take the last state back", layout=_AUTO
        )
        self.stop_here = ipywidgets.Button(
            description="■ it ends here",
            tooltip="the execution ends with the last state clicked",
            layout=_AUTO,
        )
        self._text = ipywidgets.HTML()
        self._buttons = ipywidgets.Box(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.box = ipywidgets.VBox([self._text, self._buttons, ipywidgets.HBox([self.back, self.stop_here])])
        self.back.on_click(lambda _button: self._take_back())
        self.stop_here.on_click(lambda _button: self._end())
        self._show()

    def offer(self, definition: dict, steps: Sequence[str] = ()) -> None:
        """Offer the states of a machine, or without a definition the `steps` of code, and begin anew.

        What is offered already stays, with what was clicked.
        """
        found = read(definition).top.states if definition else {}
        states = list(found) or list(steps)
        ends = {name for name, state in found.items() if state.ends}
        if (states, ends) == (list(self.states), self._ends):
            return
        self._ends = ends
        self.states = {}
        for name in states:
            button = ipywidgets.Button(description=name, tooltip=f"next comes {name}", layout=_AUTO)
            button.on_click(lambda _button, name=name: self._add(name))
            self.states[name] = button
        self._buttons.children = tuple(self.states.values())
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.path, self.ended = [], False
        self._show()

    def _add(self, name: str) -> None:
        if self.ended:
            return
        self.path.append(name)
        if name in self._ends:
            self._end()
        self._show()

    def _take_back(self) -> None:
        if self.path and not self.ended:
            self.path.pop()
            self._show()

    def _end(self) -> None:
        if self.path and not self.ended:
            self.ended = True
            self._show()
            self._done(tuple(self.path))

    def _show(self) -> None:
        path = ARROW.join(self.path) or "nothing yet: click the state that comes first"
        end = " ■" if self.ended else ""
        self._text.value = sheet(
            f"<div role='status' aria-live='polite'>You expect: <b>{escape(path)}{end}</b></div>"
        )
        for button in (*self.states.values(), self.back, self.stop_here):
            button.disabled = self.ended
