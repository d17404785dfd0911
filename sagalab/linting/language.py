"""Rules about the language itself: what AWS refuses, in plain words, each with a cure.

What is wrong is found by sagalab.asl.check, which the local cloud's CreateStateMachine asks too; here its
words become plain ones. The rules of the two query languages stand in query_language.py.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sagalab.asl.check import Problem, check
from sagalab.asl.check.fields import CATCHER, INNER, MACHINE, PROCESSOR_CONFIG, RETRIER, STATE
from sagalab.asl.check.problem import BAD_JSONATA, DUPLICATE, NAME, NO_END, TARGET, UNSUPPORTED_JSONATA
from sagalab.asl.check.resources import OPTIMIZED
from sagalab.asl.document import Machine, State
from sagalab.asl.source import Path, path_text
from sagalab.linting.rule import ERROR, Finding, Report, rule

_KNOWN_FIELDS = sorted(
    {*STATE, *MACHINE, *INNER, *RETRIER, *CATCHER, *PROCESSOR_CONFIG, "Condition", "Variable"}
)
_MISSING_WAY = re.compile(
    r"Either 'Next' or 'End' is required|Only one of these fields can be used: \[Next, End\]"
)
_WAYS = {"StartAt", "States", "Next"}
_NOT_IN_THIS_LANGUAGE = ("The QueryLanguage is set to", "'QueryLanguage' can not be")
_PATH_WORDS = ("Value is not a Reference Path", "Value is not a valid JSONPath", "must be a valid JSONPath")


@lru_cache(maxsize=4)
def problems(machine: Machine) -> tuple[tuple[str, Problem], ...]:
    """Return what AWS would refuse, each with the code of the rule that tells it."""
    found = [(_rule_of(problem), problem) for problem in check(machine)]
    broken = any(code == "SAGA002" for code, _ in found)
    # a broken way makes states unreachable, and a machine without an end: the cause is enough
    return tuple(
        (code, problem)
        for code, problem in found
        if not (broken and (code == "SAGA003" or problem.code == NO_END and _others(found)))
    )


def _others(found: list[tuple[str, Problem]]) -> bool:
    return any(code == "SAGA002" and problem.code != NO_END for code, problem in found)


def _rule_of(problem: Problem) -> str:
    message = problem.message
    if "is not reachable" in message:
        return "SAGA003"
    if problem.code in (BAD_JSONATA, UNSUPPORTED_JSONATA) or any(word in message for word in _PATH_WORDS):
        return "SAGA202" if "$states." in message else "SAGA004"
    if message.startswith(_NOT_IN_THIS_LANGUAGE):
        return "SAGA005"
    if message.startswith("States.ALL must"):
        return "SAGA101" if "Retry" in problem.path else "SAGA102"
    if problem.code in (TARGET, NO_END, DUPLICATE) or _MISSING_WAY.match(message):
        return "SAGA002"
    required = re.match(r"These fields are required: \[(.*)]", message)
    if required and set(required[1].split(", ")) <= _WAYS:
        return "SAGA002"
    return "SAGA001"


def found_by(machine: Machine, code: str) -> Iterator[Problem]:
    """Yield what AWS would refuse and the rule `code` tells."""
    yield from (problem for known, problem in problems(machine) if known == code)


def place_of(machine: Machine, path: Path) -> tuple[State | None, Path]:
    """Return the innermost state in which a part stands, and its place in that state (or in the machine)."""
    state: State | None = None
    scope, rest = machine.top, path
    while len(rest) >= 2 and rest[0] == "States" and rest[1] in scope.states:
        state, rest = scope.states[str(rest[1])], rest[2:]
        inner = next((each for each in state.inner if rest[: len(each.key)] == each.key), None)
        if inner is None or len(rest) == len(inner.key):
            break
        if rest[len(inner.key)] != "States" or rest[len(inner.key) + 1 :][:1] == ():
            break
        if rest[len(inner.key) + 1] not in inner.states:
            break
        scope, rest = inner, rest[len(inner.key) :]
    return state, rest


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
    for problem in found_by(machine, "SAGA001"):
        state, part = place_of(machine, problem.path)
        what, cure = _explain(machine, state, part, problem)
        if state is None and len(part) >= 2 and part[0] == "States":
            path = path_text(problem.path)
            yield Finding(report.code, report.severity, str(part[1]), what, cure, path)
        else:
            yield report(state, what, cure, path_text(part))


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
    for problem in found_by(machine, "SAGA002"):
        state, part = place_of(machine, problem.path)
        what, cure = _explain_way(machine, state, part, problem)
        yield report(state, what, cure, path_text(part))


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
    for problem in found_by(machine, "SAGA003"):
        state, _ = place_of(machine, problem.path)
        yield report(
            state,
            "Nothing leads to this state: it can never run.",
            "Point a Next, a Default, a choice rule or a Catch at it, or delete it.",
        )


def _explain(machine: Machine, state: State | None, part: Path, problem: Problem) -> tuple[str, str]:
    """Return what is wrong with a field, and the cure."""
    message = problem.message
    name = str(next((step for step in reversed(part) if isinstance(step, str)), ""))
    value = value_at(machine.body, problem.path)
    where = _in(part[:-1])
    if problem.code == NAME:
        return (
            f"Its name has {len(str(part[-1] if part else state.name if state else ''))} characters.",
            "A name has 80 at most.",
        )
    if match := re.match(r"Field '(.+)' is not supported", message):
        if len(part) <= 1:
            where = f" in a {state.type} state" if state else " at the top of a machine"
        near = difflib.get_close_matches(match[1], _KNOWN_FIELDS, 1)
        cure = f"Delete {match[1]}, or move it where it belongs."
        if near and near[0] != match[1]:
            cure = f"Did you mean {near[0]}?"
        return f"{match[1]} has no meaning{where}.", cure
    if match := re.match(r"These fields are required: \[(.+)]|The field '(.+)' is required", message):
        missing = match[1] or match[2]
        if missing == "Resource":
            cure = 'Add "Resource": "arn:aws:states:::lambda:invoke", or another one.'
            return "This Task has no Resource: it does not say what to do.", cure
        are = "are" if "," in missing else "is"
        return f"{missing} {are} missing{_in(part)}.", f"Add {missing}."
    if match := re.match(r"Only one of these fields can be used: \[(.+)]", message):
        return f"More than one of {match[1]} is given{_in(part)}.", "Keep one of them."
    if match := re.match(r"Exactly one of these fields is required: \[(.+)]", message):
        return f"A Wait has one of {match[1]}.", "Keep one, or add one."
    if match := re.match(r"The value for the field '.+' must be one of \[(.+)]", message):
        allowed = match[1].split(", ")
        near = difflib.get_close_matches(str(value), allowed, 1, 0.5) or [
            word for word in allowed if word.lower() == str(value).lower()
        ]
        return f"{name} is {short(value)}.", f"Did you mean {near[0]}?" if near else f"Use one of {match[1]}."
    if "resource ARN" in message:
        return _explain_resource(value)
    if message.startswith("Expected value of type"):
        kind = message.rpartition(" ")[2].lower()
        words = {"string": "a text in quotes", "integer": "a whole number", "float": "a number",
                 "boolean": "true or false", "array": "a list [ … ]", "object": "an object { … }"}  # fmt: skip
        if name == "Next" or name == "StartAt":
            return f"{name} is {short(value)}.", f"{name} is the name of one state, in quotes."
        if part and part[-1] == name and len(part) == 2 and part[0] == "States":
            return f"It is {short(value)}.", 'A state is {"Type": …}.'
        return f"{path_text(part) or 'It'} is {short(value)}.", f"It must be {words.get(kind, message)}."
    if message.startswith("Value must be") or "RFC3339" in message:
        cure = (
            "Write date, time and offset: 2030-02-01T09:00:00Z."
            if "RFC3339" in message
            else f"It must be {message.removeprefix('Value must be ')}."
        )
        return f"{name} is {short(value)}.", cure
    if "must not be empty" in message:
        return f"{name} is empty.", "Put at least one entry in it."
    if match := re.match(r"The field '(.+)' is given twice", message):
        return f"{match[1]} and {match[1]}.$ give one field twice{_in(part)}.", "Keep one of the two."
    return message + ("." if not message.endswith(".") else ""), "Correct it there."


def _explain_resource(value: Any) -> tuple[str, str]:
    text = str(value)
    if match := re.fullmatch(r"arn:aws[\w-]*:states:::([\w-]+):(\w+)(\.[\w:]+)?", text):
        known = [f"{service}:{action}" for service, actions in OPTIMIZED.items() for action in actions]
        near = difflib.get_close_matches(f"{match[1]}:{match[2]}", known, 1, 0.5)
        cure = (
            f"Did you mean arn:aws:states:::{near[0]}{match[3] or ''}?"
            if near
            else "See the list of service integrations."
        )
        return f"Step Functions has no integration {match[1]}:{match[2]}{match[3] or ''}.", cure
    cure = 'A Resource is an ARN, such as "arn:aws:states:::lambda:invoke" or a function\'s.'
    return f"Resource is {short(value)}, and that is no ARN.", cure


def _explain_way(machine: Machine, state: State | None, part: Path, problem: Problem) -> tuple[str, str]:
    """Return what is wrong with a transition, an end or a name, and the cure."""
    message = problem.message
    if problem.code == NO_END:
        return "No state ends this machine.", "Give the last state End: true, or add Succeed."
    if problem.code == DUPLICATE:
        name = message.partition(": ")[2]
        return (
            f'There are two states named "{name}".',
            "A name stands once in the whole machine, branches included.",
        )
    if match := re.match(r"Missing '(\w+)' target: (.*)", message, re.DOTALL):
        field, name = match.groups()
        scope = next((each for each in machine.scopes if each.path == problem.path[:-1]), None)
        known = (
            list(scope.states) if field == "StartAt" and scope else list(state.scope.states) if state else []
        )
        if field == "StartAt":
            return f'StartAt names "{name}", and there is no such state.', _did_you_mean(name, known)
        return f'There is no state named "{name}".', _did_you_mean(name, known)
    if message.startswith("Only one"):
        return "It has both Next and End.", "Keep one of the two."
    if message.startswith("Either"):
        return "It has neither Next nor End.", "Add the Next state, or End: true."
    missing = message[message.index("[") + 1 : message.index("]")]
    if missing == "Next":
        return f"{path_text(part)} has no Next.", "Add the state to go to."
    cure = "Name the first state." if missing == "StartAt" else "Add the states."
    return f"{missing} {'are' if ',' in missing else 'is'} missing{_in(part)}.", cure


def _did_you_mean(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Use one of {', '.join(known[:8]) or 'the states'}, or add it."


def value_at(body: Any, path: Path) -> Any:
    """Return the value at a place in a definition; None when there is none."""
    for step in path:
        if isinstance(step, str) and isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(step, int) and isinstance(body, list) and step < len(body):
            body = body[step]
        else:
            return None
    return body


def _in(part: Path) -> str:
    return f" in {path_text(part)}" if part else ""


def short(value: object) -> str:
    """Return a value as JSON, in 40 characters at most."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:39] + "…"
