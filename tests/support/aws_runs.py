"""The recorded AWS runs beside this clone (../shared/aws-runs), and the engine in their place.

A function does what the recording says in words; other services answer what they answered on AWS.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from sagalab.asl import document
from sagalab.asl.engine.commands import CallTask, ReadItems, WriteResults
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run
from sagalab.project import ROOT
from sagalab.rehearsal.coming import Answer, Call
from sagalab.rehearsal.world import World

FOLDER = ROOT.parent / "shared" / "aws-runs"
NUMBERS: list[str] = [path.stem for path in sorted(FOLDER.glob("*.json"))]

needs_runs = pytest.mark.skipif(not NUMBERS, reason="../shared/aws-runs is not here")

# Words that stand for what differs from run to run (the README there, and what the files show).
_WORDS = {
    *(
        "111111111111",
        "date",
        "start-date",
        "stop-date",
        "start-time",
        "entered-time",
        "timestamp",
        "RequestId",
    ),
    *("lambda_function_name", "lambda_function_1_name", "map_run_arn", "snf_role_arn", "activity_arn"),
    *(
        "bucket-name",
        "file-key",
        "table-name",
        "RandomNumberGenerated",
        "X-Amzn-Trace-Id",
        "x-amzn-RequestId",
    ),
}
_PLACEHOLDERS = re.compile(r"<+[^<>]+>+(?::\d+>)?|" + "|".join(sorted(_WORDS, reverse=True)))
# Not compared: transport, and members that older recordings lack.
_IGNORED = {
    *("SdkHttpMetadata", "SdkResponseMetadata", "RedriveCount", "RedriveStatus", "RedriveStatusReason"),
    "timestamp",
}
_STACK = (
    '  File "/var/task/handler.py", line 2, in handler\n    raise Exception("Some exception was raised.")\n'
)


@cache
def recorded_run(number: str) -> dict[str, Any]:
    """Return one recording: case, definition, input, functions, machines, events."""
    return json.loads((FOLDER / f"{number}.json").read_text(encoding="utf-8"))


def only_lambda(run: dict[str, Any]) -> bool:
    """Tell whether a run needs no service but Lambda, and no other machine or activity."""
    text = run["definition"]
    return "arn:aws:states:::" not in text.replace("arn:aws:states:::lambda:invoke", "") and (
        ":activity:" not in text
    )


class _Replay:
    """Answers tasks: functions by their words, everything else as recorded."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.run = run
        self.recorded = self._answers(run["events"])

    @staticmethod
    def _answers(events: list[dict[str, Any]]) -> Iterator[tuple[Any, dict[str, Any]]]:
        submitted: Any = None
        for event in events:
            kind = event["type"]
            details = next((value for key, value in event.items() if key.endswith("Details")), {})
            if kind == "TaskSubmitted":
                submitted = details["output"]
            if re.fullmatch(r"(Task|Activity|LambdaFunction)(Succeeded|Failed|TimedOut)", kind):
                yield submitted, event
                submitted = None

    def __call__(self, call: Call) -> Answer:
        ask = call.ask
        if isinstance(ask, ReadItems):
            return self._read(ask)
        if isinstance(ask, WriteResults):
            exited = next(event for event in self.run["events"] if event["type"] == "MapStateExited")
            return Answer(exited["stateExitedEventDetails"]["output"]["ResultWriterDetails"])
        function = self._function(ask)
        if function is not None:
            return self._as_function(ask, function)
        found = next(self.recorded, None)
        if found is None:
            cause = f"The activity {ask.resource.arn} does not exist."
            return Answer(error="States.Runtime", cause=cause, failed=True, terminal=True)
        submitted, event = found
        details = next((value for key, value in event.items() if key.endswith("Details")), {})
        if event["type"].endswith("TimedOut"):
            return Answer(forever=True, submitted=submitted)
        if event["type"].endswith("Failed"):
            cause = details.get("cause")
            return Answer(
                error=details.get("error"),
                cause=cause if isinstance(cause, (str, type(None))) else json.dumps(cause),
                failed=True,
                submitted=submitted,
            )
        return Answer(_value(details["output"]), submitted=submitted, worker=self._worker())

    def _worker(self) -> str | None:
        for event in self.run["events"]:
            if event["type"] == "ActivityStarted":
                return event["activityStartedEventDetails"].get("workerName")
        return None

    def _read(self, ask: ReadItems) -> Answer:
        for event in self.run["events"]:
            if event["type"] == "MapRunFailed":
                details = event["mapRunFailedEventDetails"]
                return Answer(error=details["error"], cause=details["cause"], failed=True)
        exited = next(event for event in self.run["events"] if event["type"] == "MapStateExited")
        return Answer(_value(exited["stateExitedEventDetails"]["output"]))

    def _function(self, ask: CallTask) -> str | None:
        resource = ask.resource
        if resource.kind == "lambda":
            name = resource.arn.rpartition(":")[2]
        elif (resource.service, resource.action) == ("lambda", "invoke"):
            name = ask.parameters["FunctionName"].rpartition(":")[2]
        else:
            return None
        return self.run["functions"].get(name)

    def _as_function(self, ask: CallTask, does: str) -> Answer:
        service = ask.resource.kind != "lambda"
        payload = ask.parameters.get("Payload") if service else ask.parameters
        if does.startswith("raises Exception"):
            cause = {
                "errorMessage": "Some exception was raised.",
                "errorType": "Exception",
                "requestId": "1",
                "stackTrace": [_STACK],
            }
            return Answer(error="Exception", cause=json.dumps(cause), failed=True)
        result: Any = payload
        if does.startswith('returns {"Return"'):
            result = {"Return": "HelloWorld"}
        elif does.startswith("returns the bytes"):
            result = "HelloWorld!"
        elif does.startswith("returns bytes: 257"):
            result = "a" * 257 * 1024
        elif service and isinstance(payload, str):
            result = _value(payload)
        if service:
            result = {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200}
        return Answer(result, after_ms=60_000 if does.startswith("sleeps 60") else 0)


