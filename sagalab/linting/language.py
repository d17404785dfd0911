"""Rules about the language itself: fields, transitions, states that nothing leads to.

Most is the work of statelint (PyPI, a port of awslabs/statelint); here its messages
become plain words, and those that are wrong or that other rules say better are left out.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from statelint.config import Config
from statelint.linter import Linter
from statelint.problem import ProblemType

from sagalab.asl.document import Machine, State, objects
from sagalab.asl.expressions import is_jsonata
from sagalab.asl.graph import reach
from sagalab.asl.source import path_text
from sagalab.linting.query_language import JSONATA_FIELDS, JSONPATH_FIELDS
from sagalab.linting.rule import ERROR, Finding, Report, rule

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
FIELDS = (
    "Arguments Assign Branches Catch Cause Choices Comment Condition Credentials Default End Error "
    "ErrorEquals BackoffRate HeartbeatSeconds InputPath IntervalSeconds ItemProcessor ItemSelector Items "
    "ItemsPath JitterStrategy MaxAttempts MaxConcurrency MaxDelaySeconds Next Output OutputPath "
    "Parameters QueryLanguage Resource Result ResultPath ResultSelector Retry Seconds StartAt States "
    "TimeoutSeconds Timestamp ToleratedFailureCount ToleratedFailurePercentage Type Variable Version"
).split()

# What Step Functions takes and statelint 3.1.0 does not know.
_UNKNOWN_TO_STATELINT = ("ReaderConfig", "ResultWriter", "WriterConfig", "ProcessorConfig")
_ROOT = "State Machine"


@rule("SAGA001", ERROR)
def fields(machine: Machine, report: Report) -> Iterator[Finding]:
    """A field is missing, unknown here, or holds the wrong kind of value.

    Bad:
        StartAt: Pay
        States:
          Pay: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", MaxAttempts: 3, End: true}
    Good:
        StartAt: Pay
        States:
          Pay: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", End: true}
    """
    for state in machine.states:
        if state.type == "Task" and not state.resource:
            yield report(
                state,
                "This Task has no Resource: it does not say what to do.",
                'Add "Resource": "arn:aws:states:::lambda:invoke", or another one.',
            )
    yield from _wrong_shapes(machine, report)
    for problem in _statelint(machine):
        state, rest = _place(machine, problem)
        explained = _explain_field(state, rest)
        if explained:
            yield report(state, *explained)


@rule("SAGA002", ERROR)
def transitions(machine: Machine, report: Report) -> Iterator[Finding]:
    """Every state leads to a state that exists, or ends; names are unique in the whole machine.

    Bad:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 1, Next: Dnoe}
          Done: {Type: Succeed}
    Good:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 1, Next: Done}
          Done: {Type: Succeed}
    """
    found = []
    dead_ends = []
    for problem in _statelint(machine):
        state, rest = _place(machine, problem)
        if "No terminal state found" in problem:
            dead_ends.append(
                (state, "No state ends this machine.", "Give the last state End: true, or add Succeed.")
            )
        else:
            explained = _explain_transition(machine, state, rest, problem)
            if explained:
                found.append((state, *explained))
    yield from (report(*parts) for parts in found or dead_ends)


@rule("SAGA003", ERROR)
def unreachable(machine: Machine, report: Report) -> Iterator[Finding]:
    """Every state can be reached from StartAt.

    Bad:
        StartAt: Start
        States:
          Start: {Type: Pass, End: true}
          Forgotten: {Type: Pass, End: true}
    Good:
        StartAt: Start
        States:
          Start: {Type: Pass, Next: Forgotten}
          Forgotten: {Type: Pass, End: true}
    """
    for scope in machine.scopes:
        if scope.start is None or any(_has_broken_edge(state) for state in scope.states.values()):
            continue
        reached = reach([scope.start], catch=True)
        for state in scope.states.values():
            if state not in reached:
                yield report(
                    state,
                    "Nothing leads to this state: it can never run.",
                    "Point a Next, a Default, a choice rule or a Catch at it, or delete it.",
                )


def _has_broken_edge(state: State) -> bool:
    names = [state.body.get("Next"), state.body.get("Default")]
    names += [holder.get("Next") for holder, part in _with_next(state) if part]
    return any(
        name is not None and (not isinstance(name, str) or name not in state.scope.states) for name in names
    )


@lru_cache(maxsize=1)
def _statelint(machine: Machine) -> tuple[str, ...]:
    """Return statelint's problems, each once; none when the shape is too odd for it to run."""
    config = Config({ProblemType.URI, ProblemType.FLOAT})
    try:
        return tuple(dict.fromkeys(Linter.validate(machine.body, config)))
    except (TypeError, ValueError, AttributeError, KeyError, AssertionError):
        return ()


