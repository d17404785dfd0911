"""One run of the failure lab: what was chosen, what the machine did, what the ledger says of it."""

from dataclasses import dataclass
from typing import Any

from sagalab.failurelab.choice import Choice
from sagalab.failurelab.prediction import Prediction
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit
from sagalab.ledger.verdict import Verdict
from sagalab.markup import table, without_math
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing

STARTING, RUNNING, WAITING = "starting", "running", "waiting"
JUDGING, LATE, ENDED = "judging", "late", "ended"
ARROW = " → "


@dataclass(eq=False, repr=False)
class LabRun:
    """A run, under way or ended.

    - `number`: from 1, in the lab's history; `choice`: machine, items and faults; `order`: as it was sent.
    - `stage`: STARTING, RUNNING, WAITING (for the answer to a task token), JUDGING, LATE (a late commit is waited
      for) or ENDED.
    - `execution`, `verdict`: None until there is one. The verdict of a run that waits is that of the moment.
    - `waits_in`: the state that waits for a human's answer, or None; `parked`: whether there is one.
    - `prediction`: the path that was expected, or None.
    - `scale`: how many times longer than the machine says its waits are (SAGALAB_TIME_SCALE of a local cloud).
    """

    number: int
    choice: Choice
    order: dict[str, Any]
    prediction: Prediction | None = None
    stage: str = STARTING
    execution: Execution | None = None
    verdict: Verdict | None = None
    waits_in: str | None = None
    scale: float = 1.0

    @property
    def visits(self) -> list[Visit]:
        """The visits of states, in order; [] before there is an execution."""
        return self.execution.visits if self.execution else []

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the states entered, in order."""
        return tuple(self.execution.path) if self.execution else ()

    @property
    def status(self) -> str:
        """The execution's status; "" before there is one."""
        return self.execution.status if self.execution else ""

    @property
    def attempts(self) -> dict[str, int]:
        """The states that were tried more than once, and how often."""
        return {visit.name: visit.tries for visit in self.visits if visit.tries > 1}

    @property
    def parked(self) -> bool:
        """Whether the run waits for the answer to a task token: it goes on, and has not ended."""
        return self.waits_in is not None

    @property
    def seconds(self) -> float | None:
        """How long the execution took, in seconds; None while it goes on."""
        found = self.execution
        if found is None or found.started is None or found.stopped is None:
            return None
        return (found.stopped - found.started).total_seconds()

    @property
    def state(self) -> str:
        """What the execution is at: "waits for an answer in …", or its status with its error."""
        if self.parked:
            return f"waits for a human's answer in {self.waits_in}"
        error = f", {self.execution.error}" if self.execution and self.execution.error else ""
        return f"{self.status}{error}"

    def code(self) -> str:
        """Return the Python that runs this again."""
        return self.choice.code()

    def picture(self, *, times: bool = False) -> Drawing:
        """Return the machine with the path of this run; `times=True` adds durations."""
        return diagram(None, self.execution, times=times)

    def lines(self) -> list[tuple[str, str]]:
        """Return the run as pairs of name and text: path, attempts, status, verdict, prediction."""
        found = [("path", ARROW.join(self.path) or "nothing yet")]
        if self.attempts:
            found.append(("attempts", ", ".join(f"{name} ×{count}" for name, count in self.attempts.items())))
        found.append(("status", self.state or self.stage))
        if self.verdict is not None:
            found.append(("verdict", str(self.verdict)))
        if self.prediction is not None:
            found.append(("prediction", self.prediction.words(self.path)))
        return found

    def __repr__(self) -> str:
        return "\n".join(f"{name + ':':<12}{text}" for name, text in self.lines())

    def _repr_html_(self) -> str:
        label, named = f"run {self.number}", "text-align:left;vertical-align:top"
        return without_math(table(self.lines(), named=named, label=label))
