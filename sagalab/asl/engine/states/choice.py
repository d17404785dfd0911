"""Choice: the first rule that holds says where to go."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.data import Template, assignment, is_expression, of_kind, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import runtime_error
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.base import State
from sagalab.asl.engine.states.choice_rules import condition

_NO_MATCH = "Failed to transition out of the state. The state does not point to a next state."


class _Rule:
    def __init__(self, body: Mapping[str, Any], index: int, jsonata: bool) -> None:
        field = f"Choices[{index}]/"
        self.next: str = body["Next"]
        self.assign = assignment(body, f"{field}Assign", jsonata)
        self.output = (
            template(body["Output"], f"{field}Output", True) if jsonata and "Output" in body else None
        )
        self.holds = (
            _jsonata_condition(body["Condition"], f"{field}Condition") if jsonata else condition(body)
        )


def _jsonata_condition(value: Any, field: str) -> Template:
    if not is_expression(value):
        return lambda env: value is True
    made = template(value, field, True)
    return of_kind(made, lambda result: isinstance(result, bool), "boolean", value, field)


class Choice(State):
    """Goes where its first true rule says, or to its Default."""

    kind = "Choice"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        super().__init__(name, body, jsonata)
        self.rules = [_Rule(rule, index, jsonata) for index, rule in enumerate(body["Choices"])]
        self.default: str | None = body.get("Default")

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        effective = env.data
        for index, rule in enumerate(self.rules):
            if rule.holds(env):
                run.chose(frame, index)
                self._follow(run, frame, env, effective, rule.assign, rule.output, rule.next)
                return
        if self.default is None:
            raise runtime_error(_NO_MATCH)
        run.chose(frame, None)
        self._follow(run, frame, env, effective, self.assign, self.output, self.default)

    def _follow(
        self,
        run: Recorder,
        frame: Frame,
        env: Env,
        output: Any,
        assign: Template | None,
        shape: Template | None,
        target: str,
    ) -> None:
        assigned = assign(env) if assign is not None else None
        if shape is not None:
            output = shape(env)
        elif self.output_path is not None:
            output = self.output_path(env)
        self.leave(run, frame, output, assigned, target)
