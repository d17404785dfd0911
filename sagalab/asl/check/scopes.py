"""What leads where: StartAt, transitions, states that nothing leads to, ends, names and labels."""

import re
from collections.abc import Iterator
from typing import Any

from sagalab.asl.check import fields, words
from sagalab.asl.check.problem import (
    BAD_LABEL,
    DUPLICATE,
    DUPLICATE_LABEL,
    NAME,
    NO_END,
    SCHEMA,
    TARGET,
    Problem,
)
from sagalab.asl.check.states import check_one_of, check_part
from sagalab.asl.document import Machine, Scope
from sagalab.asl.graph import reach
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path

LONGEST_NAME = 80  # characters (https://states-language.net/spec.html#states)
LONGEST_LABEL = 40  # characters (state-map-distributed.html)
_NOT_IN_A_LABEL = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")  # the same page
_GOES_ON = ("Task", "Pass", "Wait", "Parallel", "Map")


def check_scope(scope: Scope, express: bool) -> Iterator[Problem]:
    """Yield what is wrong with a machine, a branch or an item processor as a whole."""
    place, body = scope.path, scope.body
    table = fields.MACHINE
    if scope.owner is not None:
        table = fields.BRANCH if scope.owner.type == "Parallel" else fields.PROCESSOR
    language = scope.owner.query_language if scope.owner is not None else fields.JSONPATH
    missing = [name for name in ("StartAt", "States") if name not in body]
    if missing:
        yield Problem(SCHEMA, words.missing(*missing), place)
    yield from check_part(body, table, place, language)
    if isinstance(body.get("ProcessorConfig"), dict):
        yield from _config(body["ProcessorConfig"], (*place, "ProcessorConfig"), express)
    states = body.get("States")
    if not isinstance(states, dict):
        return
    if not states:
        yield Problem(SCHEMA, words.EMPTY, (*place, "States"))
        return
    for name, state in states.items():
        if not isinstance(state, dict):
            if not has_placeholder(state):
                yield Problem(SCHEMA, words.wrong_type("OBJECT"), (*place, "States", str(name)))
        elif not isinstance(state.get("Type"), str):
            if "Type" in state:
                yield Problem(SCHEMA, words.wrong_type("STRING"), (*place, "States", str(name), "Type"))
            else:
                yield Problem(SCHEMA, words.missing("Type"), (*place, "States", str(name)))
    yield from _ways(scope)


def _config(config: dict[str, Any], place: Path, express: bool) -> Iterator[Problem]:
    yield from check_part(config, fields.PROCESSOR_CONFIG, place, fields.JSONPATH)
    distributed = config.get("Mode") == "DISTRIBUTED"
    if distributed and "ExecutionType" not in config:
        yield Problem(SCHEMA, words.missing("ExecutionType"), place)
    if config.get("Mode") == "INLINE" and "ExecutionType" in config:
        yield Problem(SCHEMA, words.unsupported("ExecutionType"), (*place, "ExecutionType"), at=place)
    if distributed and express:
        said = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        yield Problem(SCHEMA, said, (*place, "Mode"), at=place)


def _ways(scope: Scope) -> Iterator[Problem]:
    """What AWS says of StartAt and Default too is "Missing 'Next' target" (measured)."""
    place, unknown = scope.path, _has_unknown_ways(scope)
    start = scope.start_at
    if (
        start is not None
        and scope.start is None
        and not has_placeholder(start)
        and not _filled_in(scope, start)
    ):
        yield Problem(TARGET, words.no_target(start), (*place, "StartAt"))
    for state in scope.states.values():
        if state.type in _GOES_ON:
            end = state.body.get("End")
            ends = ("End",) if end is True or has_placeholder(end) else ()  # End: false is as good as none
            given = ("Next", *ends) if "Next" in state.body else ends
            yield from check_one_of(given, ("Next", "End"), state.path)
        for way in state.transitions:
            named = way.target_name
            if way.target is None and not has_placeholder(named) and not _filled_in(scope, named):
                yield Problem(TARGET, words.no_target(way.target_name), way.path)
    if unknown:
        return
    if scope.owner is None and scope.states and not any(state.ends for state in scope.states.values()):
        # only of the machine itself, and then nothing of states that cannot be reached (measured)
        yield Problem(NO_END, "Workflow has no terminal state", (*place, "States"))
    elif start is not None and not has_placeholder(start):
        reached = reach([scope.start] if scope.start is not None else [], catch=True)
        for state in scope.states.values():
            if state not in reached:
                yield Problem(TARGET, words.unreachable(state.name), state.path)


def _filled_in(scope: Scope, name: str) -> bool:
    """Tell whether a state of this name, or all of them, are filled in at deployment."""
    states = scope.body["States"]
    return has_placeholder(states.get(name)) or any(has_placeholder(written) for written in states)


def _has_unknown_ways(scope: Scope) -> bool:
    """Tell whether what is filled in at deployment may lead to a state, or be an end."""
    written = scope.body["States"]
    return any(map(has_placeholder, (*written, *written.values()))) or any(
        has_placeholder(state.type)
        or has_placeholder(state.body.get("End"))
        or any(has_placeholder(way.target_name) for way in state.transitions)
        for state in scope.states.values()
    )


def check_names(machine: Machine) -> Iterator[Problem]:
    """Yield names of states and labels of Maps that are too long, and those that the machine has twice."""
    labels: set[str] = set()
    for state in machine.states:
        name, label = state.name, state.body.get("Label")
        if len(name) > LONGEST_NAME:
            said = f"State name '{name}' exceeds the {LONGEST_NAME}-character limit allowed by the service"
            yield Problem(NAME, said, state.path)
        if machine.by_name[name] is not state:
            yield Problem(DUPLICATE, f"Duplicate State name: {name}", state.path)
        if state.type != "Map" or not isinstance(label, str) or has_placeholder(label):
            continue
        place = (*state.path, "Label")
        if len(label) > LONGEST_LABEL:
            said = f"Label name '{label}' exceeds the {LONGEST_LABEL}-character limit allowed by the service"
            yield Problem(BAD_LABEL, said, place)
        elif _NOT_IN_A_LABEL.search(label):
            said = f"Invalid Label name '{label}': the label name contains invalid characters."
            yield Problem(BAD_LABEL, said, place)
        if label in labels:
            yield Problem(DUPLICATE_LABEL, f"Duplicate Label name: {label}", place)
        labels.add(label)
