"""The failure lab's faults: a button for each task says its fault; below them the fault of one task is edited."""

from collections.abc import Callable, Iterable

import ipywidgets

from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.choice import fault_words
from sagalab.failurelab.number_field import NumberField
from sagalab.markup import escape
from sagalab.orders.faults import DEFAULT_MS, DEFAULT_WHEN, KINDS, TASKS, WHEN, Fault

MOST_MS = 900_000
_ALWAYS, _NO_FAULT = 0, ""  # None would choose nothing
_TIMES = {
    _ALWAYS: "every attempt",
    1: "the first attempt",
    2: "the first 2",
    3: "the first 3",
    4: "the first 4",
}
_KINDS = {_NO_FAULT: "no fault", **{kind: kind for kind in KINDS}}

_NONE = "<div style='font-size:15px;margin-left:9em'>This machine calls none of the six tasks that can be broken.</div>"


class FaultEditor:
    """The faults of all tasks. `changed()` is called when someone edits one; setting `faults` calls nothing.

    A click on a task opens its fault, another closes it. When, how often and milliseconds are there only while
    they matter.
    """

    def __init__(self, changed: Callable[[], None]):
        self._changed = changed
        self._faults: dict[str, Fault] = {}
        self.task = ButtonChoice(
            "Faults", dict.fromkeys(TASKS, ""), lambda _task: self._task_chosen(), toggles=True
        )
        self.kind = ButtonChoice(
            "Fault", _KINDS, self._kind_chosen, value=_NO_FAULT, tooltips=KINDS, folds=True
        )
        self.when = ButtonChoice(
            "When",
            {when: f"{when} the commit" for when in WHEN},
            lambda _when: self._edited(),
            value=DEFAULT_WHEN,
        )
        self.times = ButtonChoice(
            "How often", _TIMES, lambda _times: self._edited(), value=_ALWAYS, folds=True
        )
        self.ms = NumberField(
            "Milliseconds", self._edited, value=500, least=1, most=MOST_MS, unit="milliseconds",
            tooltip="how long it takes, in milliseconds", label_width="9em",
        )  # fmt: skip
        self._words = ipywidgets.HTML()
        self._one = ipywidgets.VBox(
            [self._words, self.kind.box, self.when.box, self.times.box, self.ms.box],
            layout=ipywidgets.Layout(border="1px solid #9aa7b8", padding="4px 8px"),
        )
        self._none = ipywidgets.HTML(_NONE)
        self.box = ipywidgets.VBox([self.task.box, self._none, self._one])
        self._show()

    @property
    def faults(self) -> list[Fault]:
        """The faults that are set, in the order of the tasks."""
        return [self._faults[task] for task in TASKS if task in self._faults]

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        self._faults = {fault.task: fault for fault in faults}
        if self.task.value not in self._faults:
            self.task.value = next((task for task in self.task.options if task in self._faults), None)
        self.kind.open = self.times.open = False
        self.ms.value = self.ms.value  # what was typed and is no number
        self._show()

    def offer(self, tasks: Iterable[str]) -> None:
        """Offer these tasks only: those that the chosen machine has. The faults of the others are kept."""
        there = set(tasks)
        if self.task.value not in there:
            self.task.value = None
        self.task.options = {task: "" for task in TASKS if task in there}
        self._show()

    def lock(self, locked: bool) -> None:
        """Take no changes while `locked`. The tasks can be looked at all the same."""
        for each in (self.kind, self.when, self.times):
            each.lock(locked)
        self.ms.lock(locked)

    def _task_chosen(self) -> None:
        """Open what can be chosen for a task; one without a fault has its kind chosen first."""
        self.kind.open, self.times.open = self.task.value not in self._faults, False
        self.ms.value = self.ms.value
        self._show()

    def _kind_chosen(self, kind: str) -> None:
        if self.task.value not in self._faults:  # what is shown is left from another task
            self.when.value = DEFAULT_WHEN
            self.times.value = 1 if kind == "transient" else _ALWAYS
        self.ms.value = DEFAULT_MS.get(kind, self.ms.value)
        self._edited()

    def _edited(self) -> None:
        task, kind = self.task.value, self.kind.value
        if task is None:
            return
        self._faults.pop(task, None)
        if kind:
            ms = self.ms.value if kind in DEFAULT_MS else None
            self._faults[task] = Fault(task, kind, self.when.value, self.times.value or None, ms)
        self._show()
        self._changed()

    def _show(self) -> None:
        self.task.options = {
            task: f"{task}: {fault_words(self._faults[task]) if task in self._faults else 'no fault'}"
            for task in self.task.options
        }
        fault = self._faults.get(self.task.value)
        self._none.layout.display = "none" if self.task.options else ""
        self._one.layout.display = "none" if self.task.value is None else ""
        self.kind.value = fault.kind if fault else _NO_FAULT
        if fault is not None:
            times = fault.times or _ALWAYS
            self.times.options = _TIMES | ({} if times in _TIMES else {times: f"the first {times}"})
            self.when.value, self.times.value = fault.when, times
            if not self.ms.problem:
                self.ms.value = fault.ms or self.ms.value
        kind = self.kind.value
        self.when.box.layout.display = "none" if kind in (_NO_FAULT, "late") else ""
        self.times.box.layout.display = "" if kind else "none"
        self.ms.box.layout.display = "" if kind in DEFAULT_MS else "none"
        words = KINDS.get(kind, "nothing is done to it")
        self._words.value = f"<div role='status' style='font-size:15px'><b>{escape(self.task.value or '')}</b>: {escape(words)}.</div>"
