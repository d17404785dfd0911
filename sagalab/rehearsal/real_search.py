"""The explorer on the local cloud: real executions of a quick edition of the machine, many at once."""

import contextlib
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sagalab.deploying.deploy import deploy_machine
from sagalab.deploying.deployment import Deployment
from sagalab.history.execution import Attempt, Execution
from sagalab.ledger.read import read_ledgers
from sagalab.ledger.verdict import judge
from sagalab.orders.faults import FaultPlan
from sagalab.orders.orders import make_order
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.edition import PATIENT_SECONDS, SHORT_SECONDS, edition_of
from sagalab.rehearsal.fault_tree import Advance
from sagalab.rehearsal.many_runs import Crowd, Started
from sagalab.rehearsal.result import Case, Exploration
from sagalab.rehearsal.sandbox import sandbox

_MACHINE, _PATIENT = "explored", "explored-patiently"
_QUICK, _SLEEPERS, _DISTURBED = 0, 1, 2  # lanes: runs that sleep in a worker for long have their own
WIDTHS = (4, 8, 3)  # how many runs at once in each lane: found by trying on two cores
ALONE = 8  # how many disturbed runs at once, when all others are over
WORKERS = 14  # of the functions meanwhile; one that sleeps costs nothing but memory
_BATCH = 24  # runs judged together: their ledgers are read at once
_MIX = 1  # seed of the order in which plans run
_TRIES = 4  # of a plan whose run was disturbed


@dataclass(frozen=True)
class _Job:
    plan: FaultPlan
    tries: int = 1


def explore_really(
    definition: Mapping[str, Any],
    chosen: Sequence[FaultPlan],
    *,
    meeting: bool = False,
    advance: Advance | None = None,
    within: Deployment | None = None,
) -> Exploration:
    """Run a definition under plans, each with an order of its own, on the local cloud.

    With `meeting` all pairs follow that are not the run of one of their faults alone. `within` is a `sandbox` to
    use, for several explorations in a row; without it each makes its own. Each run is one of a quick edition of
    the machine (edition.py). Ctrl-C ends it early. Raises SagaLabError for a machine that cannot be deployed,
    and on AWS.
    """
    begun = time.monotonic()
    workers = min(WORKERS, len(chosen) + 1)
    editions = {_MACHINE: edition_of(definition), _PATIENT: edition_of(definition, PATIENT_SECONDS)}
    with _place(within, workers) as deployment:
        for name, edition in editions.items():
            deploy_machine(deployment, name, edition)
        search = _Search(deployment, advance or (lambda done, of: None))
        with search.keeping_what_was_found():
            search.run(list(chosen))
            if meeting:
                search.run(search.meeting_pairs())
    seconds = time.monotonic() - begun
    place = {each: number for number, each in enumerate(search.chosen)}
    cases = sorted(search.cases, key=lambda case: place[case.plan])
    return Exploration(definition, tuple(cases), seconds, search.interrupted, search.left_out, search.again)


def _place(within: Deployment | None, workers: int) -> contextlib.AbstractContextManager[Deployment]:
    return sandbox("explore", workers) if within is None else contextlib.nullcontext(within)


