"""The failure lab's form: machine, scenario, order, and the faults. Usable by keyboard (see button_choice.py)."""

from collections.abc import Callable, Iterable

import ipywidgets

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.errors import SagaLabError
from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.choice import SAGA, Choice, scenario_choice
from sagalab.failurelab.fault_editor import FaultEditor
from sagalab.markup import escape
from sagalab.orders.faults import plan
from sagalab.orders.scenarios import SCENARIOS, scenario

_MOST_QUANTITY = 999
_OWN = ""
# A title such as "… and cannot be refunded" goes on where that of its first digit ends.
_TITLES = {
    each.key: f"{scenario(each.key[0]).title} {each.title}" if len(each.key) > 1 else each.title
    for each in SCENARIOS
}


def row(children: Iterable[ipywidgets.Widget]) -> ipywidgets.Box:
    """Return widgets in a row that wraps where the page is narrow."""
    return ipywidgets.Box(
        list(children), layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    )


class Controls:
    """The form. `changed(choice)` is called when someone changes it; setting `choice` calls nothing.

    `refused(error)` is called instead where the form says nothing that can run, such as an empty order.
    """

    def __init__(self, changed: Callable[[Choice], None], refused: Callable[[SagaLabError], None]):
        self._changed, self._refused, self._quiet = changed, refused, False
        self.machine = ButtonChoice("State machine", {SAGA: SAGA}, self._edited, value=SAGA)
        self.preset = ButtonChoice(
            "Scenario", {_OWN: "your own", **{key: key for key in _TITLES}}, self._preset_chosen,
            value="4", tooltips=_TITLES,
        )  # fmt: skip
        self._title = ipywidgets.HTML()
        self.items = {
            item.item_id: ipywidgets.BoundedIntText(
                0, min=0, max=_MOST_QUANTITY, description=f"{item.description}, {item.unit_price}",
                style={"description_width": "17.5em"}, layout=ipywidgets.Layout(width="23.5em", max_width="100%"),
                tooltip=f"how many of item {item.item_id}",
            )
            for item in CATALOGUE
        }  # fmt: skip
        self.faults = FaultEditor(self._edited)
        for quantity in self.items.values():
            quantity.observe(self._edited, names="value")
        self.box = ipywidgets.VBox([
            self.machine.box,
            self.preset.box,
            self._title,
            _heading("Order: how many of each"),
            row(self.items.values()),
            _heading("Faults: what fails, when and how often"),
            self.faults.box,
        ])  # fmt: skip
        self._show_preset("4")

    @property
    def choice(self) -> Choice:
        """What the form says. Raises SagaLabError for an empty order."""
        items = {item: quantity.value for item, quantity in self.items.items() if quantity.value}
        return Choice(self.machine.value, items, plan(*self.faults.faults))

    @choice.setter
    def choice(self, choice: Choice) -> None:
        self._quiet = True
        try:
            if choice.machine not in self.machine.options:
                self.machine.options = {**self.machine.options, choice.machine: choice.machine}
            self.machine.value = choice.machine
            for item, quantity in self.items.items():
                quantity.value = choice.items.get(item, 0)
            self.faults.faults = choice.faults.faults
            self._show_preset(choice.scenario or _OWN)
        finally:
            self._quiet = False

    def offer_machines(self, names: list[str]) -> None:
        """Set the machines that can be chosen; the chosen one stays if it is still there."""
        kept = self.machine.value
        self.machine.options = {name: name for name in names}
        if self.machine.value != kept:
            self._edited()

    def lock(self, locked: bool) -> None:
        """Take no changes while a run is under way."""
        for each in (self.machine, self.preset, self.faults):
            each.lock(locked)
        for quantity in self.items.values():
            quantity.disabled = locked

    def _preset_chosen(self, key: str) -> None:
        if key != _OWN:
            self.choice = scenario_choice(key, self.machine.value)
        self._edited()

    def _edited(self, _change: object = None) -> None:
        if self._quiet:
            return
        try:
            choice = self.choice
        except SagaLabError as error:
            self._refused(error)
            return
        self._show_preset(choice.scenario or _OWN)
        self._changed(choice)

    def _show_preset(self, key: str) -> None:
        self.preset.value = key
        words = _TITLES.get(key, "what you choose below")
        self._title.value = f"<div role='status' style='font-size:15px;margin-left:9em'>{escape(words)}</div>"


def _heading(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<h4 style='margin:8px 0 2px'>{escape(text)}</h4>")
