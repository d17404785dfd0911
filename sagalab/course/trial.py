"""A participant's machine on trial: deployed under a name of its own, and run under fault plans.

The trial uses the participant's deployment with fresh orders, and forgets them afterwards: the stock is as
before.
"""

import contextlib
import copy
import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sagalab.asl.document import read
from sagalab.course.outcome import Mistake
from sagalab.course.trial_run import Run
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.errors import SagaLabError
from sagalab.ledger.verdict import verdicts
from sagalab.linting.lint import ERROR, lint
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.forget import forget
from sagalab.orders.orders import make_order
from sagalab.orders.runs import start, wait
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

LOOK_SECONDS = 2.0  # so often a run that still goes on is looked at: is it a loop?
RUN_SECONDS = 60.0  # a machine that still runs then is stopped, and judged as one that does not end
LOOP_VISITS = 40  # more states entered than this: it runs in circles
AT_ONCE_ON_AWS = 4  # runs
MOST_RETRIES = 6  # of a retrier on trial: enough to see that there are too many


def deployed() -> Deployment:
    """Return the participant's deployment of the saga; it is made when there is none yet."""
    try:
        return find_deployment()
    except SagaLabError:
        return deploy(progress=False)


class Trial:
    """An exercise's answer, taken as a machine. A judge calls `run`.

    What it deployed is removed by `close`, which a `with` calls at its end.
    """

    def __init__(self, exercise: str, answer: Any):
        self.exercise = exercise
        self.definition = _definition(answer)
        self.machine = read(self.definition)  # to explain a mistake by, never to judge by
        self._deployment: Deployment | None = None
        self._machine: str | None = None
        self._made: list[str] = []

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, *_error: Any) -> None:
        self.close()

    @property
    def deployment(self) -> Deployment:
        """The deployment of the saga; made when there is none yet."""
        if self._deployment is None:
            self._deployment = deployed()
        return self._deployment

    def run(self, **cases: Fault | FaultPlan | None) -> list[Run]:
        """Run the machine once for each case, and return the runs in that order.

        A case is a title (`_` for a space) and the faults that it meets; None is an order without faults. On
        the local cloud they run one after the other: so each function needs one worker, and that is quicker.
        Raises Mistake when Step Functions refuses the machine, or when a run does not end.
        """
        machine = self._deployed()
        orders = [
            make_order(faults=plan(*([faults] if faults else [])).to_dict()) for faults in cases.values()
        ]
        titles = [title.replace("_", " ") for title in cases]
        try:
            executions = self._executions(orders, machine)
            found = verdicts(executions, self.deployment)
        finally:  # a check that failed, or was interrupted, leaves nothing either
            for order in orders:
                forget(self.deployment.cloud, order["order_id"])
        runs = [
            Run(*each) for each in zip(titles, executions, found, strict=False)
        ]  # one that loops is the last
        for each in runs:
            if each.execution.status == "ABORTED":
                raise Mistake(
                    "your machine does not come to an end",
                    expected="a Succeed, a Fail, or End: true",
                    happened=_going_round(each),
                    run=each,
                )
        return runs

    def _executions(self, orders: list[dict[str, Any]], machine: str) -> "list[Execution]":
        """Run the machine with each order; on the local cloud up to the first run that does not end."""
        if not self.deployment.cloud.is_local:
            return together(lambda order: self._run(order, machine), orders, threads=AT_ONCE_ON_AWS)
        executions: list[Execution] = []
        for order in orders:
            executions.append(self._run(order, machine))
            if executions[-1].status == "ABORTED":
                break
        return executions

    def close(self) -> None:
        """Delete the machines that the trial deployed."""
        for name in self._made:
            arn = self.deployment.machines.pop(name)
            self.deployment.cloud.client("stepfunctions").delete_state_machine(stateMachineArn=arn)
        self._made.clear()

    def _deployed(self) -> str:
        """Deploy the machine as it is, to hear what Step Functions says; then its quick edition, to run."""
        if self._machine is None:
            self._deploy(self.definition)
            self._machine = self._deploy(quick_edition(self.definition))
        return self._machine

    def _deploy(self, definition: Mapping[str, Any]) -> str:
        name = f"check-{self.exercise}-{_fingerprint(definition)}"  # AWS runs an old definition for a while
        if name in self._made:
            return self.deployment.machine(name)
        try:
            arn = deploy_machine(self.deployment, name, definition)
        except SagaLabError as error:
            raise Mistake(
                "Step Functions refuses the machine", expected="a definition that it accepts",
                happened=_refusal(self.definition, error.what),
            ) from None  # fmt: skip
        self._made.append(name)
        return arn

    def _run(self, order: dict[str, Any], machine: str) -> "Execution":
        from sagalab.history.execution import Execution

        arn = start(order, machine, deployment=self.deployment)
        client = self.deployment.cloud.client("stepfunctions")
        until = time.monotonic() + RUN_SECONDS
        try:
            while time.monotonic() < until:
                with contextlib.suppress(SagaLabError):
                    return wait(arn, LOOK_SECONDS, deployment=self.deployment)
                if len(Execution.fetch(client, arn).visits) > LOOP_VISITS:
                    break
        except BaseException:  # Ctrl-C too: nothing may go on with an order that is forgotten
            client.stop_execution(
                executionArn=arn, error="StoppedByCheck", cause="The check was interrupted."
            )
            raise
        client.stop_execution(executionArn=arn, error="StoppedByCheck", cause="It did not come to an end.")
        return Execution.fetch(client, arn)


