"""Where the course's functions, topic and tables are in a rehearsal, and which of them a state's task calls."""

from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.deploying.names import TABLES, TASKS, Arns, Names

NAMES = Names("saga")
ARNS = Arns(NAMES, "us-east-1", "123456789012")
SUBSTITUTIONS = {task.substitution: ARNS.function(task) for task in TASKS} | {"SagaTopic": ARNS.topic}
_TABLES = {NAMES.table(key) for key in TABLES}
_KNOWN = {
    name: task
    for task in TASKS
    for name in (f"${{{task.substitution}}}", ARNS.function(task), NAMES.function(task))
}
_SUFFIXES = {task.suffix: task for task in TASKS}


def task_of(ask: CallTask) -> str | None:
    """Return the course's task whose function a Task calls (by its placeholder, ARN or name), or None."""
    if ask.resource.kind in ("lambda", "placeholder", "unknown"):
        name: Any = ask.resource.arn
    elif (ask.resource.service, ask.resource.action) == ("lambda", "invoke"):
        name = ask.parameters.get("FunctionName") if isinstance(ask.parameters, dict) else None
    else:
        return None
    return function_task(name)


def payload_of(ask: CallTask) -> Any:
    """Return what a Task sends to its function."""
    if ask.resource.kind == "service" and isinstance(ask.parameters, dict):
        return ask.parameters.get("Payload", {})
    return ask.parameters


def function_task(name: Any) -> str | None:
    """Return the course's task that a function's name, ARN or placeholder stands for, or None."""
    if not isinstance(name, str):
        return None
    if name in _KNOWN:
        return _KNOWN[name].task
    short = name.rpartition(":function:")[2].partition(":")[0]
    found = _SUFFIXES.get("-".join(short.rsplit("-", 2)[1:]))
    return None if found is None else found.task


def is_the_topic(arn: Any) -> bool:
    """Tell whether an ARN is a course's topic, under whatever prefix, or its placeholder."""
    return isinstance(arn, str) and (
        arn == "${SagaTopic}" or arn.endswith(NAMES.topic.removeprefix(NAMES.prefix))
    )


def table_call(ask: CallTask) -> str | None:
    """Return the operation of a Task that calls DynamoDB itself on a table of these, or None."""
    if ask.resource.service != "dynamodb" or not isinstance(ask.parameters, dict):
        return None
    if ask.parameters.get("TableName") not in _TABLES:
        return None
    return ask.resource.action[:1].upper() + ask.resource.action[1:]
