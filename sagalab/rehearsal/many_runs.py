"""Many executions at once: start them as others end, and tell which have ended or wait for a human."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sagalab.deploying.deployment import Deployment
from sagalab.history.fetch import last_event
from sagalab.history.task_tokens import waits_for_token
from sagalab.orders.runs import start

T = TypeVar("T")
_POLL_SECONDS = 0.05
_ASK_SECONDS = 0.4  # how often one that runs for longer is asked whether it waits for a human
LIMIT_SECONDS = 120.0


@dataclass
class Started(Generic[T]):
    """One execution of the crowd. `ended` says how it left: "ended", "parked", or "overdue" (still running)."""

    job: T
    order: dict[str, Any]
    arn: str
    lane: int
    since: float
    asked: float = 0.0
    ended: str = ""


@dataclass
class Lane(Generic[T]):
    """Jobs of one kind, (anything, order), of which at most `width` run at the same time on `machine`."""

    machine: str
    width: int
    jobs: deque[tuple[T, dict[str, Any]]] = field(default_factory=deque)
    running: int = 0


class Crowd(Generic[T]):
    """Executions in lanes; each lane has its machine, and how many run in it at once. One may always add more."""

    def __init__(self, deployment: Deployment, lanes: Iterable[tuple[str, int]]):
        self._deployment = deployment
        self._client = deployment.cloud.client("stepfunctions")
        self.lanes: list[Lane[T]] = [Lane(deployment.machine(name), width) for name, width in lanes]
        self._running: dict[str, Started[T]] = {}

    def add(self, job: T, order: dict[str, Any], lane: int = 0) -> None:
        """Queue a job."""
        self.lanes[lane].jobs.append((job, order))

    @property
    def busy(self) -> bool:
        """True while something runs or is queued."""
        return bool(self._running) or any(lane.jobs for lane in self.lanes)

    def step(self) -> Iterator[Started[T]]:
        """Start what there is room for, wait a moment, and yield what has ended since."""
        self._start()
        time.sleep(_POLL_SECONDS)
        yield from self._ended()

    def close(self) -> None:
        """Stop what still runs; nothing stays behind."""
        for lane in self.lanes:
            lane.jobs.clear()
        for arn in list(self._running):
            self.stop(arn)
        self._running.clear()

    def stop(self, arn: str) -> None:
        """Stop one execution; one that has ended meanwhile keeps its end."""
        self._client.stop_execution(executionArn=arn, error="Stopped", cause="Its run was no longer needed.")

    def _start(self) -> None:
        for number, lane in enumerate(self.lanes):
            while lane.jobs and lane.running < lane.width:
                job, order = lane.jobs.popleft()
                arn = start(order, lane.machine, deployment=self._deployment)
                self._running[arn] = Started(job, order, arn, number, time.monotonic())
                lane.running += 1

    def _ended(self) -> Iterator[Started[T]]:
        known = list(self._running.values())
        if not known:
            return
        still = self._still_running()
        for each in known:
            if each.arn not in still:
                each.ended = "ended"
            elif self._is_parked(each):
                each.ended = "parked"
            elif time.monotonic() - each.since > LIMIT_SECONDS:
                each.ended = "overdue"
            if each.ended:
                del self._running[each.arn]
                self.lanes[each.lane].running -= 1
                yield each

    def _still_running(self) -> set[str]:
        running = set()
        for machine in {lane.machine for lane in self.lanes if lane.running}:
            pages = self._client.get_paginator("list_executions").paginate(
                stateMachineArn=machine, statusFilter="RUNNING", maxResults=1000
            )
            running |= {found["executionArn"] for page in pages for found in page["executions"]}
        return running

    def _is_parked(self, each: Started[T]) -> bool:
        now = time.monotonic()
        if now - max(each.since, each.asked) < _ASK_SECONDS:
            return False
        each.asked = now
        return waits_for_token(last_event(self._client, each.arn))
