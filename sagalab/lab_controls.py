"""The failure lab's form: machine, order, and per task a fault, when it strikes and how often."""

from collections.abc import Callable, Iterable

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.faults import DEFAULT_MS, DEFAULT_WHEN, KINDS, TASKS, WHEN, Fault, plan
from sagalab.lab_choice import SAGA, Choice, scenario_choice
from sagalab.orders import CATALOGUE
from sagalab.scenarios import SCENARIOS

_MOST_QUANTITY, _MOST_MS = 999, 900_000
_ALWAYS = 0  # a menu cannot hold None: it would show nothing
_TIMES = {"every attempt": _ALWAYS, "the first attempt": 1, "the first 2": 2, "the first 3": 3, "the first 4": 4}
_WIDE, _MIDDLE, _SMALL = (ipywidgets.Layout(width=width, max_width="100%") for width in ("31em", "15em", "10em"))
_LABEL = {"description_width": "10.5em"}
_OWN = _NO_FAULT = ""


def row(children: Iterable[ipywidgets.Widget]) -> ipywidgets.Box:
    """Return widgets in a row that wraps where the page is narrow."""
    return ipywidgets.Box(list(children), layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"))


class FaultRow:
    """The controls of one task. When, times and milliseconds are there only while they matter."""

    def __init__(self, task: str, changed: Callable[[], None]):
        self.task = task
        kinds = [("no fault", _NO_FAULT), *((f"{kind}: {words}", kind) for kind, words in KINDS.items())]
        self.kind = ipywidgets.Dropdown(
            options=kinds, value=_NO_FAULT, description=task, style=_LABEL, layout=_WIDE,
            tooltip=f"which fault strikes {task}",
        )  # fmt: skip
        self.when = ipywidgets.Dropdown(
            options=[(f"{when} the commit", when) for when in WHEN], value=DEFAULT_WHEN, layout=_MIDDLE,
            description="when", style={"description_width": "3em"},
            tooltip=f"{task}: before or after the commit of its own transaction",
        )  # fmt: skip
        self.times = ipywidgets.Dropdown(
            options=_TIMES, value=_ALWAYS, layout=_MIDDLE, tooltip=f"{task}: which attempts meet the fault",
            description="at", style={"description_width": "2em"},
        )  # fmt: skip
        self.ms = ipywidgets.BoundedIntText(
            500, min=1, max=_MOST_MS, description="ms", style={"description_width": "2em"}, layout=_SMALL,
            tooltip=f"{task}: how long it takes, in milliseconds",
        )  # fmt: skip
        self.box = row((self.kind, self.when, self.times, self.ms))
        self.kind.observe(self._kind_chosen, names="value")
        for each in (self.kind, self.when, self.times, self.ms):
            each.observe(lambda _change: changed(), names="value")
        self._show()

    def _kind_chosen(self, change: dict) -> None:
        self.ms.value = DEFAULT_MS.get(change["new"], self.ms.value)
        if not change["old"]:
            self.times.value = 1 if change["new"] == "transient" else _ALWAYS
        self._show()

    def _show(self) -> None:
        kind = self.kind.value
        self.when.layout.display = "none" if kind in (_NO_FAULT, "late") else ""
        self.times.layout.display = "" if kind else "none"
        self.ms.layout.display = "" if kind in DEFAULT_MS else "none"

    @property
    def fault(self) -> Fault | None:
        """The fault that is set, or None."""
        if not self.kind.value:
            return None
        ms = self.ms.value if self.kind.value in DEFAULT_MS else None
        return Fault(self.task, self.kind.value, self.when.value, self.times.value or None, ms)

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        self.kind.value = fault.kind if fault else _NO_FAULT
        if fault is None:
            return
        times = fault.times or _ALWAYS
        if times not in _TIMES.values():
            self.times.options = {**_TIMES, f"the first {times}": times}
        self.when.value, self.times.value = fault.when, times
        self.ms.value = fault.ms or self.ms.value


class Controls:
    """The form. `changed(choice)` is called when someone changes it; setting `choice` calls nothing.

    `refused(error)` is called instead where the form says nothing that can run, such as an empty order.
    """

    def __init__(self, changed: Callable[[Choice], None], refused: Callable[[SagaLabError], None]):
        self._changed, self._refused, self._quiet = changed, refused, False
        self.machine = ipywidgets.Dropdown(
            options=[SAGA], description="State machine", style=_LABEL, layout=_WIDE, tooltip="which machine runs"
        )
        presets = [("your own", _OWN), *((f"{each.key} · {each.title}", each.key) for each in SCENARIOS)]
        self.preset = ipywidgets.Dropdown(
            options=presets, value="4", description="Scenario", style=_LABEL, layout=_WIDE,
            tooltip="one of the seed's seven scenarios fills in the faults",
        )  # fmt: skip
        self.items = {
            item.item_id: ipywidgets.BoundedIntText(
                0, min=0, max=_MOST_QUANTITY, description=f"{item.description}, {item.unit_price}",
                style={"description_width": "15.5em"}, layout=ipywidgets.Layout(width="21.5em", max_width="100%"),
                tooltip=f"how many of item {item.item_id}",
            )
            for item in CATALOGUE
        }  # fmt: skip
        self.rows = {task: FaultRow(task, self._edited) for task in TASKS}
        self.machine.observe(self._edited, names="value")
        self.preset.observe(self._preset_chosen, names="value")
        for quantity in self.items.values():
            quantity.observe(self._edited, names="value")
        self.box = ipywidgets.VBox([
            row((self.machine, self.preset)),
            _heading("Order: how many of each"),
            row(self.items.values()),
            _heading("Faults: what fails, when and how often"),
            *(each.box for each in self.rows.values()),
        ])  # fmt: skip

    @property
    def choice(self) -> Choice:
        """What the form says. Raises SagaLabError for an empty order."""
        faults = [each.fault for each in self.rows.values() if each.fault is not None]
        items = {item: quantity.value for item, quantity in self.items.items() if quantity.value}
        return Choice(self.machine.value, items, plan(*faults))

    @choice.setter
    def choice(self, choice: Choice) -> None:
        self._quiet = True
        try:
            if choice.machine not in self.machine.options:
                self.machine.options = (*self.machine.options, choice.machine)
            self.machine.value = choice.machine
            for item, quantity in self.items.items():
                quantity.value = choice.items.get(item, 0)
            faults = {fault.task: fault for fault in choice.faults.faults}
            for task, each in self.rows.items():
                each.fault = faults.get(task)
            self.preset.value = choice.scenario or _OWN
        finally:
            self._quiet = False

    def offer_machines(self, names: list[str]) -> None:
        """Set the machines that can be chosen; the chosen one stays if it is still there."""
        kept, self._quiet = self.machine.value, True
        try:
            self.machine.options = names
            self.machine.value = kept if kept in names else names[0]
        finally:
            self._quiet = False
        if self.machine.value != kept:
            self._edited()

    def show_tasks(self, tasks: Iterable[str]) -> None:
        """Show the faults of these tasks only: those that the chosen machine has."""
        there = set(tasks)
        for task, each in self.rows.items():
            each.box.layout.display = "" if task in there else "none"

    def lock(self, locked: bool) -> None:
        """Take no changes while a run is under way."""
        widgets = [self.machine, self.preset, *self.items.values()]
        widgets += [one for each in self.rows.values() for one in (each.kind, each.when, each.times, each.ms)]
        for widget in widgets:
            widget.disabled = locked

    def _preset_chosen(self, change: dict) -> None:
        if not self._quiet and change["new"]:
            self.choice = scenario_choice(change["new"], self.machine.value)
            self._edited()

    def _edited(self, _change: dict | None = None) -> None:
        if self._quiet:
            return
        try:
            choice = self.choice
        except SagaLabError as error:
            self._refused(error)
            return
        self._quiet = True
        self.preset.value = choice.scenario or _OWN
        self._quiet = False
        self._changed(choice)


def _heading(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<h4 style='margin:8px 0 2px'>{text}</h4>")