def _going_round(run: Run) -> str:
    most, times = Counter(run.path).most_common(1)[0] if run.path else ("no state", 0)
    return f"{most} was entered {times} times" if times > 2 else f"it still ran after {RUN_SECONDS:g} s"


def quick_edition(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the machine with short waits: the same path in less time.

    A retrier waits up to 1 s (drawn: FULL jitter), and retries at most MOST_RETRIES times; a Wait takes 1 s
    at most.
    """
    quick = copy.deepcopy(dict(definition))
    for state in read(quick).states:
        body: Any = state.body  # of our own copy: the tree is read, its bodies are changed
        if state.type == "Wait" and isinstance(body.get("Seconds"), int):
            body["Seconds"] = min(body["Seconds"], 1)
        for each in state.retriers:
            retrier: Any = each.body
            retrier.pop("MaxDelaySeconds", None)
            retrier.update(IntervalSeconds=1, BackoffRate=1.0, JitterStrategy="FULL")
            if isinstance(retrier.get("MaxAttempts"), int):
                retrier["MaxAttempts"] = min(retrier["MaxAttempts"], MOST_RETRIES)
    return quick


def _definition(answer: Any) -> dict[str, Any]:
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError as error:
            raise Mistake(
                "the answer is no state machine", happened=f"its text is not JSON: {error}"
            ) from None
    if not isinstance(answer, Mapping) or "States" not in answer:
        raise Mistake(
            "the answer is no state machine",
            expected="a dict with StartAt and States",
            happened=f"it is of type {type(answer).__name__}"
            + (" without States" if isinstance(answer, Mapping) else ""),
        )
    try:
        return json.loads(json.dumps(answer, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise Mistake(
            "the machine is not JSON", expected="text, numbers, lists, dicts", happened=str(error)
        ) from None


def _fingerprint(definition: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:8]


def _refusal(definition: dict[str, Any], what: str) -> str:
    """Return the reason in the lint's words, which name the state; else in those of Step Functions."""
    errors = [finding for finding in lint(definition) if finding.severity == ERROR]
    if errors:
        return "; ".join(f"{each.state or 'the machine'}: {each.what} {each.cure}" for each in errors[:3])
    return what.partition(": ")[2] or what