class _Search:
    """An exploration under way."""

    def __init__(self, deployment: Deployment, advance: Advance):
        self._deployment = deployment
        self._advance = advance
        self._crowd: Crowd[_Job] = Crowd(deployment, zip((_MACHINE, _MACHINE, _PATIENT), WIDTHS, strict=True))
        self._client = deployment.cloud.client("stepfunctions")
        self._tasks = {arn: task for task, arn in deployment.functions.items()}
        self._judge = ThreadPoolExecutor(1)
        self.cases: list[Case] = []
        self.interrupted = False
        self.left_out = 0  # pairs that are the same run as a single fault
        self.again = 0  # runs that were disturbed, and repeated
        self.chosen: list[FaultPlan] = []

    def meeting_pairs(self) -> list[FaultPlan]:
        """Return the pairs worth running, now that the single plans are known."""
        found = plans.meeting_pairs({case.plan: case.tasks for case in self.cases})
        self.left_out = len(plans.pairs()) - len(found)
        return found

    def run(self, chosen: list[FaultPlan]) -> None:
        """Run and judge these plans."""
        self.chosen += chosen
        self._advance(len(self.cases), len(self.chosen))
        # Mixed, so that crashes come spread: each costs the start of a new worker.
        for each in random.Random(_MIX).sample(chosen, len(chosen)):
            self._add(_Job(each))
        batch: list[Started[_Job]] = []
        judged: deque[Future[list[Case | _Job]]] = deque()
        while self._crowd.busy or batch or judged:
            self._crowd.lanes[_DISTURBED].width = WIDTHS[_DISTURBED] if self._others_run() else ALONE
            batch += self._crowd.step()
            if len(batch) >= _BATCH or (batch and not judged and not self._crowd.busy):
                judged.append(self._judge.submit(self._judged, batch))
                batch = []
            while judged and judged[0].done():
                self._take(judged.popleft().result())

    def _others_run(self) -> bool:
        return any(lane.jobs or lane.running for lane in self._crowd.lanes[:_DISTURBED])

    @contextlib.contextmanager
    def keeping_what_was_found(self) -> Iterator[None]:
        """End early, and in order, on Ctrl-C; nothing goes on afterwards."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            self._crowd.close()
            self._judge.shutdown(cancel_futures=True)

    def _add(self, job: _Job) -> None:
        if job.tries > 1:
            lane, seconds = _DISTURBED, PATIENT_SECONDS
        else:
            lane, seconds = (_SLEEPERS if plans.holds_a_worker(job.plan) else _QUICK), SHORT_SECONDS
        self._crowd.add(job, make_order(faults=plans.fitted(job.plan, seconds).to_dict()), lane)

    def _take(self, found: "list[Case | _Job]") -> None:
        for each in found:
            if isinstance(each, Case):
                self.cases.append(each)
            else:
                self.again += 1
                self._add(each)
        self._advance(len(self.cases), len(self.chosen))

    def _judged(self, batch: list[Started[_Job]]) -> "list[Case | _Job]":
        """Return a case for each run, or its job again where the machine's load has disturbed the run."""
        runs = [(each, Execution.fetch(self._client, each.arn)) for each in batch]
        for each in batch:
            if each.ended != "ended":
                self._crowd.stop(each.arn)
        ledgers = read_ledgers([each.order for each in batch], self._deployment)
        found: list[Case | _Job] = []
        for (each, execution), ledger in zip(runs, ledgers, strict=True):
            tasks, disturbed = self._attempts(execution, each.job.plan)
            if disturbed and each.job.tries < _TRIES:
                found.append(_Job(each.job.plan, each.job.tries + 1))
                continue
            ended = "disturbed" if disturbed else each.ended
            found.append(Case.of(each.job.plan, execution, judge(ledger, execution), tasks, ended))
        return found

    def _attempts(self, execution: Execution, plan: FaultPlan) -> tuple[frozenset[str], bool]:
        """Return the tasks that the run came to, and whether the computer's load disturbed it.

        Then an attempt timed out that no fault made time out, or one did not that a fault should have made.
        """
        planned = {fault.task: fault.times for fault in plan.faults if fault.kind in plans.OUTLASTING}
        count: dict[str, int] = {}
        disturbed = False
        for visit in execution.visits:
            state = execution.machine.state(visit.name)
            limited = state is not None and "TimeoutSeconds" in state.body
            for attempt in visit.attempts:
                task = self._task_of(attempt)
                if task is None:
                    continue
                count[task] = count.get(task, 0) + 1
                most = planned.get(task, 0)
                expected = most is None or count[task] <= most
                if attempt.outcome == "timed_out":
                    disturbed |= not expected
                elif limited and expected:
                    disturbed |= attempt.outcome in ("succeeded", "failed")
        return frozenset(count), disturbed

    def _task_of(self, attempt: Attempt) -> str | None:
        """Return the course's task that an attempt called: by the integration's FunctionName, or by the function's ARN."""
        called = attempt.parameters
        named = called.get("FunctionName") if isinstance(called, dict) else None
        return self._tasks.get(str(named)) or self._tasks.get(str(attempt.resource))
