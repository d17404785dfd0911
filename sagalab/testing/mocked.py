"""A machine whose Tasks are answered by one mock function: how whole machines with mocks run on the local cloud.

Each Task's Resource becomes that function's ARN, and its parameters are put into an envelope that says which
state called in which run. The function looks its answer up in a folder of this computer. All else of the
state stays as it is: Retry, Catch, timeouts, Assign, Output, ResultPath.
"""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagalab.asl.document import Machine, State, read
from sagalab.rehearsal.coming import Answer
from sagalab.testing.mocks import Mocks
from sagalab.testing.places import NotHere

ECHO = {"echo": True}
_STATE, _RUN, _GIVEN = "asl_test_state", "asl_test_run", "given"

SOURCE = '''
import json, os, pathlib, time

FOLDER = pathlib.Path(os.environ["ASL_TEST_FOLDER"])


def handler(event, context):
    about = json.loads((FOLDER / (event["asl_test_run"] + ".json")).read_text(encoding="utf-8"))
    task = about["tasks"][event["asl_test_state"]]
    answers = task["answers"]
    answer = answers[min(count(event["asl_test_run"], task["key"]), len(answers) - 1)]
    time.sleep(answer.get("after", 0) * about["scale"])
    if "forever" in answer:
        time.sleep(890)
    if "error" in answer:
        raise type(answer["error"], (Exception,), {})(answer["cause"])
    if "result" in answer:
        result = answer["result"]
    else:
        given = event.get("given")
        result = given.get("Payload") if task["wrapped"] and isinstance(given, dict) else given
        result = task["stub"] if task["stub"] is not None else result
    return {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200} if task["wrapped"] else result


def count(run, key):
    """Return how often a mock was called before; each call makes a file, so that two at once count too."""
    number = 0
    while True:
        try:
            os.close(os.open(FOLDER / f"{run}-{key}-{number}", os.O_CREAT | os.O_EXCL))
            return number
        except FileExistsError:
            number += 1
'''
_SERVICE_STUBS: dict[tuple[str, str], Any] = {
    ("sns", "publish"): {"MessageId": "00000000-0000-4000-8000-000000000000"},
    ("sqs", "sendMessage"): {"MessageId": "00000000-0000-4000-8000-000000000000"},
    ("events", "putEvents"): {"Entries": [{"EventId": "0"}], "FailedEntryCount": 0},
}


def mocked_definition(machine: Machine, function: str, run: str) -> dict[str, Any]:
    """Return a machine's definition in which the function with this ARN answers every Task."""
    body = copy.deepcopy(machine.body)
    for state in read(body).states:
        if state.type == "Task":
            _mock_state(state, function, run)
    return body


def _mock_state(state: State, function: str, run: str) -> None:
    body: dict[str, Any] = state.body  # type: ignore[assignment]  # the copy's own
    body["Resource"] = function
    envelope: dict[str, Any] = {_STATE: state.name, _RUN: run}
    if state.is_jsonata:
        envelope[_GIVEN] = body.get("Arguments", "{% $states.input %}")
        body["Arguments"] = envelope
    elif "Parameters" in body:
        body["Parameters"] = {**envelope, _GIVEN: body["Parameters"]}
    else:
        body["Parameters"] = {**envelope, f"{_GIVEN}.$": "$"}


def answers_of(machine: Machine, mocks: Mocks, faults: Mocks, scale: float) -> dict[str, Any]:
    """Return what the mock function reads of a run: the answers of each Task, by its state's name.

    Raises NotHere for a mock that is a Python function: it cannot leave this process.
    """
    tasks = {}
    for number, state in enumerate(machine.states):
        if state.type != "Task":
            continue
        names = names_of(state)
        fault = next((name for name in names if name in faults), None)
        task = next((name for name in names if name in mocks), None)
        answers = [_fault(state, each) for each in _series(faults[fault])] if fault is not None else []
        answers += [_answer(state, each) for each in _series(mocks[task])] if task is not None else [ECHO]
        # a mock that several states share is one sequence, as in a rehearsal
        shared = fault if fault is not None else task
        key = (
            number
            if shared is None or shared == state.name
            else f"n{sorted({*mocks, *faults}).index(shared)}"
        )
        called = state.resource
        stub = None
        if called is not None and not _calls_function(state):
            stub = _SERVICE_STUBS.get((called.service, called.action), {})
        tasks[state.name] = {"key": key, "answers": answers, "wrapped": _is_wrapped(state), "stub": stub}
    return {"tasks": tasks, "scale": scale}


def names_of(state: State) -> list[str]:
    """Return the names by which a mock may name a Task: its state, its Resource, its function's names."""
    found = [state.name]
    if state.resource is not None:
        found.append(state.resource.arn)
    given = state.body.get("Arguments") or state.body.get("Parameters")
    function = given.get("FunctionName") if isinstance(given, dict) else None
    texts = [function] if isinstance(function, str) else []
    if state.resource is not None and state.resource.kind == "lambda":
        texts.append(state.resource.arn)
    return found + [name for text in texts for name in (text, text.rpartition(":function:")[2].split(":")[0])]


def unwrapped(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a history without the envelopes: a call's parameters are those of the machine as it is written."""
    plain = []
    for event in events:
        details = event.get("lambdaFunctionScheduledEventDetails") or {}
        try:
            value = json.loads(details["input"])
        except (KeyError, ValueError):
            value = None
        if isinstance(value, dict) and _STATE in value:
            text = json.dumps(value.get(_GIVEN), separators=(",", ":"), ensure_ascii=False)
            event = {**event, "lambdaFunctionScheduledEventDetails": {**details, "input": text}}
        plain.append(event)
    return plain


def write_answers(folder: Path, run: str, answers: Mapping[str, Any]) -> None:
    """Put a run's answers where the mock function finds them."""
    (folder / f"{run}.json").write_text(json.dumps(answers), encoding="utf-8")


def _series(mock: Any) -> list[Any]:
    return list(mock) if isinstance(mock, list | tuple) else [mock]


def _fault(state: State, mock: Any) -> dict[str, Any]:
    if not isinstance(mock, str):
        return _answer(state, mock)
    limited = any(key.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for key in state.body)
    if mock == "States.Timeout" and limited:
        return {"forever": True}
    return {"error": mock, "cause": "The rehearsal's fault."}


def _answer(state: State, mock: Any) -> dict[str, Any]:
    if isinstance(mock, Answer):
        if mock.forever:
            return {"forever": True}
        after = {"after": mock.after_ms / 1000}
        if mock.failed:
            return {"error": mock.error or "Exception", "cause": mock.cause or "", **after}
        return {"result": mock.result, **after}
    if isinstance(mock, BaseException):
        return {"error": type(mock).__name__, "cause": str(mock)}
    if callable(mock):
        raise NotHere(f"the mock of {state.name} is a Python function, which only a rehearsal can call")
    return {"result": mock}


def _is_wrapped(state: State) -> bool:
    called = state.resource
    return (
        called is not None
        and called.kind == "service"
        and (called.service, called.action) == ("lambda", "invoke")
    )


def _calls_function(state: State) -> bool:
    called = state.resource
    return _is_wrapped(state) or (called is not None and called.kind in ("lambda", "placeholder", "unknown"))
