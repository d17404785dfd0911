"""Faults as values in Python: they print as the code that makes them, and go into an order's `faults`.

What a plan may say, and its defaults, stand in one place: lambdas/fault_plans.py, which the services use too.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS


def services_module(name: str) -> ModuleType:
    """Load one of the services' own modules: lambdas/ is no package, and its names must not meet ours."""
    spec = importlib.util.spec_from_file_location(f"sagalab._{name}", LAMBDAS / f"{name}.py")
    assert spec is not None and spec.loader is not None  # for type checkers: a path to a .py file has both
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_plans = services_module("fault_plans")
TASKS: tuple[str, ...] = _plans.TASKS
KINDS: dict[str, str] = _plans.KINDS  # kind → what it does, in words
WHEN: tuple[str, ...] = _plans.WHEN
DEFAULT_WHEN: str = _plans.DEFAULT_WHEN
DEFAULT_MS: dict[str, int] = _plans.DEFAULT_MS  # of the kinds that take time, in milliseconds
SEED_PLANS: dict[str, dict[str, Any]] = _plans.SEED_PLANS
DEFAULT_TRANSIENT_TIMES = 1


def validate(faults: Any) -> None:
    """Raise SagaLabError, naming the field, if this is no valid plan in the form of an order's `faults`."""
    try:
        _plans.check_plan(faults)
    except _plans.InvalidFaultPlan as invalid:
        raise SagaLabError(f"The fault plan is not valid: {invalid}.", "Correct that field.") from None


@dataclass(frozen=True, repr=False)
class Fault:
    """One fault of one task, made by `Fault.error("ProcessPayment")` and the other kinds.

    `when` is before or after the commit of the task's local transaction. `times` is how many attempts of the
    task meet it, from the first; None is all of them. `ms` is how long the kinds that take time last, in
    milliseconds; None for the others. Raises SagaLabError, naming the field, for a value that cannot be.
    """

    task: str
    kind: str
    when: str = DEFAULT_WHEN
    times: int | None = None
    ms: int | None = None

    def __post_init__(self) -> None:
        validate({str(self.task): {"kind": self.kind, "when": self.when, "times": self.times, "ms": self.ms}})
        takes_time = self.kind in DEFAULT_MS
        object.__setattr__(self, "ms", (self.ms or DEFAULT_MS[self.kind]) if takes_time else None)

    @classmethod
    def error(cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None) -> "Fault":
        """The service's business error (ErrProcessPayment …), which the seed's machine catches."""
        return cls(task, "error", when, times)

    @classmethod
    def transient(
        cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = DEFAULT_TRANSIENT_TIMES
    ) -> "Fault":
        """An error that the machine's Retry names (Lambda.ServiceException)."""
        return cls(task, "transient", when, times)

    @classmethod
    def timeout(
        cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None, ms: int | None = None
    ) -> "Fault":
        """Outlast the task's TimeoutSeconds; before: and never commit, after: having committed."""
        return cls(task, "timeout", when, times, ms)

    @classmethod
    def late(
        cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None, ms: int | None = None
    ) -> "Fault":
        """Outlast the task's TimeoutSeconds and commit then, whatever `when` says."""
        return cls(task, "late", when, times, ms)

    @classmethod
    def crash(cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None) -> "Fault":
        """End the function's process (Runtime.ExitError)."""
        return cls(task, "crash", when, times)

    @classmethod
    def throttle(cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None) -> "Fault":
        """Be refused for too many requests (Lambda.TooManyRequestsException)."""
        return cls(task, "throttle", when, times)

    @classmethod
    def slow(
        cls, task: str, *, when: str = DEFAULT_WHEN, times: int | None = None, ms: int | None = None
    ) -> "Fault":
        """Take `ms` longer, and then go on."""
        return cls(task, "slow", when, times, ms)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return the fault as a plan of one task, in the form of an order's `faults`."""
        fault: dict[str, Any] = {"kind": self.kind, "when": self.when}
        if self.times is not None:
            fault["times"] = self.times
        if self.ms is not None:
            fault["ms"] = self.ms
        return {self.task: fault}

    @classmethod
    def from_dict(cls, faults: Mapping[str, Mapping[str, Any]]) -> "Fault":
        """Return the fault of a plan that has exactly one. Raises SagaLabError for any other."""
        found = FaultPlan.from_dict(faults).faults
        if len(found) != 1:
            raise SagaLabError(f"This plan has {len(found)} faults, not one.", "Use plan(…) for it.")
        return found[0]

    def apply(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return the order with this fault, and no other, as its `faults`."""
        return plan(self).apply(order)

    def __add__(self, other: "Fault | FaultPlan") -> "FaultPlan":
        return plan(self, other)

    def __repr__(self) -> str:
        given = [repr(self.task)]
        if self.when != DEFAULT_WHEN:
            given.append(f"when={self.when!r}")
        if self.times != (DEFAULT_TRANSIENT_TIMES if self.kind == "transient" else None):
            given.append(f"times={self.times!r}")
        if self.ms != DEFAULT_MS.get(self.kind):
            given.append(f"ms={self.ms!r}")
        return f"Fault.{self.kind}({', '.join(given)})"


@dataclass(frozen=True, repr=False)
class FaultPlan:
    """Faults of different tasks, in the tasks' order; made by `plan(fault, …)` or `fault + fault`."""

    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        in_order = sorted(self.faults, key=lambda fault: TASKS.index(fault.task))
        for first, second in zip(in_order, in_order[1:], strict=False):
            if first.task == second.task:
                raise SagaLabError(
                    f"Two faults on one task: {first} and {second}.", "A plan holds at most one fault a task."
                )
        object.__setattr__(self, "faults", tuple(in_order))

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return the plan in the form of an order's `faults`."""
        return {task: fault for each in self.faults for task, fault in each.to_dict().items()}

    @classmethod
    def from_dict(cls, faults: Mapping[str, Mapping[str, Any]]) -> "FaultPlan":
        """Return the plan of an order's `faults`. Raises SagaLabError, naming the field, if it is invalid."""
        validate(faults)
        return cls(tuple(Fault(task, **fault) for task, fault in faults.items()))

    def apply(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return the order with this plan as its `faults`: even an empty one replaces the seed's prefixes."""
        return {**order, "faults": self.to_dict()}

    def __add__(self, other: "Fault | FaultPlan") -> "FaultPlan":
        return plan(self, other)

    def __bool__(self) -> bool:
        return bool(self.faults)

    def __repr__(self) -> str:
        return f"plan({', '.join(map(repr, self.faults))})"


def plan(*parts: Fault | FaultPlan | Mapping[str, Any]) -> FaultPlan:
    """Return one plan of faults, plans, or plans in the form of an order's `faults`.

    Raises SagaLabError for two faults on one task, and for anything else that is no valid plan.
    """
    faults: list[Fault] = []
    for part in parts:
        if isinstance(part, Fault):
            faults.append(part)
        else:
            faults.extend((part if isinstance(part, FaultPlan) else FaultPlan.from_dict(part)).faults)
    return FaultPlan(tuple(faults))


def seed_plan(order_id: str) -> FaultPlan:
    """Return the plan that the seed's prefix of this order id stands for; empty for most ids."""
    return FaultPlan.from_dict(_plans.seed_plan(order_id))
