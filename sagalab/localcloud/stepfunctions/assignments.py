"""Variables that a state assigns count from the next state on.

Why: moto 5.2.5 sets them before it evaluates the state's Output, which AWS does with the old values
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html, "Evaluation order"), and
writes strings into assignedVariables without escapes.
"""

from typing import Any

from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

_exited_details = CommonStateField._get_state_exited_event_details


def _assign(self: AssignDecl, env: Environment) -> None:
    values: dict[str, Any] = {}
    for binding in self.declaration_bindings:
        binding.eval(env=env)
        values.update(env.stack.pop())
    env.variable_store.__dict__.setdefault("pending", {}).update(values)


def _exit(self: CommonStateField, env: Environment) -> Any:
    for name, value in env.variable_store.__dict__.pop("pending", {}).items():
        env.variable_store.set(variable_identifier=name, variable_value=value)
    return _exited_details(self, env=env)


def _assigned_variables(self: VariableStore) -> dict[str, str]:
    return {
        name: to_json_str(self.get(name), separators=(",", ":")) for name in sorted(self._declaration_tracing)
    }


def install() -> None:
    """Install this file's adaptations into moto."""
    AssignDecl._eval_body = _assign
    CommonStateField._get_state_exited_event_details = _exit
    VariableStore.get_assigned_variables = _assigned_variables
