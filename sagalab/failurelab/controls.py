"""The failure lab's form: machine, scenario, order, and the faults. Usable by keyboard (see button_choice.py), and short."""

from collections.abc import Callable, Iterable

import ipywidgets

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.errors import SagaLabError
from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.choice import SAGA, Choice, scenario_choice
from sagalab.failurelab.fault_editor import FaultEditor
from sagalab.failurelab.fold import Fold
from sagalab.failurelab.number_field import NumberField
from sagalab.markup import escape
from sagalab.orders.faults import plan
from sagalab.orders.scenarios import SCENARIOS, scenario

_MOST_QUANTITY = 999
_OWN = ""
_NO_SAGA = " (no saga: it undoes nothing)"
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
        self._no_sagas: set[str] = set()
        self.machine = ButtonChoice("State machine", {SAGA: SAGA}, self._edited, value=SAGA, folds=True)
        self.preset = ButtonChoice(
            "Scenario", {_OWN: "your own", **{key: f"{key}: {title}" for key, title in _TITLES.items()}},
            self._preset_chosen, value="4", folds=True,
        )  # fmt: skip
        self.items = {
            item.item_id: NumberField(
                f"{item.description}, {item.unit_price}", self._edited, most=_MOST_QUANTITY, unit="pieces",
                tooltip=f"how many of item {item.item_id}", label_width="15.5em", width="22em",
            )
            for item in CATALOGUE
        }  # fmt: skip
        self.order = Fold("Order", row(field.box for field in self.items.values()))
        self.faults = FaultEditor(self._edited)
        self.box = ipywidgets.VBox([
            self.machine.box,
            self.preset.box,
            _named("Order", self.order),
            self.faults.box,
        ])  # fmt: skip
        self._show_preset("4")
        self._show_order()

    @property
    def choice(self) -> Choice:
        """What the form says. Raises SagaLabError for an empty order, and for a field that holds no such number."""
        for label, field in (
            *((field.label, field) for field in self.items.values()),
            ("Milliseconds", self.faults.ms),
        ):
            if field.problem:
                raise SagaLabError(f"{label}: {field.problem}", "Correct it there.")
        items = {item: field.value for item, field in self.items.items() if field.value}
        return Choice(self.machine.value, items, plan(*self.faults.faults))

    @choice.setter
    def choice(self, choice: Choice) -> None:
        self._quiet = True
        try:
            if choice.machine not in self.machine.options:
                self.machine.options = {**self.machine.options, choice.machine: choice.machine}
            self.machine.value = choice.machine
            for item, field in self.items.items():
                field.value = choice.items.get(item, 0)
            self.faults.faults = choice.faults.faults
            self._show_preset(choice.scenario or _OWN)
            self._show_order()
        finally:
            self._quiet = False

    def offer_machines(self, names: Iterable[str], no_sagas: Iterable[str] = ()) -> None:
        """Set the machines that can be chosen; the chosen one stays if it is still there. What is no saga says so."""
        kept, marked = self.machine.value, set(no_sagas)
        self.machine.options = {name: name + (_NO_SAGA if name in marked else "") for name in names}
        if self.machine.value != kept:
            self._edited()

    def fold(self) -> None:
        """Close what is open, so that the form is small."""
        self.order.open = False
        for each in (self.machine, self.preset, self.faults.kind, self.faults.times):
            each.open = False

    def lock(self, locked: bool) -> None:
        """Take no changes while a run is under way."""
        for each in (self.machine, self.preset, self.faults):
            each.lock(locked)
        for field in self.items.values():
            field.lock(locked)

    def _preset_chosen(self, key: str) -> None:
        if key != _OWN:
            self.choice = scenario_choice(key, self.machine.value)
        self._edited()

    def _edited(self, _change: object = None) -> None:
        if self._quiet:
            return
        self._show_order()
        try:
            choice = self.choice
        except SagaLabError as error:
            self._refused(error)
            return
        self._show_preset(choice.scenario or _OWN)
        self._changed(choice)

    def _show_preset(self, key: str) -> None:
        self.preset.value = key

    def _show_order(self) -> None:
        """Say on the button of the order what is bought, and for how much."""
        if any(field.problem for field in self.items.values()):
            self.order.words = "✗ a quantity is wrong"
            return
        bought = [
            (item, self.items[item.item_id].value) for item in CATALOGUE if self.items[item.item_id].value
        ]
        total = sum(item.unit_price * count for item, count in bought)
        words = " + ".join(f"{count} × {item.description}" for item, count in bought)
        self.order.words = f"{words} = {total:.2f}" if bought else "✗ nothing is bought"


def _named(label: str, fold: Fold) -> ipywidgets.Box:
    """Return a folding part with its label, laid out as a ButtonChoice is."""
    heading = ipywidgets.HTML(
        f"<span style='font-size:15px'>{escape(label)}</span>", layout=ipywidgets.Layout(min_width="9em")
    )
    column = ipywidgets.VBox(
        [fold.head, fold.body], layout=ipywidgets.Layout(flex="1 1 20em", align_items="flex-start")
    )
    named = ipywidgets.Box([heading, column], layout=ipywidgets.Layout(flex_flow="row wrap", width="100%"))
    named.add_class("sagalab-choice")
    return named
