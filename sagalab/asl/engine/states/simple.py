"""Pass, Succeed and Fail."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.data import Template, field_of_input, is_expression, of_kind, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import StateFailed, runtime_error
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.result_path import result_path
from sagalab.asl.engine.states.base import State


class Pass(State):
    """Gives its input, its Result or what its Parameters make."""

    kind = "Pass"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        super().__init__(name, body, jsonata)
        self.has_result = "Result" in body and not jsonata
        self.result: Any = body.get("Result")
        parameters = body.get("Parameters")
        self.parameters = None if jsonata or parameters is None else template(parameters, "Parameters", False)
        self.result_path = None if jsonata else result_path(body.get("ResultPath", "$"))

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        result = env.data
        if run.trace is not None:
            self.note(run, "afterInputPath", result)
        if self.parameters is not None:
            result = self.parameters(env)
        if run.trace is not None:
            self.note(run, "afterParameters", result)
        if self.has_result:
            result = self.result
        env.data = result
        plain = self.assign is None and self.result_path is None and self.output_path is None
        if plain and not self.jsonata and run.trace is None:
            self.leave(run, frame, result, None, self.next)
            return
        assigned_from = result
        if self.result_path is not None:
            result = self.result_path(frame.input, result)
        if run.trace is not None:
            self.note(run, "afterResultSelector", assigned_from)
            self.note(run, "afterResultPath", result)
        self.succeed(run, frame, env, result)


class Succeed(State):
    """Ends its branch, its iteration or the execution."""

    kind = "Succeed"

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        self.succeed(run, frame, env, env.data)


class Fail(State):
    """Fails its branch, its iteration or the execution."""

    kind = "Fail"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        super().__init__(name, body, jsonata)
        self.error = _fail_field(body, "Error", jsonata)
        self.cause = _fail_field(body, "Cause", jsonata)

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        error = self.error(env) if self.error is not None else None
        cause = self.cause(env) if self.cause is not None else None
        run.fail_frame(frame, StateFailed(error, cause))


def _fail_field(body: Mapping[str, Any], name: str, jsonata: bool) -> Template | None:
    if name in body:
        value = body[name]
        if not (jsonata and is_expression(value)):
            return lambda env: value
        made = template(value, name, True)
        return of_kind(made, lambda result: isinstance(result, str), "string", value, name)
    path = body.get(f"{name}Path")
    if path is None or jsonata:
        return None
    found = field_of_input(path, f"{name}Path")

    def text(env: Env) -> str:
        result = found(env)
        if not isinstance(result, str):
            raise runtime_error(
                f"The value of the field '{name}Path' must be a string: {path} == {json_text(result)}"
            )
        return result

    return text
