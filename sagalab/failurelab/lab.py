"""The failure lab: break a saga on purpose, and read what it did about that.

All of it works from Python. `FailureLab` (shown.py) is this lab with its panel.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sagalab.asl.document import read
from sagalab.cloud.aws_errors import explained
from sagalab.deploying.deploy import durable_functions, ensure_machine
from sagalab.deploying.deployment import Deployment, cloud_of
from sagalab.deploying.deployment import deployment as deployed
from sagalab.deploying.machines import definition as read_definition
from sagalab.deploying.machines import machine_names
from sagalab.errors import SagaLabError
from sagalab.failurelab.choice import SAGA, Choice, scenario_choice
from sagalab.failurelab.drive import Drive
from sagalab.failurelab.prediction import Prediction
from sagalab.failurelab.replay import AS_IT_RUNS, STEP, Pace
from sagalab.failurelab.run import ENDED, WAITING, LabRun
from sagalab.orders.durable_runs import DURABLE_NAMES
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.pictures.compare import Comparison, compare
from sagalab.saga import sagas

KEPT_RUNS = 20
DEFAULT_TIMEOUT_SECONDS = 120.0
Faults = Fault | FaultPlan | Mapping[str, Any]


class Lab:
    """A place to break a saga: choose, predict, run, read.

    - `choice`: what the next run takes. `choose` sets it, so do the controls of the panel.
    - `run(…)`: runs an order and returns a LabRun. `predict(…)`: the path you expect of the next run.
    - `answer(…)`: answers the run that waits for a human. `stop()`: stops the run. `reset()`: begins anew.
    - `history`: the last runs, at most 20. `compare(1, 2)`: two of them, by their numbers.
    - `show(slow=2)`: the panel shows runs slowly, two seconds a step; `show(step=True)`: step by step.
    - `code()`: Python that runs the present choice again.
    - `on_choice`, `on_run`: called after a choice or another pace, and after a run from Python (the panel shows them).

    `deployment`, if given, names the prefix to work under; without one it is the environment's. On a local
    cloud the saga is deployed at the first run if it is not.
    """

    def __init__(self, deployment: Deployment | None = None):
        self.prefix = deployment.prefix if deployment is not None else None
        self.choice = Choice()
        self.prediction: Prediction | None = None
        self.pace: Pace = AS_IT_RUNS
        self._runs: deque[LabRun] = deque(maxlen=KEPT_RUNS)
        self._count = 0
        self._drive: Drive | None = None  # the last one that was asked for; None after a reset
        self._lock = threading.Lock()  # the panel's clicks and a cell may come at the same time
        self.on_choice: Callable[[], None] = _nobody
        self.on_run: Callable[[LabRun], None] = _nobody

    @property
    def busy(self) -> bool:
        """Whether a run is under way. One that was reset is none of this lab any more."""
        return self._drive is not None and self._drive.under_way

    @property
    def history(self) -> list[LabRun]:
        """The last runs, oldest first: those that have ended, and what waits for an answer."""
        return list(self._runs)

    def machines(self) -> list[str]:
        """Return the names of the machines that can be chosen, "saga" first.

        They are those that are deployed; on the local cloud also those of statemachine/, which are deployed at their
        first run. So are "durable" and "durable-hardened", the saga as code. Raises SagaLabError when the saga is not
        deployed.
        """
        found = deployed(cloud_of(None, self.prefix))
        names = set(found.machines) | set(machine_names() if found.cloud.is_local else ())
        names |= set(DURABLE_NAMES if found.cloud.is_local else durable_functions(found))
        return sorted(names, key=lambda name: (name != SAGA, name))

    def no_sagas(self, names: Iterable[str]) -> set[str]:
        """Return which of these machines are no sagas: they undo nothing. Raises SagaLabError as `machines` does."""
        machines = (name for name in names if name not in DURABLE_NAMES)
        return {name for name in machines if not sagas(read(self.definition(name)))}

    def definition(self, name: str = SAGA) -> dict[str, Any]:
        """Return a machine's definition as it is deployed; of one that is not, as statemachine/ has it.

        Raises SagaLabError when there is no such machine.
        """
        found = deployed(cloud_of(None, self.prefix))
        if name not in found.machines and found.cloud.is_local and name in machine_names():
            return read_definition(name)
        client = found.cloud.client("stepfunctions")
        return json.loads(client.describe_state_machine(stateMachineArn=found.machine(name))["definition"])

    def machine(self, name: str = SAGA) -> tuple[dict[str, Any], list[str]]:
        """Return a machine's definition, and which of the six tasks it calls; code has no definition: {}.

        Raises SagaLabError when there is no such machine.
        """
        found = deployed(cloud_of(None, self.prefix))
        if name in DURABLE_NAMES:
            return {}, list(found.functions)
        client = found.cloud.client("stepfunctions")
        text = client.describe_state_machine(stateMachineArn=ensure_machine(found, name))["definition"]
        return json.loads(text), [task for task, arn in found.functions.items() if arn in text]

    def choose(
        self,
        faults: Faults | None = None,
        *,
        items: Mapping[str, int] | None = None,
        machine: str = SAGA,
        scenario: str | None = None,
    ) -> Choice:
        """Choose what the next run takes, and return it. What is not given is the default: no fault, two items.

        `faults`: a Fault, a plan, or an order's `faults`; `items`: {item id: quantity}; `machine`: the name of
        a deployed machine, or "durable" or "durable-hardened", the saga as code; `scenario`: the key of one of the
        seed's seven instead of faults and items.
        Raises SagaLabError for a plan, an item or a scenario that cannot be.
        """
        if scenario is not None and (faults is not None or items is not None):
            raise SagaLabError("A scenario brings its own faults and items.", "Give either, not both.")
        if scenario is not None:
            self.choice = scenario_choice(scenario, machine)
        else:
            wanted = {} if items is None else {"items": items}
            self.choice = Choice(machine, faults=plan() if faults is None else plan(faults), **wanted)
        self.on_choice()
        return self.choice

    def show(self, *, slow: float | None = None, step: bool = False) -> "Lab":
        """Set how the panel shows the runs of its Run button, and return the lab: as they run, slowly, or step by step.

        `slow`: seconds from one transition to the next, 0.2 to 60. `step`: each waits for a press of Next. Without either: as they
        run. The executions themselves are never slowed. Raises SagaLabError for other seconds, or both.
        """
        if slow is not None and (step or not 0.2 <= slow <= 60):
            raise SagaLabError(
                f"slow={slow!r} cannot be shown{' together with step=True' if step else ''}.",
                "Give slow= from 0.2 to 60 seconds a step, or step=True.",
            )
        self.pace = STEP if step else AS_IT_RUNS if slow is None else Pace(float(slow))
        self.on_choice()
        return self

    def predict(self, *states: str) -> Prediction:
        """Say which path you expect of the next run: the names of its states, in order."""
        self.prediction = Prediction(tuple(states))
        return self.prediction

    @explained
    def run(
        self,
        faults: Faults | None = None,
        *,
        items: Mapping[str, int] | None = None,
        machine: str | None = None,
        scenario: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> LabRun:
        """Run an order, wait for its end, and return what happened. Arguments as for `choose`.

        Without any of them the present choice is run. A late commit is waited for. A run that waits for a human
        is returned as it stands, `parked`: it goes on, and `answer` answers it. Raises SagaLabError when another run
        is under way, when the machine is not there, and when it still runs after `timeout` seconds.
        """
        if not (faults is items is machine is scenario is None):
            self.choose(faults, items=items, machine=machine or SAGA, scenario=scenario)
        return self._to_its_end(self.updates(timeout=timeout))

    def _to_its_end(self, updates: Iterator[LabRun]) -> LabRun:
        for run in updates:
            last = run
        if last in self._runs:  # not after a reset meanwhile
            self.on_run(last)
        return last

    @explained
    def answer(self, output: Any = None, *, error: str | None = None, cause: str = "") -> LabRun:
        """Answer the run that waits for a human, follow it to its end, and return it.

        `output`: any JSON value, such as {"action": "retry"}; or `error`, with a `cause`: the task fails with it.
        A run that the panel follows is only answered. Raises SagaLabError when no run waits.
        """
        drive = self.send_answer(output, error=error, cause=cause)
        return drive.run if drive.under_way else self._to_its_end(self.go_on())

    def send_answer(self, output: Any = None, *, error: str | None = None, cause: str = "") -> Drive:
        """Send the answer, as `answer` takes it, and return at once."""
        drive = self._drive
        if drive is None or not drive.run.parked:
            raise SagaLabError("No run waits for an answer.", "A state with .waitForTaskToken would.")
        drive.answer(output, error=error, cause=cause)
        return drive

    def go_on(self) -> Iterator[LabRun]:
        """Yield the last run on, as `updates` does, from where it waited for an answer. Raises SagaLabError as `run` does."""
        with self._lock:
            if self.busy:
                raise self._under_way()
            if self._drive is None:
                raise SagaLabError("There is no run to go on with.", "lab.run() begins one.")
            return self._driven(self._drive)

    def updates(
        self, *, timeout: float = DEFAULT_TIMEOUT_SECONDS, leave_waiting: bool = True
    ) -> Iterator[LabRun]:
        """Run the present choice, and yield the run whenever there is more to tell; it blocks in between.

        `run` is all that most people need; the panel takes this. A run that waits for an answer is left there;
        without `leave_waiting` it is followed to its end. Raises SagaLabError as `run` does. The run begins
        with the first `next`; what was asked for later, before that, takes its place.
        """
        with self._lock:
            if self.busy:
                raise self._under_way()
            run = LabRun(self._count + 1, self.choice, self.choice.order(), self.prediction)
            self._drive = Drive(run, self.prefix, timeout)
            return self._driven(self._drive, leave_waiting)

    def _driven(self, drive: Drive, leave_waiting: bool = True) -> Iterator[LabRun]:
        with self._lock:
            if self._drive is not drive:
                raise self._under_way()
            drive.under_way = True
            if drive.run.number > self._count:
                self._count, self.prediction = drive.run.number, None
        try:
            for run in drive.updates(leave_waiting=leave_waiting):
                if run.stage in (ENDED, WAITING):
                    self._keep(drive)
                yield run
        finally:
            drive.under_way = False

    def _keep(self, drive: Drive) -> None:
        """Take a run into the history, unless the lab was reset since it began."""
        with self._lock:
            if self._drive is drive and drive.run not in self._runs:
                self._runs.append(drive.run)

    @explained
    def stop(self) -> None:
        """Stop the run that is under way; without one it does nothing. A parked run is stopped, too."""
        if self._drive is not None:
            self._drive.stop()

    def reset(self) -> None:
        """Stop what runs, and begin anew: the default order, no fault, no history."""
        self.begin_anew()()

    def begin_anew(self) -> Callable[[], None]:
        """Forget all at once, and return what stops the run that was under way: that asks the cloud, and may last."""
        with self._lock:
            drive, self._drive = self._drive, None
            self._runs.clear()
            self._count, self.prediction = 0, None
        self.pace = AS_IT_RUNS
        self.choose()
        return _nobody if drive is None else drive.stop

    def code(self) -> str:
        """Return Python that runs the present choice again, with the lab and without it."""
        return self.choice.code()

    def compare(self, first: int, second: int) -> Comparison:
        """Compare two runs of the history, by their numbers. Raises SagaLabError for a number that is not there."""
        one, other = self._numbered(first), self._numbered(second)
        return compare(one.execution, other.execution, titles=(f"run {one.number}", f"run {other.number}"))

    def _numbered(self, number: int) -> LabRun:
        for run in self._runs:
            if run.number == number:
                return run
        known = ", ".join(str(run.number) for run in self._runs) or "none yet"
        raise SagaLabError(f"There is no run {number} in the history.", f"There is: {known}.")

    def _under_way(self) -> SagaLabError:
        if self._drive is not None and self._drive.run.parked:
            state = self._drive.run.waits_in
            return SagaLabError(
                f"A run is under way: it waits in {state}.",
                "Answer it: lab.answer(…). Or stop it: lab.stop()",
            )
        return SagaLabError("A run is under way.", "Wait for its end, or stop it: lab.stop()")

    def __repr__(self) -> str:
        return f"The failure lab: {self.choice.words()}. Runs so far: {len(self._runs)}. Run the cell for the panel."


def _nobody(*_: object) -> None:
    """Nobody looks on."""
