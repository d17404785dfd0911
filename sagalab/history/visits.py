"""What an execution's history tells of one state: visits, the attempts in them, and a Map's iterations.

A visit is one time that a state was entered. It keeps the text of its data as the history gave it
and reads the JSON only when asked, so that a history of 25,000 events opens at once.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

VISIT_STATUSES = ("succeeded", "caught", "failed", "timed_out", "aborted", "running")
OUTCOMES = ("succeeded", "failed", "timed_out", "aborted", "running")


def parse_json(text: Any) -> Any:
    """Return what a JSON text says; a text that is no JSON (cut short, say) comes back as it is."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@dataclass(eq=False, repr=False)
class Attempt:
    """One schedule of a Task state's work, or one start of a Parallel or Map state's work (`Visit.rounds`).

    `number` counts from 1 within the visit. `resource` and `service` are the `resource` and
    `resourceType` of the event (`invoke` and `lambda`), or the ARN of a function or activity and None.
    `scheduled`, `started` and `ended` are UTC datetimes or None; `outcome` is one of OUTCOMES.
    `events` holds the ids of the attempt's events, `result` the text that its success brought.
    `redrive` says how often the execution had been redriven before it: a retrier counts anew after each.
    """

    number: int
    resource: str | None = None
    service: str | None = None
    scheduled: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    outcome: str = "running"
    error: str | None = None
    cause: str | None = None
    raw_parameters: str | None = None
    raw_result: str | None = None
    events: list[int] = field(default_factory=list)
    redrive: int = 0

    @property
    def label(self) -> str:
        """The resource for people: `lambda:invoke`, or an ARN."""
        return ":".join(part for part in (self.service, self.resource) if part)

    @property
    def duration(self) -> float | None:
        """Seconds from schedule to end, or None while either is not known."""
        return _seconds(self.scheduled or self.started, self.ended)

    @cached_property
    def parameters(self) -> Any:
        """What the resource was called with (parsed where it is JSON)."""
        return parse_json(self.raw_parameters)

    @cached_property
    def result(self) -> Any:
        """What the resource answered (parsed where it is JSON)."""
        return parse_json(self.raw_result)

    def __repr__(self) -> str:
        return f"<Attempt {self.number} {self.outcome}{' ' + self.error if self.error else ''}>"


@dataclass(eq=False, repr=False)
class Iteration:
    """One item of an inline Map state: `index` from 0, `status` succeeded, failed, aborted or running."""

    index: int | None
    status: str = "running"
    started: datetime | None = None
    ended: datetime | None = None

    def __repr__(self) -> str:
        return f"<Iteration {self.index} {self.status}>"


@dataclass(eq=False, repr=False)
class Visit:
    """One time that a state was entered.

    - `index`: its place in `Execution.visits`, from 0; `name`; `type` (Task, Pass, Choice, …).
    - `status`: one of VISIT_STATUSES. `caught`: an error struck and a catcher took it.
    - `entered`, `exited`: UTC datetimes or None; `entered_event`, `exited_event`: ids or None.
    - `input`, `output`: parsed JSON, or the text where it is none; None where not known.
    - `assigned`: the variables that the state assigned, parsed, by name.
    - `attempts`: one Attempt per TaskScheduled, LambdaFunctionScheduled or ActivityScheduled.
    - `rounds`: of a Parallel or Map, one Attempt per start (more than one where a retrier began it
      anew); `tries` counts either kind.
    - `error`, `cause`: of the error that ended the visit or was caught; `caught_error`: its name if caught.
    - `parent`: the Parallel or Map visit around it; `branch`: which branch of a Parallel, from 0;
      `iteration`: which item of a Map, from 0; `round`: in which start of the parent, from 1.
    - `iterations`, `length`, `map_run_arn`: of a Map: its items seen, its number of items, its Map Run.
    - `next`: the visit that followed in the same branch or iteration; `events`: ids of its own events.
    """

    index: int
    name: str
    type: str
    status: str = "running"
    entered: datetime | None = None
    exited: datetime | None = None
    raw_input: str | None = None
    raw_output: str | None = None
    raw_assigned: dict[str, str] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    rounds: list[Attempt] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None
    caught_error: str | None = None
    parent: "Visit | None" = None
    branch: int | None = None
    iteration: int | None = None
    round: int | None = None
    iterations: list[Iteration] = field(default_factory=list)
    length: int | None = None
    map_run_arn: str | None = None
    next: "Visit | None" = None
    entered_event: int | None = None
    exited_event: int | None = None
    events: list[int] = field(default_factory=list)

    @cached_property
    def input(self) -> Any:
        """What the state was entered with."""
        return parse_json(self.raw_input)

    @cached_property
    def output(self) -> Any:
        """What the state was left with; None while it has not been left."""
        return parse_json(self.raw_output)

    @cached_property
    def assigned(self) -> dict[str, Any]:
        """The variables that the state assigned when it was left."""
        return {name: parse_json(text) for name, text in (self.raw_assigned or {}).items()}

    @property
    def tries(self) -> int:
        """How often the state's work was begun: schedules of a Task, starts of a Parallel or Map, else 0."""
        return len(self.attempts) or len(self.rounds)

    @property
    def tries_in_words(self) -> str:
        """How often its work was begun, the attempts after a redrive told apart: "×4", "×4, redriven ×2"; "" for once."""
        after = Counter(each.redrive for each in self.attempts or self.rounds)
        if len(after) <= 1:
            return f"×{self.tries}" if self.tries > 1 else ""
        return ", ".join(
            f"redriven ×{after[number]}" if number else f"×{after[0]}" for number in sorted(after)
        )

    @property
    def duration(self) -> float | None:
        """Seconds from entering to exiting, or None while either is not known."""
        return _seconds(self.entered, self.exited)

    @property
    def depth(self) -> int:
        """How many Parallel and Map states are around it."""
        depth, visit = 0, self.parent
        while visit is not None:
            depth, visit = depth + 1, visit.parent
        return depth

    def __repr__(self) -> str:
        tries = f" ×{self.tries}" if self.tries > 1 else ""
        error = f" {self.error}" if self.error else ""
        return f"<Visit {self.index} {self.name} ({self.type}) {self.status}{tries}{error}>"


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def gaps(visit: Visit) -> list[float]:
    """Return how long a visit really waited before each retry: seconds from an end to the next start.

    A wait of which an end is not known (the history is cut) is left out, and so is the time before a redrive:
    no retrier waited then.
    """
    waits = (
        _seconds(earlier.ended, later.scheduled)
        for earlier, later in pairwise(visit.attempts)
        if earlier.redrive == later.redrive
    )
    return [wait for wait in waits if wait is not None]
