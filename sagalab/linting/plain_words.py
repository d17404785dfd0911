"""What is wrong with a field, a transition or a name, in plain words, and the cure: for the rules of language.py."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from sagalab.asl.check import Problem
from sagalab.asl.check.fields import (
    CATCHER,
    ITEM_BATCHER,
    ITEM_READER,
    MACHINE,
    PROCESSOR,
    PROCESSOR_CONFIG,
    RESULT_WRITER,
    RETRIER,
    STATE,
    WAITS_FOR,
)
from sagalab.asl.check.problem import (
    BAD_LABEL,
    BAD_VARIABLE,
    DUPLICATE,
    DUPLICATE_LABEL,
    DUPLICATE_VARIABLE,
    NAME,
    NO_END,
    RESERVED_VARIABLE,
)
from sagalab.asl.check.resources import OPTIMIZED
from sagalab.asl.check.scopes import LONGEST_LABEL, LONGEST_NAME
from sagalab.asl.check.words import Kind
from sagalab.asl.document import PROCESSORS, Machine, State
from sagalab.asl.sdk_calls import CALLS, OTHER_NAMES
from sagalab.asl.source import Path, path_text

_INSIDE = {"Retry": sorted(RETRIER), "Catch": sorted(CATCHER)}  # what may stand in one of these
_KNOWN_FIELDS = sorted(
    {
        *STATE,
        *MACHINE,
        *PROCESSOR,
        *RETRIER,
        *CATCHER,
        *PROCESSOR_CONFIG,
        *ITEM_READER,
        *ITEM_BATCHER,
        *RESULT_WRITER,
        "Condition",
        "Variable",
    }
)
_READ = '"Resource": "arn:aws:states:::s3:getObject", or s3:listObjectsV2'
_VARIABLES = (RESERVED_VARIABLE, BAD_VARIABLE, DUPLICATE_VARIABLE)


def explain(machine: Machine, state: State | None, part: Path, problem: Problem) -> tuple[str, str]:
    """Return what is wrong with a field, and the cure."""
    kind, about = problem.kind, problem.about
    name = str(next((step for step in reversed(part) if isinstance(step, str)), ""))
    value = value_at(machine.body, problem.path)
    where = _in(part[:-1])
    if problem.code == NAME:
        name = str(part[-1] if part else state.name if state else "")
        return f"Its name has {len(name)} characters.", f"A name has {LONGEST_NAME} at most."
    if problem.code == BAD_LABEL and len(str(value)) <= LONGEST_LABEL:
        cure = 'A label has no blanks, no brackets and none of ? * : ; , \\ | ^ ~ $ # % & ` ".'
        return f"Its Label is {short(value)}.", cure
    if problem.code == BAD_LABEL:
        return f"Its Label has {len(str(value))} characters.", f"A label has {LONGEST_LABEL} at most."
    if problem.code == DUPLICATE_LABEL:
        return f"Another Map has the Label {short(value)} too.", "Give each Map a label of its own."
    if problem.code in _VARIABLES:
        return _explain_variable(problem, name)
    if kind is Kind.NOT_OF_CALL:
        field, call, meant = about
        return f"{call} takes no {field}.", f"Did you mean {meant}?" if meant else f"Delete {field}."
    if kind is Kind.UNSUPPORTED:
        (field,) = about
        if len(part) <= 1:
            where = f" in a {state.type} state" if state else " at the top of a machine"
        there = next((_INSIDE[step] for step in reversed(part[:-1]) if step in _INSIDE), None)
        near = difflib.get_close_matches(field, there or _KNOWN_FIELDS, 1, 0.5 if there else 0.6)
        cure = f"Delete {field}, or move it where it belongs."
        if near and near[0] != field:
            cure = f"Did you mean {near[0]}?"
        return f"{field} has no meaning{where}.", cure
    if kind is Kind.MISSING:
        missing = ", ".join(about)
        if missing == "Resource" and "ItemReader" in part:
            return "Resource is missing in ItemReader.", f"Add {_READ}."
        if missing == "Resource":
            cure = 'Add "Resource": "arn:aws:states:::lambda:invoke", or another one.'
            return "This Task has no Resource: it does not say what to do.", cure
        are = "are" if "," in missing else "is"
        return f"{missing} {are} missing{_in(part)}.", f"Add {missing}."
    if kind is Kind.NO_PARAMETERS:
        return (
            f"It has no {about[0]}: the call is given nothing.",
            f"Add {about[0]} with what the call needs.",
        )
    if kind in (Kind.SEVERAL, Kind.NONE):
        return _explain_one_of(value, part, about, kind is Kind.SEVERAL)
    if kind is Kind.COMPARISON:
        cure = "Give it a Variable with one comparison, or one And, Or or Not."
        return f"{path_text(part)} compares nothing, or several things.", cure
    if kind is Kind.WORD:
        near = difflib.get_close_matches(str(value), about, 1, 0.5) or [
            word for word in about if word.lower() == str(value).lower()
        ]
        return (
            f"{name} is {short(value)}.",
            f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(about)}.",
        )
    if kind is Kind.RESOURCE:
        if "ItemReader" in part or "ResultWriter" in part:
            cure = f"Write {_READ}." if "ItemReader" in part else 'Write "arn:aws:states:::s3:putObject".'
            return f"Resource is {short(value)}, and {part[-2]} has no such call.", cure
        return _explain_resource(value)
    if kind is Kind.TYPE:
        words = {"string": "a text in quotes", "integer": "a whole number", "float": "a number",
                 "boolean": "true or false", "array": "a list [ … ]", "object": "an object { … }"}  # fmt: skip
        if name == "Next" or name == "StartAt":
            return f"{name} is {short(value)}.", f"{name} is the name of one state, in quotes."
        if part and part[-1] == name and len(part) == 2 and part[0] == "States":
            return f"It is {short(value)}.", 'A state is {"Type": …}.'
        return f"{path_text(part) or 'It'} is {short(value)}.", f"It must be {words[about[-1]]}."
    if kind is Kind.TIMESTAMP:
        return f"{name} is {short(value)}.", "Write date, time and offset: 2030-02-01T09:00:00Z."
    if kind is Kind.RANGE:
        bound = "at least" if about[0] == "Minimum" else "at most"
        return f"{name} is {short(value)}.", f"It must be {bound} {about[1]}."
    if kind is Kind.EMPTY:
        return f"{name} is empty.", "Put at least one entry in it."
    if kind is Kind.TWICE:
        return f"{about[0]} and {about[0]}.$ give one field twice{_in(part)}.", "Keep one of the two."
    return problem.message.rstrip(".") + ".", "Correct it there."


def _explain_one_of(value: Any, part: Path, known: tuple[str, ...], several: bool) -> tuple[str, str]:
    """Return what is wrong with a part that has none or several of some fields, and the cure."""
    given = [name for name in known if isinstance(value, Mapping) and name in value]
    if several and given:
        return f"More than one of {' and '.join(given)} is given{_in(part)}.", "Keep one of them."
    if known == WAITS_FOR:
        return "This Wait does not say how long.", "Add Seconds or Timestamp."
    if known == PROCESSORS:
        return "This Map has no ItemProcessor: it does not say what to do.", "Add ItemProcessor with StartAt and States."  # fmt: skip
    if part and part[-1] == "ItemBatcher":
        return "ItemBatcher does not say how large a batch is.", "Add MaxItemsPerBatch."
    if part and part[-1] == "ResultWriter":
        return (
            "ResultWriter says neither where nor how to write.",
            "Add Resource with Parameters, or WriterConfig.",
        )
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
        service, action = OTHER_NAMES.get(match[1], match[1]), match[2]
        near = difflib.get_close_matches(action, sorted(CALLS.get(service, {action})), 1, 0.6)
        if service != match[1] or action not in CALLS.get(service, {action}):
            found = near[0] if near else action
            cure = f"Did you mean arn:aws:states:::aws-sdk:{service}:{found}{match[3] or ''}?"
            if not near:
                cure = f"See the list of actions in the API reference of {service}."
            return f"Step Functions has no {right}.", cure
        return f"Step Functions has no {right} with {match[3]}.", "Leave it out, or use .waitForTaskToken."
    cure = 'A Resource is an ARN, such as "arn:aws:states:::lambda:invoke" or a function\'s.'
    return f"Resource is {short(value)}, and that is no ARN.", cure


def _pattern(service: str, pattern: str) -> str:
    near = difflib.get_close_matches(pattern, (".sync", ".waitForTaskToken"), 1, 0.5)
    if near and near[0] != pattern:
        return f"Did you mean {near[0]}?"
    return f"Leave {pattern} out; the table of integrations says what {service} has."


def explain_way(machine: Machine, state: State | None, part: Path, problem: Problem) -> tuple[str, str]:
    """Return what is wrong with a transition, an end or a name, and the cure."""
    kind, about = problem.kind, problem.about
    if problem.code == NO_END:
        return "No state ends this machine.", "Give the last state End: true, or add Succeed."
    if problem.code == DUPLICATE:
        name = str(problem.path[-1])
        return (
            f'There are two states named "{name}".',
            "A name stands once in the whole machine, branches included.",
        )
    if kind is Kind.TARGET:
        field, name = problem.path[-1], about[0]
        scope = next((each for each in machine.scopes if each.path == problem.path[:-1]), None)
        known = (
            list(scope.states) if field == "StartAt" and scope else list(state.scope.states) if state else []
        )
        if field == "StartAt":
            return f'StartAt names "{name}", and there is no such state.', _did_you_mean(name, known)
        return f'There is no state named "{name}".', _did_you_mean(name, known)
    if kind is Kind.SEVERAL:
        return "It has both Next and End.", "Keep one of the two."
    if kind is Kind.NONE:
        return "It has neither Next nor End.", "Add the Next state, or End: true."
    missing = ", ".join(about)
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
