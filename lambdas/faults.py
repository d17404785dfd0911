"""Faults on purpose, at the edge of each handler: the business code knows nothing of them.

The plan comes with the order, so an input alone reproduces a run; fault_plans.py says what it may hold.
"""

import functools
import os
import time

import attempts
from fault_plans import OUTLASTING, fault_of
from order_check import check_order_id
from tables import TransientError

# Step Functions knows a throttled function by this error name.
Throttled = type("Lambda.TooManyRequestsException", (Exception,), {"__doc__": "Too many requests."})


def task(name: str, error: type[Exception]):
    """Make a Lambda handler `(event, context)` of business code `(order)`, with the faults of task `name`."""

    def edge(business):
        @functools.wraps(business)
        def handler(event, context):
            fault = fault_of(event, name)
            if fault is None:
                return business(event)
            check_order_id(event, error)
            key = f"{event['order_id']}#{name}"
            attempt = attempts.count(key)
            if fault["times"] and attempt > fault["times"]:
                return business(event)
            print(f"{name}, attempt {attempt}, on purpose: {fault}", flush=True)
            with attempts.on_its_way(key, seconds_to_live(fault, context)):
                if fault["when"] == "after":
                    result = business(event)
                    strike(fault, name, error)
                    return result
                strike(fault, name, error)
                return business(event)

        return handler

    return edge


def strike(fault: dict, name: str, error: type[Exception]) -> None:
    """Do what the kind of the fault says: raise, exit, or take time."""
    match fault["kind"]:
        case "error":
            raise error(f"{name} fails on purpose")
        case "transient":
            raise TransientError(f"{name} fails on purpose: try again")
        case "throttle":
            raise Throttled(f"{name} is throttled on purpose: try again later")
        case "crash":
            os._exit(1)
    time.sleep(fault["ms"] / 1000)
    if fault["kind"] == "timeout" and fault["when"] == "before":
        raise TimeoutError(f"{name} took {fault['ms']} ms on purpose and wrote nothing")


def seconds_to_live(fault: dict, context) -> float | None:
    """Return how long a sleeper will live: as planned, or until the function's own Timeout ends it."""
    if fault["kind"] not in OUTLASTING:
        return None
    return min(fault["ms"], context.get_remaining_time_in_millis()) / 1000
