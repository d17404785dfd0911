"""The verdict on a run: consistent, announced or leaked."""

import html
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.ledger import Ledger
from sagalab.ledger_read import read_ledger
from sagalab.owed import named_in

if TYPE_CHECKING:
    from sagalab.deploy import Deployment
    from sagalab.execution import Execution

CONSISTENT, ANNOUNCED, LEAKED = "consistent", "announced", "leaked"
SIGNS = {CONSISTENT: "✓", ANNOUNCED: "!", LEAKED: "✗"}
MEANING = {
    CONSISTENT: "all was done, or all was undone",
    ANNOUNCED: "something is owed, and a notification names exactly what",
    LEAKED: "something is owed, and nobody was told exactly what",
}
DELIVERY_SECONDS = 5.0  # how long SNS may take to bring a published message to the queue


@dataclass(frozen=True)
class Verdict:
    """`name` is consistent, announced or leaked; `words` says why in one line; `ledger` is what it rests on."""

    name: str
    words: str
    ledger: Ledger

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    def __repr__(self) -> str:
        return f"<Verdict {self}>"

    def _repr_html_(self) -> str:
        """Show the verdict over the ledger's rows. It reads the same without colour."""
        rows = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.ledger.rows()
        )
        head = "".join(f"<th style='text-align:left'>{name}</th>" for name in ("service", "what", "how much"))
        return (
            f"<div role='group' aria-label='ledger'><p><strong>{SIGNS[self.name]} {self.name}</strong>: "
            f"{html.escape(self.words)}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


def verdict(execution: "Execution", deployment: "Deployment | None" = None, *, wait: bool = True) -> Verdict:
    """Judge a run by the tables and the queue. `wait` as for `read_ledger`.

    A run that still goes on is judged as things stand: of one that waits for a human that is the point.
    """
    if deployment is None:
        from sagalab import deployment as find

        deployment = find()
    order = execution.input if isinstance(execution.input, dict) else {}
    until = time.monotonic() + DELIVERY_SECONDS
    while True:
        ledger = read_ledger(order, deployment, wait=wait, since=execution.started)
        if len(ledger.notifications) >= _published(execution) or time.monotonic() > until:
            return judge(ledger, execution)
        time.sleep(0.1)


def judge(ledger: Ledger, execution: "Execution") -> Verdict:
    """Return the verdict that a ledger and an execution's path imply."""
    return Verdict(*_judge(ledger, execution), ledger)


def _judge(ledger: Ledger, execution: "Execution") -> tuple[str, str]:
    late = f"; {', '.join(ledger.pending)} may still commit" if ledger.pending else ""
    succeeded = execution.status == "SUCCEEDED"
    if ledger.all_done:
        if succeeded or execution.status == "RUNNING":
            return CONSISTENT, "all was done" + late
        return CONSISTENT, f"all was done, though the execution ended {execution.status}" + late
    if ledger.all_undone:
        if succeeded:
            return LEAKED, "the execution succeeded, but nothing of the order is left" + late
        return CONSISTENT, "all was undone" + late
    if not succeeded and _announced(ledger, execution):
        return ANNOUNCED, f"{ledger.words}; a notification names it" + late
    start = "the execution succeeded, but " if succeeded else ""
    return LEAKED, start + ledger.words + late


def _announced(ledger: Ledger, execution: "Execution") -> bool:
    """Say whether the last notification about debts names exactly what is owed.

    It may also name an undo that is not owed, if that undo's last visit failed: the undo took effect and
    its answer was lost, so no workflow could know.
    """
    owed = {each.undo: each for each in ledger.owed}
    last_status = {visit.name: visit.status for visit in execution.visits}
    unknowable = {name for name, status in last_status.items() if status not in ("succeeded", "running")}
    for note in reversed(ledger.notifications):
        named = named_in(note.body, owed)
        if named is None:
            return False
        if named:
            return set(owed) <= named and named - set(owed) <= unknowable
    return False


def _published(execution: "Execution") -> int:
    """Return how many messages the execution has sent to the topic, so that none is waited for in vain."""
    return sum(
        attempt.service == "sns" and attempt.outcome in ("succeeded", "running")
        for visit in execution.visits
        for attempt in visit.attempts
    )


def as_record(found: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON values: `verdict`, `words` and `owed` (a list of {undo, words})."""
    return {
        "verdict": found.name,
        "words": found.words,
        "owed": [{"undo": each.undo, "words": each.words} for each in found.ledger.owed],
    }
