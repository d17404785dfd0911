"""A field for a whole number. What cannot be one is said below the field, with what happens: nothing is cut or rounded."""

from collections.abc import Callable

import ipywidgets

from sagalab.markup import escape


class NumberField:
    """A field for a whole number from `least` to `most`; an empty one counts as `least`.

    - `value`: the number; of a field that holds none, the last one that it held. Setting it calls nobody.
    - `problem`: what is wrong with what stands there, and what happens; "" when nothing is.
    - `box` is shown. `changed()` is called when someone has typed something else, right or wrong.
    """

    def __init__(
        self,
        label: str,
        changed: Callable[[], None],
        *,
        value: int = 0,
        least: int = 0,
        most: int,
        unit: str = "",
        tooltip: str = "",
        label_width: str = "initial",
        width: str = "16em",
        until: str = "Nothing runs",
    ):
        """`unit` names what is counted, in the words of a problem: "pieces", "milliseconds"; `until` what happens then."""
        self.label, self._changed = label, changed
        self._value, self._least, self._most, self._unit = value, least, most, unit
        self._quiet, self._until = False, until
        self.problem = ""
        self.text = ipywidgets.Text(
            str(value), description=label, tooltip=tooltip or label, continuous_update=False,
            style={"description_width": label_width}, layout=ipywidgets.Layout(width=width, max_width="100%"),
        )  # fmt: skip
        self.words = ipywidgets.HTML(layout=ipywidgets.Layout(max_width=width))
        self.box = ipywidgets.VBox([self.text, self.words])
        self.text.observe(lambda _change: self._typed(), names="value")
        self._show()

    @property
    def value(self) -> int:
        """The number in the field, or the last one that was."""
        return self._value

    @value.setter
    def value(self, value: int) -> None:
        self._value, self.problem = value, ""
        self._quiet = True
        try:
            self.text.value = str(value)
        finally:
            self._quiet = False
        self._show()

    def lock(self, locked: bool) -> None:
        """Take no input while `locked`."""
        self.text.disabled = locked

    def limits(self, least: int, most: int) -> None:
        """Set other limits. What stands in the field is judged when it is typed anew."""
        self._least, self._most = least, most

    def _typed(self) -> None:
        if self._quiet:
            return
        number = _whole(self.text.value.strip() or str(self._least))
        self.problem = self._judged(number)
        if number is not None and not self.problem:
            self._value = number
        self._show()
        self._changed()

    def _judged(self, number: int | None) -> str:
        text = self.text.value.strip()
        range_of = f"a whole number from {self._least:,} to {self._most:,}"
        if number is None:
            return f"{_cut(text)} is no whole number. {self._until} until {range_of} stands here."
        unit = f" {self._unit}" if self._unit else ""
        if number > self._most:
            return f"{_cut(text)} is too many: at most {self._most:,}{unit}. {self._until} until {range_of} stands here."
        if number < self._least:
            return f"{_cut(text)} is too few: at least {self._least:,}{unit}. {self._until} until {range_of} stands here."
        return ""

    def _show(self) -> None:
        if self.problem:
            self.text.add_class("sagalab-wrong")
        else:
            self.text.remove_class("sagalab-wrong")
        self.words.layout.display = "" if self.problem else "none"
        said = f"✗ {escape(self.problem)}" if self.problem else ""
        self.words.value = f"<div role='alert' class='sagalab-problem'>{said}</div>"


def _whole(text: str) -> int | None:
    """Return the whole number that a text says: 3, 1e3, 2.0; None for anything else."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _cut(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"
