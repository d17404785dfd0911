"""Drive one run of the failure lab: find or make the deployment, start, follow, answer, judge, stop."""

import threading
import time
from collections.abc import Iterator
from typing import Any

from sagalab.deploying.deploy import deploy, ensure_machine
from sagalab.deploying.deployment import Deployment, cloud_of, deployment
from sagalab.errors import SagaLabError
from sagalab.failurelab import execution_api
from sagalab.failurelab.answers import token, waits_in
from sagalab.failurelab.run import ENDED, JUDGING, LATE, RUNNING, WAITING, LabRun
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import verdict
from sagalab.orders.runs import start

LOCAL_POLL, AWS_POLL = 0.1, 0.5  # seconds between two looks at a running execution
_WAITING_POLL = 0.5  # … and at one that waits for an answer


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


class Drive:
    """A run under way. `updates()` runs in one thread; `stop()` and `answer()` may be called from any."""

    def __init__(self, run: LabRun, prefix: str | None, timeout: float):
        """`timeout`: seconds after which the run is left alone with a SagaLabError; waiting for an answer does not count."""
        self.run = run
        self.deployment: Deployment | None = None
        self.under_way = False  # between the first of its updates and the last
        self._prefix, self._timeout = prefix, timeout
        self._stopping = threading.Event()
        self._arn: str | None = None
        self._answered = 0  # events that were known when the run was answered

    def updates(self, *, leave_waiting: bool = True) -> Iterator[LabRun]:
        """Yield the run whenever there is more to tell, until it has ended. It blocks between two of them.

        A run that waits for an answer is left there, as it stands; without `leave_waiting` it is waited for, and
        yielded again twice a second. Called again, it goes on with the run where it was left.
        Raises SagaLabError as `start` does, and after the timeout.
        """
        run = self.run
        if self._arn is None:
            self.deployment = found = ready(self._prefix)
            if self._stopping.is_set():
                raise SagaLabError("Stopped before the execution began.", "Nothing was done.")
            self._arn = start(run.order, ensure_machine(found, run.choice.machine), deployment=found)
            if self._stopping.is_set():
                self._stop_execution()
        found = self._found
        run.scale = found.cloud.time_scale
        yield from self._followed(run, found, leave_waiting)
        run.stage = JUDGING
        yield run
        yield from self._judged(run, found)

    def _followed(self, run: LabRun, found: Deployment, leave_waiting: bool) -> Iterator[LabRun]:
        """Yield the run as its history grows, until it has ended or is left waiting."""
        execution = execution_api.fetched(found.cloud, self._arn or "")
        until = time.monotonic() + self._timeout
        while True:
            waited = run.waits_in is not None
            poll = _WAITING_POLL if waited else LOCAL_POLL if found.cloud.is_local else AWS_POLL
            for known in execution.follow(poll, poll if waited else until - time.monotonic()):
                execution = known
                self._take(known, found)
                yield run
                if (run.waits_in is not None) != waited:
                    break
            if run.status != "RUNNING" or (run.waits_in is not None and leave_waiting):
                return
            if run.waits_in is not None:
                until = time.monotonic() + self._timeout
            elif not waited and time.monotonic() >= until:
                raise SagaLabError(
                    f"The run still goes on after {self._timeout:g} s.", "lab.stop() stops it."
                )

    def _take(self, execution: Execution, found: Deployment) -> None:
        """Take what is known of the execution into the run."""
        run, before = self.run, self.run.waits_in
        run.execution = execution
        run.waits_in = waits_in(execution) if len(execution.history) > self._answered else None
        run.stage = RUNNING if run.waits_in is None else WAITING
        if run.waits_in is not None and run.waits_in != before:
            run.verdict = verdict(execution, found, wait=False)

    def _judged(self, run: LabRun, found: Deployment) -> Iterator[LabRun]:
        """Yield the run with its verdict, and again while a late commit is on its way (unless stopped)."""
        while run.execution is not None:
            run.verdict = verdict(run.execution, found, wait=False)
            pending = run.verdict.ledger.pending
            last = ENDED if run.waits_in is None else WAITING
            run.stage = LATE if pending and not self._stopping.is_set() else last
            yield run
            if run.stage == last:
                return
            time.sleep(min(max(max(pending.values()) - time.time(), 0.05), 0.3))

    def answer(self, output: Any = None, *, error: str | None = None, cause: str = "") -> None:
        """Answer the task token that the run waits for: with `output` (JSON), or with a failure of this `error`.

        Raises SagaLabError when it waits for none, when its token is not to be found, and when it was answered before.
        """
        run = self.run
        if run.waits_in is None or run.execution is None:
            raise SagaLabError("The run waits for no answer.", "Nothing was sent.")
        found = token(run.execution)
        if found is None:
            raise SagaLabError(
                f"The history does not show the task token of {run.waits_in}.",
                "Let the state hand it on as task_token; lab.stop() stops the run.",
            )
        if not execution_api.send(self._found.cloud, self._arn or "", found, output, error, cause):
            raise SagaLabError(
                f"{run.waits_in} waits no more: it was answered, has timed out, or was stopped.",
                "Run it again.",
            )
        self._answered, run.waits_in, run.stage = len(run.execution.history), None, RUNNING

    @property
    def _found(self) -> Deployment:
        assert self.deployment is not None, "the run has begun"
        return self.deployment

    def stop(self) -> None:
        """Stop the execution, or do not start it. Called twice, or after the end, it does no harm."""
        self._stopping.set()
        self._stop_execution()

    def _stop_execution(self) -> None:
        if self._arn is not None and self.deployment is not None:
            execution_api.stop(self.deployment.cloud, self._arn)
