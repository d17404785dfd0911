"""Wait: for some seconds, or until a moment."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sagalab.asl.engine import queries
from sagalab.asl.engine.data import expected, is_expression, is_integer, is_number, of_kind, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import query_error, runtime_error
from sagalab.asl.engine.frame import WAITING, Frame
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.base import State

# RFC 3339 with an offset, as the language asks (https://states-language.net/spec.html#timestamps).
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def moment(text: Any) -> float | None:
    """Return a timestamp as seconds since 1970; None when it is no RFC 3339 time with an offset."""
    if not isinstance(text, str) or not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


class Wait(State):
    """Waits for some seconds, or until a moment."""

    kind = "Wait"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        super().__init__(name, body, jsonata)
        self.until = _until(body, jsonata)

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        due = self.until(env)
        if due <= run.now or run.trace is not None:
            self.succeed(run, frame, env, env.data)
            return
        frame.phase = WAITING
        run.set_timer(frame, due)

    def resume(self, run: Recorder, frame: Frame) -> None:
        """Go on once the time has come."""
        env = self.env(run, frame)
        self.succeed(run, frame, env, env.data)


def _until(body: Mapping[str, Any], jsonata: bool) -> Any:
    """Return the function that gives the time to wait for, in milliseconds since 1970."""
    if "Seconds" in body:
        return _after_seconds(body["Seconds"], jsonata)
    if "SecondsPath" in body:
        return _after_seconds_path(body["SecondsPath"])
    if "Timestamp" in body:
        return _at_timestamp(body["Timestamp"], jsonata)
    return _at_timestamp_path(body["TimestampPath"])


def _after_seconds(value: Any, jsonata: bool) -> Any:
    if not (jsonata and is_expression(value)):
        return lambda env: env.run.now + round(value * 1000)
    made = of_kind(template(value, "Seconds", True), is_number, "number", value, "Seconds")

    def until(env: Env) -> int:
        seconds = made(env)
        if seconds < 0:
            raise query_error(f"The Seconds field must not be negative but was: {seconds}", "Seconds")
        return env.run.now + round(float(seconds) * 1000)

    return until


def _after_seconds_path(path: str) -> Any:
    query = queries.path_or_function(path)

    def until(env: Env) -> int:
        try:
            seconds = query(env)
        except queries.NotFound:
            raise runtime_error(
                f"The SecondsPath parameter does not reference an input value: {path}"
            ) from None
        if not is_integer(seconds):
            shown = seconds if isinstance(seconds, str) else json_text(seconds)
            raise runtime_error(
                f"The SecondsPath parameter cannot be parsed as a long value: {path} == {shown}"
            )
        if seconds < 0:
            raise runtime_error(f"The SecondsPath parameter references a negative value: {path} == {seconds}")
        return env.run.now + int(seconds) * 1000

    return until


def _at_timestamp(value: Any, jsonata: bool) -> Any:
    made = template(value, "Timestamp", jsonata)

    def until(env: Env) -> int:
        text = made(env)
        seconds = moment(text)
        if seconds is not None:
            return round(seconds * 1000)
        if jsonata and not isinstance(text, str):
            raise expected(text, "string", value, "Timestamp")
        if jsonata:
            raise query_error(
                "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format "
                f"string: {text}",
                "Timestamp",
                after_entered=True,
            )
        raise runtime_error(
            "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format "
            f"string: {text}"
        )

    return until


def _at_timestamp_path(path: str) -> Any:
    query = queries.path_or_function(path)

    def until(env: Env) -> int:
        try:
            text = query(env)
        except queries.NotFound:
            raise runtime_error(
                f"The TimestampPath parameter does not reference an input value: {path}"
            ) from None
        seconds = moment(text)
        if seconds is None:
            shown = text if isinstance(text, str) else json_text(text)
            raise runtime_error(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time "
                f"format string: {path} == {shown}"
            )
        return round(seconds * 1000)

    return until
