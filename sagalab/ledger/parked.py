"""Executions that wait for a human: list them, and answer them.

An execution waits in a task with `.waitForTaskToken`. Its token stands in the history, in what the task was
called with (TaskScheduled), under the name `task_token`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import code
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.history.fetch import last_event
from sagalab.history.task_tokens import token_of, waiting_visit, waits_for_token
from sagalab.ledger.verdict import verdict

if TYPE_CHECKING:
    from ipywidgets import Widget

RETRY, SETTLED = "retry", "settled"
MEANING = {RETRY: "run all undos again", SETTLED: "done by hand: end the execution"}


@dataclass(frozen=True)
class Parked:
    """An execution that waits. `since` is when it began to (UTC), `owed` what is owed, in words."""

    order_id: str
    since: datetime | None
    owed: tuple[str, ...]
    arn: str
    state: str
    token: str = field(repr=False)

    @property
    def name(self) -> str:
        """The execution's name."""
        return self.arn.rsplit(":", 1)[-1]

    def answers_to(self, which: str) -> bool:
        """Tell whether `which` is this execution's ARN, its name or its order id."""
        return which in (self.arn, self.name, self.order_id)


@explained
def parked(deployment: Deployment | None = None) -> list[Parked]:
    """Return the executions of all machines of the deployment that wait for a human, the longest first."""
    found = deployment or find_deployment()
    waiting = [_parked(arn, found) for machine in found.machines.values() for arn in _waiting(machine, found)]
    return sorted(
        (each for each in waiting if each), key=lambda each: each.since.timestamp() if each.since else 0
    )


@explained
def resume(which: str, answer: str = RETRY, *, deployment: Deployment | None = None) -> Parked:
    """Answer a parked execution and return it as it was. `which` is its order id, name or ARN.

    `answer` is "retry" (all undos run again) or "settled" (it was done by hand; the execution ends). Raises
    SagaLabError when nothing of that name waits, or something else answered first.
    """
    if answer not in MEANING:
        raise SagaLabError(f"{answer!r} is no answer.", f"Answer one of: {', '.join(MEANING)}.")
    found = deployment or find_deployment()
    waiting = parked(found)
    chosen = next((each for each in waiting if each.answers_to(which)), None)
    if chosen is None:
        known = ", ".join(each.order_id for each in waiting) or "none"
        raise SagaLabError(f"No execution waits for a human under {which}.", f"These orders wait: {known}.")
    client = found.cloud.client("stepfunctions")
    try:
        client.send_task_success(taskToken=chosen.token, output=json.dumps({"action": answer}))
    except ClientError as error:
        if code(error) not in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
            raise
        raise SagaLabError(
            f"Order {chosen.order_id} waits no more: it was answered, or stopped.",
            "sagalab parked lists the rest.",
        ) from None
    return chosen


@explained
def resume_all(arns: Iterable[str], answer: str, deployment: Deployment) -> None:
    """Answer these executions, of which all wait for a human; one that was answered meanwhile is passed over."""
    client = deployment.cloud.client("stepfunctions")
    for arn in arns:
        waiting = _parked(arn, deployment)
        if waiting is not None:
            client.send_task_success(taskToken=waiting.token, output=json.dumps({"action": answer}))


def _waiting(machine: str, deployment: Deployment) -> Iterator[str]:
    client = deployment.cloud.client("stepfunctions")
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for page in pages:
        for running in page["executions"]:
            if waits_for_token(last_event(client, running["executionArn"])):
                yield running["executionArn"]


def _parked(arn: str, deployment: Deployment) -> Parked | None:
    """Return a waiting execution; None when it was answered a moment ago, or hides its token."""
    execution = Execution.fetch(deployment.cloud.client("stepfunctions"), arn)
    visit = waiting_visit(execution)
    token = token_of(visit) if visit else None
    if visit is None or token is None:
        return None
    order: Any = execution.input if isinstance(execution.input, dict) else {}
    owed = tuple(each.words for each in verdict(execution, deployment, wait=False).owed)
    return Parked(str(order.get("order_id", "")), visit.entered, owed, arn, visit.name, token)


def parked_panel(deployment: Deployment | None = None) -> "Widget":
    """Return a panel for a notebook: what waits, with two buttons each: "retry" and "settled"."""
    import ipywidgets as widgets

    found = deployment or find_deployment()
    rows = widgets.VBox()
    said = widgets.HTML()
    again = widgets.Button(description="Look again", icon="refresh")

    def show(*_: Any) -> None:
        waiting = parked(found)
        rows.children = [row(each) for each in waiting] or [widgets.Label("No execution waits for a human.")]

    def row(each: Parked) -> widgets.HBox:
        owed = "; ".join(each.owed) or "nothing (an undo took effect, and its answer was lost)"
        label = widgets.Label(f"order {each.order_id[:8]}…: {owed}")
        return widgets.HBox(
            [label, button(each, RETRY, "Try the undos again"), button(each, SETTLED, "Settled")]
        )

    def button(each: Parked, answer: str, words: str) -> widgets.Button:
        made = widgets.Button(description=words, tooltip=MEANING[answer])

        def press(_: widgets.Button) -> None:
            try:
                resume(each.arn, answer, deployment=found)
                said.value = f"Order {each.order_id[:8]}…: answered “{answer}”."
            except SagaLabError as error:
                said.value = f"✗ {error.what} {error.cure}"
            show()

        made.on_click(press)
        return made

    again.on_click(show)
    show()
    return widgets.VBox([rows, again, said])
