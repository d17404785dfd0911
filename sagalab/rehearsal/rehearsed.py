"""An execution that was rehearsed: beside its history, what the tables and the topic in memory say of it."""

from collections.abc import Mapping
from functools import cached_property

from sagalab.history.execution import Execution
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.verdict import Verdict, judge
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import World


class Rehearsed(Execution):
    """An Execution with a ledger of its own; `verdict(execution)` reads it. Pictures and all else work as ever."""

    _at_end: tuple[Services, int] | None = None
    _settled: tuple[Services, int] | None = None

    def keep(self, world: World, services: Services) -> None:
        """Keep the services as they are at the end, and as they are when late commits have landed."""
        self._at_end = services.copy(), world.now
        world.settle()
        self._settled = services, world.now

    @cached_property
    def ledger(self) -> Ledger | None:
        """The ledger when all late commits have landed; None where the course's services took no part."""
        return self._ledger(self._settled)

    @cached_property
    def ledger_at_end(self) -> Ledger | None:
        """The ledger at the execution's end: a late commit that is on its way stands under `pending`."""
        return self._ledger(self._at_end)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict when all late commits have landed; None without a ledger."""
        return None if self.ledger is None else judge(self.ledger, self)

    @property
    def services(self) -> Services | None:
        """The course's services as they are when all late commits have landed: `.rows("payments")`, `.messages`."""
        return None if self._settled is None else self._settled[0]

    def _ledger(self, kept: tuple[Services, int] | None) -> Ledger | None:
        if kept is None:
            return None
        services, now = kept
        return services.ledger(self.input if isinstance(self.input, Mapping) else {}, now)