def _value(recorded: Any) -> Any:
    """Return a recorded output as a value: text that holds JSON is read."""
    if isinstance(recorded, str):
        try:
            return json.loads(recorded)
        except ValueError:
            return recorded
    return recorded


def rehearsed(run: dict[str, Any]) -> Run:
    """Run a recorded run's machine and input in the engine, in virtual time."""
    world = World(_Replay(run))
    world.start(Program(document.read(json.loads(run["definition"]))), run["input"])
    return world.finish()


def differences(run: dict[str, Any], ours: Run) -> list[str]:
    """Return how a history differs from the recorded one: one line a difference."""
    recorded = run["events"]
    found = [] if len(recorded) == len(ours.events) else [f"{len(recorded)} events, not {len(ours.events)}"]
    for theirs, made in zip(recorded, ours.events, strict=False):
        found.extend(unlike(theirs, made, f"{theirs['id']} {theirs['type']}"))
    return found


def outcome(events: list[dict[str, Any]]) -> tuple[str, str | None, list[str]]:
    """Return how a run ended, with what error, and which states it entered."""
    last = events[-1]
    details = next((value for key, value in last.items() if key.endswith("Details")), {})
    entered = [
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    ]
    return last["type"], details.get("error"), entered


def unlike(theirs: Any, ours: Any, place: str) -> Iterator[str]:
    """Yield how two values differ; JSON in a text is read, placeholders match anything."""
    if isinstance(_value(theirs), (dict, list)):
        theirs, ours = _value(theirs), _value(ours)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted((theirs.keys() | ours.keys()) - _IGNORED):
            if key in theirs and key in ours:
                yield from unlike(theirs[key], ours[key], f"{place}/{key}")
            else:
                yield f"{place}/{key} only {'there' if key in theirs else 'here'}"
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from unlike(one, other, f"{place}[{index}]")
    elif theirs != ours and not _matches(theirs, ours):
        yield f"{place}: {theirs!r}, here {ours!r}"


def _matches(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, str) and (theirs in _WORDS or theirs.strip("<>") in _WORDS):
        return True
    if not isinstance(theirs, str) or not isinstance(ours, str):
        return False
    if theirs.startswith("arn:") and ours.startswith("arn:"):
        return True
    parts = _PLACEHOLDERS.split(theirs)
    return re.fullmatch(".*".join(re.escape(part) for part in parts), ours, re.DOTALL) is not None
