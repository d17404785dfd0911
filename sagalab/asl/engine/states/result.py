"""What Task, Parallel and Map make of their result: ResultSelector, ResultPath, and what comes after."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.data import template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.result_path import result_path
from sagalab.asl.engine.states.base import State


class ResultState(State):
    """A state with a result of its own."""

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        super().__init__(name, body, jsonata)
        selector = None if jsonata else body.get("ResultSelector")
        self.result_selector = None if selector is None else template(selector, "ResultSelector", False)
        self.result_path = None if jsonata else result_path(body.get("ResultPath", "$"))

    def take_result(self, run: Recorder, frame: Frame, result: Any) -> None:
        """Make the state's output of a result; the $ of Assign is the result as it came."""
        env = Env(run, frame, self.kind)
        env.data = result
        env.states["result"] = result
        if run.trace is not None:
            self.note(run, "result", result)
        output = result if self.jsonata else self._shaped(run, frame, env)
        self.succeed(run, frame, env, output)

    def _shaped(self, run: Recorder, frame: Frame, env: Env) -> Any:
        output = env.data if self.result_selector is None else self.result_selector(env)
        if run.trace is not None:
            self.note(run, "afterResultSelector", output)
        if self.result_path is not None:
            output = self.result_path(frame.input, output)
        if run.trace is not None:
            self.note(run, "afterResultPath", output)
        return output