def _place(machine: Machine, problem: str) -> tuple[State | None, str]:
    """Return the innermost state that the problem names, and the problem without that state's path."""
    best: State | None = None
    longest = _ROOT
    for state in machine.states:
        path = f"{_ROOT}.{path_text(state.path)}"
        if len(path) > len(longest) and re.search(re.escape(path) + r"(?!\w)", problem):
            best, longest = state, path
    return best, problem.replace(longest, "@")


def _wrong_shapes(machine: Machine, report: Report) -> Iterator[Finding]:
    """Report transitions and lists of the wrong type, on which statelint gives up or is silent."""
    for scope in machine.scopes:
        start = scope.body.get("StartAt")
        if start is not None and not isinstance(start, str):
            yield report(
                scope.owner, f"StartAt is {_short(start)}.", "StartAt is the name of a state, in quotes."
            )
        states = scope.body.get("States")
        for name, body in states.items() if isinstance(states, dict) else ():
            if not isinstance(body, dict):
                path = path_text((*scope.path, "States", name))
                what = f"It is {_short(body)}."
                yield Finding(report.code, report.severity, name, what, 'A state is {"Type": …}.', path)
    for state in machine.states:
        for holder, part in _with_next(state):
            name = holder.get("Next")
            if name is not None and not isinstance(name, str):
                yield report(
                    state, f"Next is {_short(name)}.", "Next is the name of one state, in quotes.", part
                )


def _with_next(state: State) -> Iterator[tuple[Mapping[str, Any], str]]:
    yield state.body, ""
    for key in ("Catch", "Choices"):
        for index, item in objects(state.body.get(key)):
            yield item, f"{key}[{index}]"


def _explain_field(state: State | None, rest: str) -> tuple[str, str, str] | None:
    """Return (what, cure, part) for a problem with a field, or None if it is none or not true."""
    if match := re.fullmatch(r'Field "(.+?)" not allowed in @\.?(.*)', rest):
        return _not_allowed(state, *match.groups())
    if match := re.fullmatch(r'@\.?(.*?) has forbidden field "(.+?)"', rest):
        part, name = match.groups()
        kind = state.type if state else "machine"
        if name == "Next" and state and "End" in state.body:
            return "It has both Next and End.", "Keep one of the two.", part
        return f"A {kind} state cannot have {name}.", f"Delete {name}.", part
    if match := re.fullmatch(r'@\.?(.*?) does not have required field "(.+?)"', rest):
        part, name = match.groups()
        if name in ("Next", "StartAt", "States"):
            return None
        return f"{name} is missing{_in(part)}.", f"Add {name}.", part
    if match := re.fullmatch(r"@\.?(.*?) does not have required field from \[(.+)]", rest):
        part, names = match.groups()
        return f"One of {names} is missing{_in(part)}.", "Add one of them.", part
    if match := re.fullmatch(r"@\.?(.*?) may have only one of \[(.+)]", rest):
        part, names = match.groups()
        return f"More than one of {names} is given{_in(part)}.", "Keep one of them.", part
    if match := re.fullmatch(r'Field "(.+?)" of (\w+) at "@\.?(.*?)" is not a JSONPath.*', rest):
        return _not_a_path(state, *match.groups())
    if match := re.fullmatch(r"@\.?([\w.\[\]]+):? (is|should|may) (.*)", rest, re.DOTALL):
        part, verb, words = match.groups()
        return _wrong_value(state, part, f"{verb} {words}")
    return None


def _not_allowed(state: State | None, name: str, part: str) -> tuple[str, str, str] | None:
    if state is not None and state.type not in TYPES:
        return None  # the unknown Type says it all
    if state is not None:
        jsonata = state.query_language == "JSONata"
        if name in (JSONPATH_FIELDS if jsonata else JSONATA_FIELDS - {"Assign"}):
            return None  # SAGA005 says it better
        if name == "Assign" and not jsonata and state.type not in ("Succeed", "Fail"):
            return None  # right, and unknown to statelint
    if name == "Label" or any(holder in part for holder in _UNKNOWN_TO_STATELINT):
        return None
    near = difflib.get_close_matches(name, FIELDS, 1)
    cure = f"Delete {name}, or move it where it belongs."
    if near and near[0] != name:
        cure = f"Did you mean {near[0]}?"
    where = f" in {part}" if part else f" in a {state.type} state" if state else " at the top of a machine"
    return f"{name} has no meaning{where}.", cure, part


