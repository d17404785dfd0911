"""Catchers: which errors they take, and what they make of them."""

from collections.abc import Mapping
from typing import Any, Protocol

from sagalab.asl.engine.data import assignment, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import StateFailed, matches
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.result_path import result_path


class Left(Protocol):
    """A state, as far as a catcher needs it."""

    kind: str
    absent: Any

    def leave(
        self, run: Recorder, frame: Frame, output: Any, assigned: dict[str, Any] | None, target: str | None
    ) -> None:
        """Go on to `target`."""


class Catcher:
    """One catcher, read once from the definition."""

    def __init__(self, body: Mapping[str, Any], index: int, jsonata: bool) -> None:
        field = f"Catch[{index}]/"
        self.index = index
        self.names: tuple[str, ...] = tuple(body.get("ErrorEquals") or ())
        self.next: str = body["Next"]
        self.jsonata = jsonata
        self.result_path = None if jsonata else result_path(body.get("ResultPath", "$"))
        self.output = (
            template(body["Output"], f"{field}Output", True) if jsonata and "Output" in body else None
        )
        self.assign = assignment(body, f"{field}Assign", jsonata)

    def takes(self, error: str | None, alias: str | None = None) -> bool:
        """Tell whether ErrorEquals names the error."""
        return matches(self.names, error, alias)

    def catch(self, state: Left, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        """Leave the state by this catcher: neither OutputPath nor the state's Output touch the result."""
        error_output: Any = failure.output(state.absent)
        env = Env(run, frame, state.kind)
        env.data = error_output
        env.states = {"input": frame.input, "errorOutput": error_output}
        assigned = self.assign(env) if self.assign is not None else None
        output = error_output
        if self.jsonata:
            if self.output is not None:
                output = self.output(env)
        elif self.result_path is not None:
            output = self.result_path(frame.input, error_output)
        run.caught(self.index, failure)
        state.leave(run, frame, output, assigned, self.next)
