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
from sagalab.asl.check.fields import CATCHER, MACHINE, PROCESSOR, PROCESSOR_CONFIG, RETRIER, STATE, WAITS_FOR
from sagalab.asl.check.problem import (
    BAD_JSONATA,
    BAD_LABEL,
    BAD_VARIABLE,
    DUPLICATE,
    DUPLICATE_LABEL,
    DUPLICATE_VARIABLE,
    NAME,
    NO_END,
    RESERVED_VARIABLE,
    TARGET,
    UNSUPPORTED_JSONATA,
)
from sagalab.asl.check.resources import OPTIMIZED
from sagalab.asl.check.scopes import LONGEST_LABEL, LONGEST_NAME
from sagalab.asl.check.texts import NO_PATH, NO_REFERENCE
from sagalab.asl.check.values import EMPTY
from sagalab.asl.document import PROCESSORS, Machine, State
from sagalab.asl.source import Path, path_text
from sagalab.linting.rule import ERROR, Finding, Report, rule

_KNOWN_FIELDS = sorted(
    {*STATE, *MACHINE, *PROCESSOR, *RETRIER, *CATCHER, *PROCESSOR_CONFIG, "Condition", "Variable"}
)
_ONE_OF = re.compile(
    r"(?P<several>There should only be one) of the following fields: \[(?P<names>.*)]"
    r"|This object should have only one of the following fields: \[(?P<none>.*)]"
)
_WAYS = {"StartAt", "States", "Next"}
_NOT_IN_THIS_LANGUAGE = ("The QueryLanguage is set to", "'QueryLanguage' can not be")
_PATH_WORDS = (
    NO_REFERENCE,
    NO_PATH,
    "must be a valid JSONPath",
    "contains a JSONPath",
    "JSONata string must",
)
_VARIABLES = (RESERVED_VARIABLE, BAD_VARIABLE, DUPLICATE_VARIABLE)


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
    if problem.code in (TARGET, NO_END, DUPLICATE) or message.endswith("[Next, End]"):
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
          Pay: {Type: Task, Resource: "${Function}", MaxAttempts: 3, End: true}
    Good:
        StartAt: Pay
        States:
          Pay: {Type: Task, Resource: "${Function}", End: true}
    """
    for problem in found_by(machine, "SAGA001"):
        state, part = place_of(machine, problem.path)
        what, cure = _explain(machine, state, part, problem)
        if state is None and len(part) >= 2 and part[0] == "States":
            at = machine.position(problem.path, key=True) or (None, None)
            yield Finding(
                report.code, report.severity, str(part[1]), what, cure, path_text(problem.path), *at
            )
        else:
            yield report(state, what, cure, path_text(part), at=problem.path)


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
        yield report(state, what, cure, path_text(part), at=problem.path)


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
        name = str(part[-1] if part else state.name if state else "")
        return f"Its name has {len(name)} characters.", f"A name has {LONGEST_NAME} at most."
    if problem.code == BAD_LABEL:
        return f"Its Label has {len(str(value))} characters.", f"A label has {LONGEST_LABEL} at most."
    if problem.code == DUPLICATE_LABEL:
        return f"Another Map has the Label {short(value)} too.", "Give each Map a label of its own."
    if problem.code in _VARIABLES:
        return _explain_variable(problem, name)
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
    if match := re.match(r"(Parameters|Arguments) field is required", message):
        return (
            f"It has no {match[1]}: the call is given nothing.",
            f"Add {match[1]} with what the call needs.",
        )
    if match := _ONE_OF.match(message):
        return _explain_one_of(value, part, match["names"] or match["none"], bool(match["several"]))
    if message.startswith("The object must have only one"):
        cure = "Give it a Variable with one comparison, or one And, Or or Not."
        return f"{path_text(part)} compares nothing, or several things.", cure
    if match := re.search(r"one of (?:the following|these values): \[(.+)]", message):
        allowed = match[1].split(", ")
        near = difflib.get_close_matches(str(value), allowed, 1, 0.5) or [
            word for word in allowed if word.lower() == str(value).lower()
        ]
        return f"{name} is {short(value)}.", f"Did you mean {near[0]}?" if near else f"Use one of {match[1]}."
    if "resource ARN" in message:
        return _explain_resource(value)
    if message.startswith("Expected value of type"):
        kind = message.rpartition(" ")[2].strip("[]").lower()
        words = {"string": "a text in quotes", "integer": "a whole number", "float": "a number",
                 "boolean": "true or false", "array": "a list [ … ]", "object": "an object { … }"}  # fmt: skip
        if name == "Next" or name == "StartAt":
            return f"{name} is {short(value)}.", f"{name} is the name of one state, in quotes."
        if part and part[-1] == name and len(part) == 2 and part[0] == "States":
            return f"It is {short(value)}.", 'A state is {"Type": …}.'
        return f"{path_text(part) or 'It'} is {short(value)}.", f"It must be {words.get(kind, message)}."
    if "RFC3339" in message:
        return f"{name} is {short(value)}.", "Write date, time and offset: 2030-02-01T09:00:00Z."
    if match := re.match(r"(Minimum|Maximum) value is (.+)", message):
        bound = "at least" if match[1] == "Minimum" else "at most"
        return f"{name} is {short(value)}.", f"It must be {bound} {match[2]}."
    if message == EMPTY:
        return f"{name} is empty.", "Put at least one entry in it."
    if match := re.match(r"The field '(.+)' is given twice", message):
        return f"{match[1]} and {match[1]}.$ give one field twice{_in(part)}.", "Keep one of the two."
    return message + ("." if not message.endswith(".") else ""), "Correct it there."


def _explain_one_of(value: Any, part: Path, names: str, several: bool) -> tuple[str, str]:
    """Return what is wrong with a part that has none or several of some fields, and the cure."""
    known = names.split(", ")
    given = [name for name in known if isinstance(value, Mapping) and name in value]
    if several and given:
        return f"More than one of {' and '.join(given)} is given{_in(part)}.", "Keep one of them."
    if known == list(WAITS_FOR):
        return "This Wait does not say how long.", "Add Seconds or Timestamp."
    if known == list(PROCESSORS):
        return "This Map has no ItemProcessor: it does not say what to do.", "Add ItemProcessor with StartAt and States."  # fmt: skip
    return f"{path_text(part)} compares with nothing.", "Add a comparison, such as StringEquals."


def _explain_variable(problem: Problem, written: str) -> tuple[str, str]:
    """Return what is wrong with the name of a variable, and the cure."""
    if problem.code == RESERVED_VARIABLE:
        return "It assigns states, which is Step Functions' own.", "Give the variable another name."
    if problem.code == DUPLICATE_VARIABLE:
        name = written.removesuffix(".$")
        cure = "Give it another name: what is inside may only read it."
        return f"It assigns {name}, and a state around it has a variable {name} already.", cure
    cure = "A name has letters, digits and _, begins with a letter, and has 80 characters at most."
    return f"{short(written)} is no name for a variable.", cure


def _explain_resource(value: Any) -> tuple[str, str]:
    text = str(value)
    if match := re.fullmatch(r"arn:aws[\w-]*:states:::([\w-]+):(\w+)(\.[\w:]+)?", text):
        called, pattern = f"{match[1]}:{match[2]}", match[3] or ""
        if match[2] in OPTIMIZED.get(match[1], ()):
            return f"Step Functions has no {called} with {pattern}.", _pattern(match[1], pattern)
        service = next(iter(difflib.get_close_matches(match[1], OPTIMIZED, 1, 0.7)), None)
        if service is not None:
            near = difflib.get_close_matches(match[2], sorted(OPTIMIZED[service]), 1, 0.3)
            action = near[0] if near else min(OPTIMIZED[service])
            cure = f"Did you mean arn:aws:states:::{service}:{action}{pattern}?"
            return f"Step Functions has no integration {called}.", cure
        cure = f"Any call of a service is arn:aws:states:::aws-sdk:{called}."
        return f"Step Functions has no integration {called}.", cure
    if match := re.fullmatch(r"arn:aws[\w-]*:states:::aws-sdk:([\w-]+):(\w+)(\.[\w:]+)?", text):
        right = f"aws-sdk:{match[1].lower().replace('-', '')}:{match[2][0].lower()}{match[2][1:]}"
        if right != f"aws-sdk:{match[1]}:{match[2]}":
            cure = f"Did you mean arn:aws:states:::{right}{match[3] or ''}?"
            return f"Step Functions has no aws-sdk:{match[1]}:{match[2]}.", cure
        return f"Step Functions has no {right} with {match[3]}.", "Leave it out, or use .waitForTaskToken."
    cure = 'A Resource is an ARN, such as "arn:aws:states:::lambda:invoke" or a function\'s.'
    return f"Resource is {short(value)}, and that is no ARN.", cure


def _pattern(service: str, pattern: str) -> str:
    near = difflib.get_close_matches(pattern, (".sync", ".waitForTaskToken"), 1, 0.5)
    if near and near[0] != pattern:
        return f"Did you mean {near[0]}?"
    return f"Leave {pattern} out; the table of integrations says what {service} has."


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
    if match := re.match(r"Missing 'Next' target: (.*)", message, re.DOTALL):
        field, name = problem.path[-1], match[1]
        scope = next((each for each in machine.scopes if each.path == problem.path[:-1]), None)
        known = (
            list(scope.states) if field == "StartAt" and scope else list(state.scope.states) if state else []
        )
        if field == "StartAt":
            return f'StartAt names "{name}", and there is no such state.', _did_you_mean(name, known)
        return f'There is no state named "{name}".', _did_you_mean(name, known)
    if message.startswith("There should only be one"):
        return "It has both Next and End.", "Keep one of the two."
    if message.startswith("This object should"):
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
