"""Choice states: a matched rule is not mistaken for the default, and no match is said in AWS's words.

Why: moto 5.2.5 knows the default by the name of the next state, and so evaluates the default's Assign too
when a rule leads to the same state; the Assign of a rule in JSONPath is dropped; no match ends in the text
of a Python error.
"""

import functools
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.choice.choice_rule import ChoiceRule
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

_NO_MATCH = "Failed to transition out of the state. The state does not point to a next state."


def _choose(self: StateChoice, env: Environment) -> None:
    for rule in self.choices_decl.rules:
        rule.eval(env)
        if env.stack.pop() is True:
            env.stack.append((rule.next_stmt.name, False))
            return
    if self.default_state is None:
        error = StatesErrorNameType.StatesRuntime
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=error),
                event_type=HistoryEventType.ExecutionFailed,
                event_details=EventDetails(
                    executionFailedEventDetails=ExecutionFailedEventDetails(
                        error=error.to_name(), cause=_NO_MATCH
                    )
                ),
            )
        )
    env.stack.append((self.default_state.state_name, True))


def _give_output(self: StateChoice, env: Environment) -> None:
    next_state, is_default = env.stack.pop()
    if is_default and self.assign_decl:
        self.assign_decl.eval(env=env)
    if is_default and self.output:
        self.output.eval(env=env)
    if self._is_language_query_jsonpath():
        if self.output_path:
            self.output_path.eval(env=env)
        else:
            env.states.reset(input_value=env.stack.pop())
    env.next_state_name = next_state


def _with_assign(visit: Callable[..., ChoiceRule]) -> Callable[..., ChoiceRule]:
    @functools.wraps(visit)
    def visit_rule(self: Preprocessor, ctx: Any) -> ChoiceRule:
        rule = visit(self, ctx)
        for child in ctx.children if rule.assign is None else ():
            for part in (child, *(getattr(child, "children", None) or ())):
                if isinstance(part, ASLParser.Assign_declContext):
                    rule.assign = self.visit(part)
        return rule

    return visit_rule


_RULES = ("visitChoice_rule_comparison_variable", "visitChoice_rule_comparison_composite")


def install() -> None:
    """Install this file's adaptations into moto."""
    for name in _RULES:
        visit = getattr(Preprocessor, name)
        if not hasattr(visit, "__wrapped__"):
            setattr(Preprocessor, name, _with_assign(visit))
    StateChoice._eval_state = _choose
    StateChoice._eval_state_output = _give_output
