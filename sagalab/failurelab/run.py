"""One run of the failure lab: what was chosen, what the machine did, what the ledger says of it."""

from dataclasses import dataclass
from typing import Any

from sagalab.failurelab.choice import Choice
from sagalab.failurelab.prediction import Prediction
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import Verdict
from sagalab.markup import table, without_math
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing

STARTING, RUNNING, JUDGING, LATE, ENDED = "starting", "running", "judging", "late", "ended"
ARROW = " → "


@dataclass(eq=False, repr=False)
class LabRun:
    """A run, under way or ended.

    - `number`: from 1, in the lab's history; `choice`: machine, items and faults; `order`: as it was sent.
    - `stage`: STARTING, RUNNING, JUDGING, LATE (a late commit is waited for) or ENDED.
    - `execution`, `verdict`: None until there is one. A `parked` run waits for a human's answer.
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
    parked: bool = False
    scale: float = 1.0

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
        visits = self.execution.visits if self.execution else []
        return {visit.name: visit.tries for visit in visits if visit.tries > 1}

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
        error = f", {self.execution.error}" if self.execution and self.execution.error else ""
        status = "parked, waits for a human's answer" if self.parked else f"{self.status}{error}"
        found.append(("status", status or self.stage))
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
