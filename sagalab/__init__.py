"""Saga Lab: learn, teach and demonstrate the saga pattern on AWS Step Functions.

What notebooks use is here: `from sagalab import connect, deploy, run`. Each name is imported on its first
use, so that `import sagalab` is quick.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

_EXPORTS = {
    "CATALOGUE": "orders",
    "Cloud": "connect",
    "Deployment": "deployment",
    "Execution": "execution",
    "Fault": "faults",
    "SCENARIOS": "scenarios",
    "FailureLab": "lab",
    "SagaLabError": "errors",
    "backoff": "backoff",
    "check": "check",
    "compare": "compare",
    "costs_so_far": "costs",
    "connect": "connect",
    "definition": "machines",
    "deploy": "deploy",
    "deploy_machine": "deploy",
    "deployment": "deployment",
    "destroy": "destroy",
    "diagram": "diagram",
    "estimated_costs": "costs",
    "explore": "explorer",
    "forget": "forget",
    "gaps": "backoff",
    "lint": "lint",
    "load_ipython_extension": "magic",
    "make_order": "orders",
    "parked": "parked",
    "parked_panel": "parked",
    "plan": "faults",
    "player": "steps_player",
    "predict": "predict",
    "resume": "parked",
    "run": "runs",
    "run_scenario": "scenarios",
    "run_scenarios": "scenarios",
    "scenario_matrix": "matrix",
    "scenario_order": "scenarios",
    "start": "runs",
    "status": "status",
    "steps": "steps",
    "storm": "storm",
    "substitute": "machines",
    "tables": "tables",
    "task_state": "task_state",
    "timeline": "timeline",
    "verdict": "verdict",
    "wait": "runs",
}
__all__ = sorted(_EXPORTS)


class _Package(ModuleType):
    """This package: a public name such as `deploy` is always the function, never the module of that name.

    Python sets a package's attribute to each submodule when it is first imported. That would make
    `sagalab.deploy` a function or a module, depending on what was imported before.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _EXPORTS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _EXPORTS:
            raise AttributeError(f"module 'sagalab' has no attribute {name!r}")
        value = getattr(importlib.import_module(f"sagalab.{_EXPORTS[name]}"), name)
        super().__setattr__(name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_EXPORTS})


sys.modules[__name__].__class__ = _Package
