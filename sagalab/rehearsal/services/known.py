"""What functions did next after all that they were told: one that is told the same again need not be run again.

In a race each call of an order is gone with most of the others' before it and after it, and hears the same.
"""

from collections.abc import Callable
from dataclasses import replace

from sagalab.rehearsal.services.invocation import Invocation, Running, copied
from sagalab.rehearsal.services.outcome import Outcome
from sagalab.rehearsal.services.refused import Refused

MOST = 4_000  # steps that are kept, some kilobytes each


class Known:
    """The steps of one place's functions; whoever has other functions has others."""

    def __init__(self) -> None:
        self._steps: dict[tuple[object, ...], Outcome | Invocation] = {}

    def step(self, one: Running, run: Callable[[Running], Outcome | Invocation]) -> Outcome | Invocation:
        """Return what an invocation does until its next call; `run` lets it, where it is not known yet.

        Its number among all invocations matters only to one that draws by chance or says its request's id.
        """
        invocation = one.invocation
        told = _all_told(invocation)
        found = self._steps.get(told) or self._steps.get((invocation.number, *told))
        if found is None:
            found = run(one)
            if len(self._steps) >= MOST:
                self._steps.clear()
            numbered = one.is_numbered or (isinstance(found, Outcome) and found.error is not None)
            self._steps[(invocation.number, *told) if numbered else told] = found
        if isinstance(found, Outcome):
            return replace(found, result=copied(found.result))
        return replace(found, number=invocation.number)


def _all_told(invocation: Invocation) -> tuple[object, ...]:
    """Return all from which it follows what a function does next, as a key."""
    log = [
        (kind, *what, (last.code, last.message, last.more) if isinstance(last, Refused) else last)
        for kind, *what, last in invocation.log
    ]
    about = (invocation.function, invocation.event, invocation.began, invocation.deadline, invocation.seed)
    return (*about, repr(log))
