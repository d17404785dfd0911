"""Drive one run of the failure lab: find or make the deployment, start, follow, judge, stop."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from sagalab.asl.resource import waits_for_token
from sagalab.deploying.deploy import deploy, ensure_machine
from sagalab.deploying.deployment import Deployment, cloud_of, deployment
from sagalab.errors import SagaLabError
from sagalab.failurelab.run import ENDED, JUDGING, LATE, RUNNING, LabRun
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import verdict
from sagalab.orders.runs import start

LOCAL_POLL, AWS_POLL = 0.1, 0.5  # seconds between two looks at a running execution


def ready(prefix: str | None) -> Deployment:
    """Return the deployment under a prefix. On a local cloud it is made when it is not there.

    A local cloud that was lost is started anew and empty; so nobody has to leave the lab for it. On AWS
    nothing is made: raises SagaLabError when the saga is not deployed.
    """
    cloud = cloud_of(None, prefix)
    try:
        return deployment(cloud)
    except SagaLabError:
        if not cloud.is_local:
            raise
        return deploy(cloud, progress=False)


def parked(execution: Execution) -> bool:
    """Say whether an execution waits for a human: a task with a token has been handed over, and not answered."""
    last = execution.visits[-1] if execution.visits else None
    if execution.status != "RUNNING" or last is None or not last.attempts:
        return False
    attempt = last.attempts[-1]
    submitted = any(
        event.type == "TaskSubmitted" and event.id in attempt.events for event in execution.history
    )
    return attempt.outcome == "running" and waits_for_token(attempt.resource) and submitted


class Drive:
    """A run under way. `updates()` runs in one thread; `stop()` may be called from any."""

    def __init__(self, run: LabRun, prefix: str | None, timeout: float):
        """`timeout`: seconds after which the run is left alone with a SagaLabError."""
        self.run = run
        self.deployment: Deployment | None = None
        self.under_way = False  # between the first of its updates and the last
        self._prefix, self._timeout = prefix, timeout
        self._stopping = threading.Event()
        self._arn: str | None = None

    def updates(self) -> Iterator[LabRun]:
        """Yield the run whenever there is more to tell, until it has ended. It blocks between two of them.

        Raises SagaLabError as `start` does, and after the timeout.
        """
        run, until = self.run, time.monotonic() + self._timeout
        self.deployment = found = ready(self._prefix)
        client = found.cloud.client("stepfunctions")
        if self._stopping.is_set():
            raise SagaLabError("Stopped before the execution began.", "Nothing was done.")
        self._arn = start(run.order, ensure_machine(found, run.choice.machine), deployment=found)
        if self._stopping.is_set():
            self._stop_execution()
        run.stage = RUNNING
        run.scale = found.cloud.time_scale
        poll = LOCAL_POLL if found.cloud.is_local else AWS_POLL
        for run.execution in Execution.fetch(client, self._arn).follow(poll, until - time.monotonic()):
            run.parked = parked(run.execution)
            yield run
            if run.parked:
                break
        if run.status == "RUNNING" and not run.parked:
            raise SagaLabError(f"The run still goes on after {self._timeout:g} s.", "lab.stop() stops it.")
        run.stage = JUDGING
        yield run
        yield from self._judged(run, found)

    def _judged(self, run: LabRun, found: Deployment) -> Iterator[LabRun]:
        """Yield the run with its verdict, and again while a late commit is on its way (unless stopped)."""
        while True:
            run.verdict = verdict(run.execution, found, wait=False)
            pending = run.verdict.ledger.pending
            run.stage = LATE if pending and not self._stopping.is_set() else ENDED
            yield run
            if run.stage == ENDED:
                return
            time.sleep(min(max(max(pending.values()) - time.time(), 0.05), 0.3))

    def stop(self) -> None:
        """Stop the execution, or do not start it. Called twice, or after the end, it does no harm."""
        self._stopping.set()
        self._stop_execution()

    def _stop_execution(self) -> None:
        if self._arn is not None and self.deployment is not None:
            client: Any = self.deployment.cloud.client("stepfunctions")
            with contextlib.suppress(
                client.exceptions.ExecutionDoesNotExist
            ):  # the cloud was started anew since
                client.stop_execution(
                    executionArn=self._arn, error="Stopped", cause="Stopped in the failure lab."
                )
