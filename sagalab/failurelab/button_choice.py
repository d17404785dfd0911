"""One of several options, chosen by buttons: what menus and radio buttons would be, usable by keyboard in JupyterLab.

JupyterLab's notebook takes the arrow keys and letters of a focused menu or radio button for its own commands
("x" cuts the cell that holds it). It leaves Tab, the space bar and Enter on a button alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from sagalab.failurelab.fold import Fold
from sagalab.markup import escape

CHOSEN, OTHER = "●", "○"
# One for all: a panel has some fifty buttons, and each would bring a browser two more models.
_LAYOUT, _LOOK = ipywidgets.Layout(max_width="100%"), ipywidgets.ButtonStyle()
_STYLE = """<style>
.sagalab-choice button { width: auto; height: auto; min-height: 32px; min-width: 3em; line-height: 1.35;
  white-space: normal; text-align: left; font-size: 15px; padding: 3px 10px; }
.sagalab-choice button:focus-visible { outline: 3px solid #0b5cad; outline-offset: 1px; }
[data-jp-theme-light="false"] .sagalab-choice button:focus-visible { outline-color: #8ec5ff; }
</style>"""


class ButtonChoice:
    """A label and a row of buttons, one an option; the chosen one carries ● and a colour, the others ○.

    - `options`: {value: words on its button}; setting it keeps the value if it is still there, else the first is
      chosen. `tooltips`: {value: what the browser says of the button}.
    - `value`: the chosen option; None chooses nothing. Setting it calls nobody.
    - `choose(value)` is what a click does: `changed(value)` is called.
    - `box` is shown. `column=True` puts one button a line. With `folds` one button says what is chosen, and shows
      and hides the others (`open`). With `toggles` a click on the chosen one chooses nothing.
    """

    def __init__(
        self,
        label: str,
        options: Mapping[Any, str],
        changed: Callable[[Any], None],
        *,
        value: Any = None,
        tooltips: Mapping[Any, str] | None = None,
        label_width: str = "9em",
        column: bool = False,
        folds: bool = False,
        toggles: bool = False,
    ):
        self._label, self._changed, self._value, self._locked = label, changed, value, False
        self._tooltips = dict(tooltips or {})
        self._options: dict[Any, str] = {}
        self._toggles = toggles
        self.buttons: dict[Any, ipywidgets.Button] = {}
        self.heading = ipywidgets.HTML(
            f"<span style='font-size:15px'>{escape(label)}</span>",
            layout=ipywidgets.Layout(min_width=label_width if label else "0"),
        )
        flow = "column" if column else "row wrap"
        self._row = ipywidgets.Box(layout=ipywidgets.Layout(flex_flow=flow, flex="1 1 20em"))
        self._fold = Fold(label, self._row) if folds else None
        body = self._row if self._fold is None else ipywidgets.Box(
            [self._fold.head, self._row],
            layout=ipywidgets.Layout(flex_flow="row wrap", flex="1 1 20em", align_items="flex-start"),
        )  # fmt: skip
        self.box = ipywidgets.Box(
            [
                ipywidgets.HTML(
                    _STYLE, layout=ipywidgets.Layout(display="none")
                ),  # a style counts all the same
                *([self.heading] if label else []),
                body,
            ],
            layout=ipywidgets.Layout(flex_flow="row wrap", width="100%"),
        )
        self.box.add_class("sagalab-choice")
        self.options = options

    @property
    def options(self) -> dict[Any, str]:
        """{value: words}, in the order of the buttons."""
        return dict(self._options)

    @options.setter
    def options(self, options: Mapping[Any, str]) -> None:
        if list(options.items()) == list(self._options.items()):
            return  # the focus stays where it is
        same = list(options) == list(self._options)
        self._options = dict(options)
        if not same:
            self.buttons = {value: self._button(value) for value in self._options}
            self._row.children = tuple(self.buttons.values())
        if self._value is not None and self._value not in self._options:
            self._value = next(iter(self._options), None)
        self._show()

    @property
    def value(self) -> Any:
        """The chosen option, or None."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        if value is not None and value not in self._options:
            raise ValueError(f"{value!r} is none of the options of {self._label!r}: {list(self._options)}")
        self._value = value
        self._show()

    @property
    def open(self) -> bool:
        """Whether the options are shown: always, unless it folds. Setting it is nothing then."""
        return self._fold is None or self._fold.open

    @open.setter
    def open(self, is_open: bool) -> None:
        if self._fold is not None:
            self._fold.open = is_open

    @property
    def label(self) -> str:
        """The words of the chosen option; "" when nothing is chosen."""
        return self._options.get(self._value, "")

    def choose(self, value: Any) -> None:
        """Choose an option as a click does. Raises ValueError for one that is not offered."""
        self.value = None if self._toggles and value == self._value else value
        self._changed(self._value)

    def lock(self, locked: bool) -> None:
        """Take no clicks while `locked`. What is folded can be looked at all the same."""
        self._locked = locked
        for button in self.buttons.values():
            button.disabled = locked

    def _button(self, value: Any) -> ipywidgets.Button:
        said = self._tooltips.get(value, "")
        tooltip = ": ".join(each for each in (self._label, said) if each)
        button = ipywidgets.Button(
            tooltip=tooltip or None, disabled=self._locked, layout=_LAYOUT, style=_LOOK
        )
        button.on_click(lambda _button: self.choose(value))
        return button

    def _show(self) -> None:
        for value, button in self.buttons.items():
            chosen = value == self._value
            button.description = f"{CHOSEN if chosen else OTHER} {self._options[value]}"
            button.button_style = "info" if chosen else ""
        if self._fold is not None:
            self._fold.words = self.label or "choose"
