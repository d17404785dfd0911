"""The orders of a storm: a seeded random mix of baskets and faults."""

import random
from typing import Any

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.orders import make_order
from sagalab.rehearsal import plans as plans

_PASSING, _LASTING, _UNDO_TOO = 0.20, 0.15, 0.05  # shares of the orders; the rest meet no fault
_MOST_ITEMS = 3
STUBBORN = 5  # attempts that fail: all that the hardened saga makes before it parks, and none after that
_UNDO_OF = dict(zip(plans.FORWARD, reversed(plans.UNDOS), strict=True))


def storm_orders(count: int, seed: int, timeout_seconds: int) -> list[dict[str, Any]]:
    """Return `count` orders: always the same for a seed but for their ids and dates.

    A fifth of them meet a fault that passes, a seventh one that does not, and one in twenty needs an undo that
    fails so often that a human has to help. `timeout_seconds` is the machine's, for faults that outlast it.
    """
    chance = random.Random(seed)
    return [_order(chance, timeout_seconds) for _ in range(count)]


def _order(chance: random.Random, timeout_seconds: int) -> dict[str, Any]:
    item_ids = chance.sample([item.item_id for item in CATALOGUE], chance.randint(1, _MOST_ITEMS))
    items = {item_id: chance.randint(1, 4) for item_id in item_ids}
    return make_order(items=items, faults=plans.fitted(_plan(chance), timeout_seconds).to_dict())


def _plan(chance: random.Random) -> FaultPlan:
    drawn, task = chance.random(), chance.choice(plans.FORWARD)
    if drawn < _PASSING:
        return plan(chance.choice([fault for fault in plans.faults_of(task) if fault.times == 1]))
    drawn -= _PASSING
    if drawn < _LASTING:
        return plan(chance.choice([fault for fault in plans.faults_of(task) if fault.times is None]))
    if drawn < _LASTING + _UNDO_TOO:
        undo = Fault(_UNDO_OF[task], chance.choice(("error", "throttle")), "before", STUBBORN)
        return plan(Fault.error(task, when="after"), undo)
    return plan()
