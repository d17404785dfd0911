"""What leads where: StartAt, transitions, states that nothing leads to, ends, and names."""

from collections.abc import Iterator
from typing import Any

from sagalab.asl.check import fields
from sagalab.asl.check.problem import DUPLICATE, NAME, NO_END, SCHEMA, TARGET, Problem
from sagalab.asl.check.states import check_part
from sagalab.asl.document import Machine, Scope
from sagalab.asl.graph import reach
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path

LONGEST_NAME = 80  # characters (https://states-language.net/spec.html#states)
_GOES_ON = ("Task", "Pass", "Wait", "Parallel", "Map")


def check_scope(scope: Scope, express: bool) -> Iterator[Problem]:
    """Yield what is wrong with a machine, a branch or an item processor as a whole."""
    place, body = scope.path, scope.body
    table = fields.MACHINE if scope.owner is None else fields.INNER
    language = scope.owner.query_language if scope.owner is not None else fields.JSONPATH
    missing = [name for name in ("StartAt", "States") if name not in body]
    if missing:
        yield Problem(SCHEMA, f"These fields are required: [{', '.join(missing)}]", place)
    yield from check_part(body, table, place, language)
    if isinstance(body.get("ProcessorConfig"), dict):
        yield from _config(body["ProcessorConfig"], (*place, "ProcessorConfig"), express)
    states = body.get("States")
    if not isinstance(states, dict):
        return
    if not states:
        yield Problem(SCHEMA, "The value for the field 'States' must not be empty", (*place, "States"))
        return
    for name, state in states.items():
        if not isinstance(state, dict):
            yield Problem(SCHEMA, "Expected value of type Object", (*place, "States", str(name)))
        elif not isinstance(state.get("Type"), str):
            if "Type" in state:
                yield Problem(SCHEMA, "Expected value of type String", (*place, "States", str(name), "Type"))
            else:
                yield Problem(SCHEMA, "These fields are required: [Type]", (*place, "States", str(name)))
    yield from _ways(scope)


def _config(config: dict[str, Any], place: Path, express: bool) -> Iterator[Problem]:
    yield from check_part(config, fields.PROCESSOR_CONFIG, place, fields.JSONPATH)
    distributed = config.get("Mode") == "DISTRIBUTED"
    if distributed and "ExecutionType" not in config:
        yield Problem(SCHEMA, "These fields are required: [ExecutionType]", place)
    if distributed and express:
        yield Problem(SCHEMA, "Express state machine does not support distributed Map", place)


def _ways(scope: Scope) -> Iterator[Problem]:
    place = scope.path
    start = scope.start_at
    if start is not None and scope.start is None and not has_placeholder(start):
        yield Problem(TARGET, f"Missing 'StartAt' target: {start}", (*place, "StartAt"))
    for state in scope.states.values():
        if len(state.name) > LONGEST_NAME:
            yield Problem(NAME, f"State name exceeds the limit of {LONGEST_NAME} characters", state.path)
        next_, end = state.body.get("Next"), state.body.get("End")
        if state.type in _GOES_ON:
            if "Next" in state.body and end is True:
                yield Problem(SCHEMA, "Only one of these fields can be used: [Next, End]", state.path)
            elif next_ is None and end is not True:
                yield Problem(SCHEMA, "Either 'Next' or 'End' is required", state.path)
        for way in state.transitions:
            if way.target is None and not has_placeholder(way.target_name):
                field = "Default" if way.kind == "default" else "Next"
                yield Problem(TARGET, f"Missing '{field}' target: {way.target_name}", way.path)
    if scope.start is not None:
        reached = reach([scope.start], catch=True)
        for state in scope.states.values():
            if state not in reached:
                yield Problem(TARGET, f'State "{state.name}" is not reachable.', state.path)
    if scope.states and not any(state.ends for state in scope.states.values()):
        yield Problem(NO_END, "No terminal state found in the workflow", (*place, "States"))


def check_names(machine: Machine) -> Iterator[Problem]:
    """Yield the states whose name another one of the same machine has, in whatever scope."""
    for state in machine.states:
        if machine.by_name[state.name] is not state:
            yield Problem(DUPLICATE, f"Duplicate state name: {state.name}", state.path)
