"""One fault, one run, one picture: a small failure lab for the notebooks before 05. It rehearses, so nothing waits."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets

from sagalab.asl.engine.history import json_text
from sagalab.deploying.names import TASKS
from sagalab.errors import SagaLabError
from sagalab.failurelab import view
from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.run import ARROW
from sagalab.orders.faults import Fault, plan
from sagalab.orders.orders import make_order
from sagalab.pictures.palette import VERDICT
from sagalab.rehearsal.rehearse import ready, rehearse
from sagalab.rehearsal.rehearsed import Rehearsed
from sagalab.rehearsal.services.addresses import ARNS

NONE = "none"
STEPS = (
    "ProcessOrder",
    "ProcessPayment",
    "ReserveInventory",
)  # one fault in an undo alone would strike nobody
FAULTS: dict[str, tuple[str, Callable[[str], Fault]]] = {
    "error": ("business error, after its commit", lambda task: Fault.error(task, when="after")),
    "transient": ("transient: fails twice, then works", lambda task: Fault.transient(task, times=2)),
    "throttle": ("throttled, every time", Fault.throttle),
    "timeout": ("takes 11 seconds, commits nothing", Fault.timeout),
    "crash": ("the process exits, every time", Fault.crash),
}
"""What can be chosen: the words on its button, and the fault of a task."""


class OneFault:
    """A machine, one fault to choose, and Run. `run(task, kind)` does the same from Python, and returns the words.

    - `tasks`: of which the fault may be; `execution`: the last run, or None; `words`: what came of it.

    It shows as buttons (Tab, the space bar and Enter work), a line that a screen reader reads out, and a picture.
    Where there are no widgets it shows as text that says how it is run. Nothing is deployed: the machine runs in
    virtual time, on the course's services in memory.
    """

    def __init__(self, machine: str | Path | Mapping[str, Any]):
        self.machine = machine
        tree, _ = ready(machine)
        text = json_text(tree.body)
        self.tasks = [task.task for task in TASKS if task.task in STEPS and ARNS.function(task) in text]
        if not self.tasks:
            raise SagaLabError(
                "This machine calls none of the saga's functions.", "Give a saga of the course."
            )
        self.execution: Rehearsed | None = None
        self._task = ButtonChoice(
            "Task", {task: task for task in self.tasks}, self._chosen, value=self.tasks[0]
        )
        kinds = {NONE: "no fault", **{kind: words for kind, (words, _) in FAULTS.items()}}
        self._kind = ButtonChoice("Fault", kinds, self._chosen, value=NONE)
        self.run_button = ipywidgets.Button(
            description="▶ Run", button_style="primary", tooltip="Run one order with this fault"
        )
        self.run_button.on_click(lambda _button: self._clicked())
        self.said = ipywidgets.HTML(view.said("Choose a task and a fault, and press Run."))
        self.picture = ipywidgets.HTML(view.picture(dict(tree.body), None))
        self.widget = ipywidgets.VBox(
            [self._task.box, self._kind.box, self.run_button, self.said, self.picture],
            layout=ipywidgets.Layout(width="100%"),
        )

    @property
    def fault(self) -> Fault | None:
        """The fault that is chosen now, or None."""
        return None if self._kind.value == NONE else FAULTS[self._kind.value][1](self._task.value)

    def run(self, task: str | None = None, kind: str | None = None) -> str:
        """Run one order, with the fault that is chosen or this one ("none": without), and return the words.

        Raises SagaLabError for a task that the machine does not call, and for an unknown kind.
        """
        for choice, given in ((self._task, task), (self._kind, kind)):
            if given is not None and given not in choice.options:
                raise SagaLabError(
                    f"{given!r:.60} cannot be chosen.", f"Take one of: {', '.join(choice.options)}."
                )
            choice.value = choice.value if given is None else given
        fault = self.fault
        order = make_order("4-one-fault", faults=plan(*([fault] if fault else [])).to_dict())
        self.execution = rehearse(self.machine, order)
        verdict = self.execution.verdict
        kind_of_line = VERDICT[verdict.name] if verdict is not None else ""
        self.said.value = view.said(self.words, kind_of_line)
        self.picture.value = view.picture(None, self.execution)
        return self.words

    @property
    def words(self) -> str:
        """What the last run did: the fault as code, status, time, path, verdict; "" before the first."""
        run = self.execution
        if run is None:
            return ""
        error = f" with {run.error}" if run.error else ""
        way = ARROW.join(
            f"{visit.name} ×{visit.tries}" if visit.tries > 1 else visit.name
            for visit in run.visits
            if visit.parent is None
        )
        return (
            f"{self.fault or 'No fault'}: {run.status}{error} after {run.duration or 0:.1f} s. {way}. "
            f"The tables: {run.verdict}."
        )

    def _clicked(self) -> None:
        try:
            self.run()
        except SagaLabError as error:
            self.said.value = view.said(f"{error.what} {error.cure}", "failed")

    def _chosen(self, _value: Any) -> None:
        words = "without a fault" if self.fault is None else f"with {self.fault}"
        self.said.value = view.said(f"Press Run: one order {words}.")

    def __repr__(self) -> str:
        return "\n".join(
            [
                "One fault: choose a task and a fault, press Run, see the picture. Nothing is deployed, nothing waits.",
                f"  tasks:  {', '.join(self.tasks)}",
                f"  faults: {', '.join([NONE, *FAULTS])}",
                f'  without buttons: one_fault.run("{self.tasks[-1]}", "crash")',
            ]
        )

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(**options), "text/plain": repr(self)}


class AskOneFault:
    """`one_fault(machine)` shows the small lab; `one_fault.run("ProcessPayment", "crash")` runs the last one."""

    def __init__(self) -> None:
        self._shown: OneFault | None = None

    def __call__(self, machine: str | Path | Mapping[str, Any] = "saga") -> OneFault:
        """Return a small failure lab for a machine: a name, a file or a definition. Raises SagaLabError as rehearse."""
        self._shown = OneFault(machine)
        return self._shown

    def run(self, task: str | None = None, kind: str | None = None) -> Any:
        """Run an order in the last one, where its buttons do not show; return its words and picture.

        Raises SagaLabError when there is none yet, and as OneFault.run does.
        """
        if self._shown is None:
            raise SagaLabError("There is no machine yet.", "Give one first: one_fault(machine).")
        self._shown.run(task, kind)
        return Shown(self._shown)


class Shown:
    """The words and the picture of a run, without widgets."""

    def __init__(self, lab: OneFault):
        self._words, self._picture = lab.words, lab.picture.value

    def __repr__(self) -> str:
        return self._words

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/html": view.said(self._words) + self._picture, "text/plain": self._words}


one_fault = AskOneFault()
