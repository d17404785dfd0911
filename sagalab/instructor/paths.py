"""The demonstration, path by path: what is run, what to ask the room before it, and what to say after it."""

from dataclasses import dataclass
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.orders.faults import Fault
from sagalab.orders.scenarios import scenario_order

HARDENED = "hardened"
# It begins with 5, so that none of the seed's prefixes triggers; its fault plan decides.
CRASH_ORDER_ID = "5c0ffee0-0007-4000-8000-000000000007"


@dataclass(frozen=True)
class DemoPath:
    """One path of the demonstration.

    - `key`: what `play` takes; `button`: the words on its button; `title`: one line.
    - `machine`: the name of the state machine; `scenario`: the key of a scenario, or None for the crash.
    - `minutes`: how long to talk about it; `question`: to ask the room before the run.
    - `notes`: what to say after it, one thought a line. `ends`: the verdict that it must have.
    """

    key: str
    button: str
    title: str
    machine: str
    scenario: str | None
    minutes: int
    question: str
    notes: tuple[str, ...]
    ends: str

    def order(self) -> dict[str, Any]:
        """Return the order to run: a scenario's, or one whose payment crashes once, after its commit."""
        if self.scenario is not None:
            return scenario_order(self.scenario)
        crash = Fault.crash("ProcessPayment", when="after", times=1)
        return crash.apply({**scenario_order("4"), "order_id": CRASH_ORDER_ID})


DEMO_PATHS = (
    DemoPath(
        "success",
        "1 · success",
        "All goes well",
        "saga",
        "4",
        3,
        "Three services, three databases. How many states will a good order pass?",
        (
            "Follow the numbers on the arrows: five states, down the left column.",
            "Each step commits on its own. There is no transaction around the three.",
            "Under the picture are the rows that the services wrote. Remember them: they are the truth.",
        ),
        "consistent",
    ),
    DemoPath(
        "1",
        "2 · order fails",
        "Scenario 1: the first step fails",
        "saga",
        "1",
        2,
        "ProcessOrder fails. Is there anything to undo?",
        (
            "Yes: the service wrote the order first, and failed after that. An error does not mean: nothing happened.",
            "» and orange: the state failed and a Catch took its error. The compensation sets the order to Pending.",
            "FAILED is the right end here. The saga kept its promise: everything was undone.",
        ),
        "consistent",
    ),
    DemoPath(
        "2",
        "3 · payment fails",
        "Scenario 2: the payment fails",
        "saga",
        "2",
        2,
        "Now ProcessPayment fails. Which compensations run, and in which order?",
        (
            "Backwards: first ProcessRefund, then UpdateOrderStatus.",
            "A failed payment is refunded all the same: it may have been taken before the error came.",
            "Look at payments: Debit and Credit, sum 0.00. Nothing is deleted, it is balanced.",
        ),
        "consistent",
    ),
    DemoPath(
        "3",
        "4 · stock fails",
        "Scenario 3: the reservation fails",
        "saga",
        "3",
        3,
        "The last step fails. Raise your hand when the third compensation lights up. What does a customer see now?",
        (
            "The whole way back: ReleaseInventory, ProcessRefund, UpdateOrderStatus.",
            "For a moment the money was gone from the account: a saga has no isolation.",
            "Ask: and if a compensation fails? Let them guess before you go on.",
        ),
        "consistent",
    ),
    DemoPath(
        "33",
        "5 · the leak",
        "Scenario 33: a compensation fails",
        "saga",
        "33",
        4,
        "ReleaseInventory fails as well. Who gets the money back?",
        (
            "Nobody. The Catch of the release leads to a notification, and past the refund.",
            "Read the verdict: leaked. 51.90 is not refunded, and the order still says New.",
            "The notification says only: failed. Whoever reads it does not know what is owed.",
            "Look closer: the items were released. The undo did its work, and only its answer was lost.",
        ),
        "leaked",
    ),
    DemoPath(
        "crash",
        "6 · the crash",
        "The payment crashes after its commit",
        "saga",
        None,
        4,
        "The function takes the money and dies. Does the machine know whether it was taken?",
        (
            "No. This is the ambiguous failure: it may have happened, or not.",
            "The Catch names ErrProcessPayment only. The error is Runtime.ExitError, so nothing catches it.",
            "No compensation ran. The money is taken, the order says New, and nobody was told.",
        ),
        "leaked",
    ),
    DemoPath(
        "cure",
        "7 · the cure",
        "The same crash on the hardened machine",
        HARDENED,
        None,
        4,
        "Same order, same crash, another machine. What would you change in it?",
        (
            "×2: Runtime.ExitError is in its Retry, so the payment is tried again.",
            "Is the money taken twice? No: the payment's id is made of the order's id. One Debit, 51.90.",
            "If all retries fail, a Catch of States.ALL refunds what may have been taken.",
            "What cannot be undone is named in a notification, and the run waits for a human.",
        ),
        "consistent",
    ),
)


def demo_path(key: str) -> DemoPath:
    """Return the path of a key such as "33". Raises SagaLabError for another key."""
    for found in DEMO_PATHS:
        if found.key == str(key):
            return found
    raise SagaLabError(
        f"There is no demo path {key}.", f"Take one of: {', '.join(p.key for p in DEMO_PATHS)}."
    )


def following(path: DemoPath) -> DemoPath | None:
    """Return the path after this one, or None after the last."""
    place = DEMO_PATHS.index(path) + 1
    return DEMO_PATHS[place] if place < len(DEMO_PATHS) else None