def _not_a_path(state: State | None, name: str, holder: str, part: str) -> tuple[str, str, str] | None:
    value = _value(state.body, f"{holder}.{part}" if part else holder) if state else None
    text = value.get(name) if isinstance(value, dict) else None
    # statelint knows neither variables ($order) nor filters ([?(@.x)]): only what cannot be one is told
    if not isinstance(text, str):
        text = ""
    if re.match(r"\$(\$?[.\[]|[A-Za-z_])", text) and text.count("[") == text.count("]"):
        return None
    return (
        f"{name} ends in .$, and its value is no path.",
        "Write a path such as $.order, an intrinsic function, or take .$ off the name.",
        holder,
    )


def _wrong_value(state: State | None, part: str, words: str) -> tuple[str, str, str] | None:
    if "States.ALL can only" in words:
        return None  # SAGA102
    value = _value(state.body, part) if state else None
    if state and state.query_language == "JSONata" and is_jsonata(value):
        return None  # a number or a time may be computed
    name = part.split(".")[-1] or part
    if match := re.search(r"not one of the allowed values \[(.+)]", words):
        allowed = match.group(1)
        near = difflib.get_close_matches(str(value), re.findall(r'"(.+?)"', allowed), 1, 0.5)
        return (
            f"{name} is {_short(value)}.",
            f"Did you mean {near[0]}?" if near else f"Use one of {allowed}.",
            part,
        )
    if match := re.search(r"but should be (.+)", words):
        return f"{name} is {_short(value)}.", f"It must be {match.group(1)}.", part
    if match := re.search(r"but allowed (floor|ceiling) is (.+)", words):
        bound = "more than" if match.group(1) == "floor" else "less than"
        return f"{name} is {_short(value)}.", f"It must be {bound} {match.group(2)}.", part
    if "is empty" in words:
        return f"{name} is empty.", "Put at least one entry in it.", part
    if "non-null" in words:
        return f"{name} is null.", "Give it a value, or delete it.", part
    return None


def _explain_transition(
    machine: Machine, state: State | None, rest: str, problem: str
) -> tuple[str, str, str] | None:
    if match := re.match(r'No state found named "(.*)", referenced at @\.?(.*)', rest, re.DOTALL):
        name, part = match.groups()
        known = list(state.scope.states) if state else []
        return f'There is no state named "{name}".', _did_you_mean(name, known), part
    if match := re.match(r"StartAt value (.*) not found in States field at (.*)", rest, re.DOTALL):
        name = match.group(1)
        scopes = [
            scope for scope in machine.scopes if scope.body.get("StartAt") == name and scope.start is None
        ]
        known = [name for scope in scopes for name in scope.states]
        return f'StartAt names "{name}", and there is no such state.', _did_you_mean(name, known), "StartAt"
    if match := re.match(r'State "(.*?)", defined at .*is also defined at', rest, re.DOTALL):
        return (
            f'There are two states named "{match.group(1)}".',
            "A name stands once in the whole machine, branches included.",
            "",
        )
    if 'does not have required field "Next"' in rest:
        part = rest.split(" does not")[0].removeprefix("@").removeprefix(".")
        if part:
            return f"{part} has no Next.", "Add the state to go to.", part
        return "It has neither Next nor End.", "Add the Next state, or End: true.", ""
    if match := re.search(r'does not have required field "(StartAt|States)"', rest):
        cure = "Name the first state." if match.group(1) == "StartAt" else "Add the states."
        return f"{match.group(1)} is missing.", cure, ""
    return None


def _did_you_mean(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Use one of {', '.join(known[:8]) or 'the states'}, or add it."


def _value(body: object, part: str) -> object:
    """Return what stands at `part`, such as Retry[0].MaxAttempts, or None."""
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)]", part):
        if name and isinstance(body, dict):
            body = body.get(name)
        elif index and isinstance(body, list) and int(index) < len(body):
            body = body[int(index)]
        else:
            return None
    return body


def _in(part: str) -> str:
    return f" in {part}" if part else ""


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:39] + "…"
