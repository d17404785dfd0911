"""`rehearse_durable`: the saga as a durable function, run in this process by AWS's engine with time that is skipped."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from sagalab.deploying.names import DURABLE
from sagalab.errors import SagaLabError
from sagalab.history.durable import DurableExecution
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.verdict import Verdict, judge
from sagalab.project import LAMBDAS
from sagalab.rehearsal.durable.code import DurableCode
from sagalab.rehearsal.durable.engine import Engine
from sagalab.rehearsal.services.services import Services

_SETTLED_MS = 3_600_000  # after so long nothing of a run can still be on its way


class RehearsedDurable(DurableExecution):
    """A DurableExecution with a ledger of its own; `verdict(execution)` reads it. Pictures and all else work as ever.

    `parked`: it waits for a human's answer. `tasks`: the tasks that it came to.
    """

    ledger: Ledger
    parked: bool
    tasks: frozenset[str]

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on it."""
        return judge(self.ledger, self)

    @property
    def ledger_at_end(self) -> Ledger:
        """The same ledger: a process that was ended commits nothing late."""
        return self.ledger


def source_of(function: str | Path) -> str:
    """Return the source of a durable function: "durable", "durable-hardened", a file's path, or the source itself.

    Raises SagaLabError where there is no such file.
    """
    text = str(function)
    known = {each.name: each.handler.partition(".")[0] for each in DURABLE}
    if text in known:
        return (LAMBDAS / f"{known[text]}.py").read_text(encoding="utf-8")
    if isinstance(function, str) and "\n" in text:
        return text
    try:
        return Path(function).read_text(encoding="utf-8")
    except OSError as error:
        raise SagaLabError(
            f"The durable function {function} cannot be read: {error.strerror}.",
            f"Give its source, its file, or {' or '.join(known)}.",
        ) from None


def rehearse_durable(
    function: str | Path, order: Mapping[str, Any], *, seed: int | str = 0, engine: Engine | None = None
) -> RehearsedDurable:
    """Run a durable function on an order, on the course's services in memory, and return its execution.

    `function` as for `source_of`. The order's fault plan strikes; `.ledger` and `verdict()` tell what came of it.
    A process that dies ends the invocation, as on AWS, and the engine invokes the function again, until there were
    five (Lambda: until the ExecutionTimeout). `engine`: one to use for many runs. Which delays a retry draws is left
    to chance; what it does is not.
    Raises what the source raises when it is read, and SagaLabError where it is no durable function.
    """
    source = source_of(function)
    own = engine or Engine()
    try:
        services = Services(seed)
        code = DurableCode(source, services, own.now)
        events, parked = own.run(code, order)
        made = RehearsedDurable.from_events(events)
        made.parked, made.tasks = parked, frozenset(code.called)
        made.ledger = services.ledger(order, own.now() + _SETTLED_MS)
        return made
    finally:
        if engine is None:
            own.close()
