"""What a fault plan may say, and the plans that the seed's order ids stand for. Imports nothing."""

TASKS = (
    "ProcessOrder", "ProcessPayment", "ReserveInventory",
    "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus",
)  # fmt: skip

KINDS = {
    "error": "the service's business error",
    "transient": "an error that the machine's Retry names",
    "timeout": "outlasts the task's TimeoutSeconds",
    "late": "outlasts the task's TimeoutSeconds, and commits after it",
    "crash": "the process exits",
    "throttle": "too many requests",
    "slow": "takes longer, within the limit",
}
OUTLASTING = ("timeout", "late")
WHEN = ("before", "after")  # the commit of the task's local transaction
DEFAULT_WHEN = "before"
DEFAULT_MS = {"timeout": 11_000, "late": 11_000, "slow": 500}  # the seed's tasks time out after 10 s
MAX_MS = 900_000  # the longest that a Lambda function may run
MAX_TIMES = 1_000

FAIL = {"kind": "error", "when": "after"}  # the seed's services write first and fail then
SEED_PLANS = {
    "1": {"ProcessOrder": FAIL},
    "11": {"ProcessOrder": FAIL, "UpdateOrderStatus": FAIL},
    "2": {"ProcessPayment": FAIL},
    "22": {"ProcessPayment": FAIL, "ProcessRefund": FAIL},
    "3": {"ReserveInventory": FAIL},
    "33": {"ReserveInventory": FAIL, "ReleaseInventory": FAIL},
}


class InvalidFaultPlan(Exception):
    """The order's `faults` say something that cannot be done; the message names the field."""


def fault_of(order, task: str) -> dict | None:
    """Return the fault planned for a task of this order, with its defaults filled in, or None.

    The order's `faults` are checked and decide; without that key the prefix of its order_id does.
    """
    if not isinstance(order, dict):
        return None
    if "faults" in order:
        check_plan(order["faults"])
        fault = order["faults"].get(task)
    else:
        fault = seed_plan(order.get("order_id")).get(task)
    if fault is None:
        return None
    kind = fault["kind"]
    return {
        "kind": kind,
        "when": "before" if kind == "late" else fault.get("when", DEFAULT_WHEN),
        "times": fault.get("times"),
        "ms": fault.get("ms") or DEFAULT_MS.get(kind),
    }


def seed_plan(order_id) -> dict:
    """Return the plan of the longest prefix in SEED_PLANS with which this order_id begins, or {}."""
    prefixes = [prefix for prefix in SEED_PLANS if str(order_id).startswith(prefix)]
    return SEED_PLANS[max(prefixes, key=len)] if prefixes else {}


def check_plan(plan) -> None:
    """Raise InvalidFaultPlan, naming the field, if this is not {task: {kind, when, times, ms}}."""
    require(isinstance(plan, dict), "faults", "an object with tasks as its keys", plan)
    for task, fault in plan.items():
        require(task in TASKS, f"faults.{task}", f"one of the tasks {', '.join(TASKS)}", task)
        require(isinstance(fault, dict), f"faults.{task}", "an object with a kind", fault)
        for key in {"kind": None} | fault:
            check_field(f"faults.{task}.{key}", key, fault.get(key))


def check_field(field: str, key: str, value) -> None:
    """Raise InvalidFaultPlan if this is not a field of a fault, or cannot have this value."""
    if key == "kind":
        require(is_one_of(value, KINDS), field, f"one of {', '.join(KINDS)}", value)
    elif key == "when":
        require(is_one_of(value, WHEN), field, " or ".join(WHEN), value)
    elif key == "times":
        require(is_count(value, MAX_TIMES), field, f"a whole number from 1 to {MAX_TIMES}, or null", value)
    elif key == "ms":
        require(is_count(value, MAX_MS), field, f"a whole number from 1 to {MAX_MS}, or null", value)
    else:
        require(False, field, "one of kind, when, times, ms", key)


def is_one_of(value, allowed) -> bool:
    """Say whether this is one of the allowed words."""
    return isinstance(value, str) and value in allowed


def is_count(value, most: int) -> bool:
    """Say whether this is None or a whole number from 1 to `most`; true is not."""
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 1 <= value <= most and value == int(value)


def require(holds: bool, field: str, must_be: str, found) -> None:
    """Raise InvalidFaultPlan like "faults.ProcessPayment.when must be before or after, not 'during'"."""
    if not holds:
        raise InvalidFaultPlan(f"{field} must be {must_be}, not {found!r:.60}")
