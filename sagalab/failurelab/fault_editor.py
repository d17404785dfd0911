"""The failure lab's faults: a button for each task says its fault; below them the fault of one task is edited."""

from collections.abc import Callable, Iterable

import ipywidgets

from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.choice import fault_words
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


class FaultEditor:
    """The faults of all tasks. `changed()` is called when someone edits one; setting `faults` calls nothing.

    When, how often and milliseconds are there only while they matter.
    """

    def __init__(self, changed: Callable[[], None]):
        self._changed = changed
        self._faults: dict[str, Fault] = {}
        self._showing = False
        self.task = ButtonChoice("Task", dict.fromkeys(TASKS, ""), lambda _task: self._show(), value=TASKS[0])
        self.kind = ButtonChoice("Fault", _KINDS, self._kind_chosen, value=_NO_FAULT, tooltips=KINDS)
        self.when = ButtonChoice(
            "When",
            {when: f"{when} the commit" for when in WHEN},
            lambda _when: self._edited(),
            value=DEFAULT_WHEN,
        )
        self.times = ButtonChoice("How often", _TIMES, lambda _times: self._edited(), value=_ALWAYS)
        self.ms = ipywidgets.BoundedIntText(
            500, min=1, max=MOST_MS, description="Milliseconds", style={"description_width": "9em"},
            layout=ipywidgets.Layout(width="16em"), tooltip="how long it takes, in milliseconds",
        )  # fmt: skip
        self.ms.observe(lambda _change: self._edited(), names="value")
        self._words = ipywidgets.HTML()
        one = ipywidgets.VBox(
            [self._words, self.kind.box, self.when.box, self.times.box, self.ms],
            layout=ipywidgets.Layout(border="1px solid #9aa7b8", padding="4px 8px"),
        )
        self.box = ipywidgets.VBox([self.task.box, one])
        self._show()

    @property
    def faults(self) -> list[Fault]:
        """The faults that are set, in the order of the tasks."""
        return [self._faults[task] for task in TASKS if task in self._faults]

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        self._faults = {fault.task: fault for fault in faults}
        if self._faults and self.task.value not in self._faults:
            self.task.value = next(iter(self._faults))
        self._show()

    def offer(self, tasks: Iterable[str]) -> None:
        """Offer these tasks only: those that the chosen machine has. The faults of the others are kept."""
        there = set(tasks)
        self.task.options = {task: "" for task in TASKS if task in there} or dict.fromkeys(TASKS, "")
        self._show()

    def lock(self, locked: bool) -> None:
        """Take no changes while `locked`. The tasks can be looked at all the same."""
        for each in (self.kind, self.when, self.times):
            each.lock(locked)
        self.ms.disabled = locked

    def _kind_chosen(self, kind: str) -> None:
        if self.task.value not in self._faults:  # what is shown is left from another task
            self.when.value = DEFAULT_WHEN
            self.times.value = 1 if kind == "transient" else _ALWAYS
        self._showing = True
        self.ms.value = DEFAULT_MS.get(kind, self.ms.value)
        self._showing = False
        self._edited()

    def _edited(self) -> None:
        if self._showing:
            return
        task, kind = self.task.value, self.kind.value
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
        self._showing = True  # the milliseconds that change here are nobody's edit
        self.kind.value = fault.kind if fault else _NO_FAULT
        if fault is not None:
            times = fault.times or _ALWAYS
            self.times.options = _TIMES | ({} if times in _TIMES else {times: f"the first {times}"})
            self.when.value, self.times.value = fault.when, times
            self.ms.value = fault.ms or self.ms.value
        self._showing = False
        kind = self.kind.value
        self.when.box.layout.display = "none" if kind in (_NO_FAULT, "late") else ""
        self.times.box.layout.display = "" if kind else "none"
        self.ms.layout.display = "" if kind in DEFAULT_MS else "none"
        words = KINDS.get(kind, "nothing is done to it")
        self._words.value = f"<div role='status' style='font-size:15px'><b>{escape(self.task.value)}</b>: {escape(words)}.</div>"
