"""The verdict on a run: consistent, announced or leaked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.ledger.ledger import Ledger
from sagalab.ledger.owed import Owed, named_in
from sagalab.ledger.read import read_ledgers
from sagalab.markup import escape, table, without_math

if TYPE_CHECKING:
    from sagalab.deploying.deployment import Deployment
    from sagalab.history.execution import Execution

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
    """`name` is consistent, announced or leaked; `words` says why in one line.

    `owed` lists the undos that are missing; `ledger` is what the verdict rests on.
    """

    name: str
    words: str
    owed: tuple[Owed, ...]
    ledger: Ledger

    @property
    def sign(self) -> str:
        """The sign beside the name, so that no reader depends on colour."""
        return SIGNS[self.name]

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    def __repr__(self) -> str:
        return f"<Verdict {self}>"

    def _repr_html_(self) -> str:
        """Show the verdict over the ledger's rows. It reads the same without colour."""
        return without_math(
            f"<div role='group' aria-label='ledger'><p><strong>{self.sign} {self.name}</strong>: "
            f"{escape(self.words)}</p>{table(self.ledger.rows(), ('service', 'what', 'how much'))}</div>"
        )


def verdict(execution: "Execution", deployment: "Deployment | None" = None, *, wait: bool = True) -> Verdict:
    """Judge a run by the tables and the queue, or a rehearsed one by its own. `wait` as for `read_ledger`.

    A run that still goes on is judged as things stand: of one that waits for a human that is the point.
    """
    return verdicts([execution], deployment, wait=wait)[0]


def verdicts(
    executions: Sequence["Execution"], deployment: "Deployment | None" = None, *, wait: bool = True
) -> list[Verdict]:
    """Judge several runs, each of another order; their ledgers are read at once. Arguments as for `verdict`."""
    own = [getattr(each, "ledger" if wait else "ledger_at_end", None) for each in executions]
    rehearsed = [ledger for ledger in own if isinstance(ledger, Ledger)]
    if len(rehearsed) == len(executions):
        return [judge(ledger, each) for ledger, each in zip(rehearsed, executions, strict=True)]
    if deployment is None:
        from sagalab import deployment as find

        deployment = find()
    orders = [each.input if isinstance(each.input, dict) else {} for each in executions]
    since = min((each.started for each in executions if each.started), default=None)
    until = time.monotonic() + DELIVERY_SECONDS
    while True:
        ledgers = read_ledgers(orders, deployment, wait=wait, since=since)
        pairs = list(zip(ledgers, executions, strict=True))
        delivered = all(len(ledger.notifications) >= _published(each) for ledger, each in pairs)
        if delivered or time.monotonic() > until:
            return [judge(ledger, each) for ledger, each in pairs]
        time.sleep(0.1)


def judge(ledger: Ledger, execution: "Execution") -> Verdict:
    """Return the verdict that a ledger and an execution imply.

    An execution that succeeded must have done all; one that ended otherwise must have undone all, since it
    told its caller that the order failed. One that still runs may be at either end.
    """
    succeeded = execution.status == "SUCCEEDED" or (execution.status == "RUNNING" and ledger.all_done)
    owed = ledger.owed(succeeded)
    words = "; ".join(each.words for each in owed)
    if succeeded:
        if ledger.all_done:
            name, words = CONSISTENT, "all was done"
        else:
            name, words = LEAKED, f"the execution succeeded, but {words or 'nothing of the order is left'}"
    elif not owed:
        name, words = CONSISTENT, "all was undone"
    elif _announced(ledger, execution, owed):
        name, words = ANNOUNCED, f"{words}; a notification names it"
    else:
        name = LEAKED
    if ledger.pending:
        words += f"; {', '.join(ledger.pending)} may still commit"
    return Verdict(name, words, owed, ledger)


def _announced(ledger: Ledger, execution: "Execution", debts: tuple[Owed, ...]) -> bool:
    """Say whether the last notification about debts names exactly what is owed.

    It may also name an undo that is not owed, if that undo's last visit failed: the undo took effect and
    its answer was lost, so no workflow could know.
    """
    owed = {each.undo: each for each in debts}
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
        "owed": [{"undo": each.undo, "words": each.words} for each in found.owed],
    }
