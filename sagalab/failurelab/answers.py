"""What a run that waits for a task token can be answered with: read from its machine, and from its history."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sagalab.asl.document import Machine, State
from sagalab.history.execution import Execution
from sagalab.history.task_tokens import token_of, waiting_visit

_RESULT = re.compile(r"\$states\.result\.(\w+)")
_TOKEN = re.compile(r"\$states\.context\.Task\.Token|\$\$\.Task\.Token")


def waits_in(execution: Execution) -> str | None:
    """Return the name of the state in which an execution waits for its task token, or None.

    The token has been handed over (TaskSubmitted), and nobody has answered it.
    """
    visit = waiting_visit(execution) if execution.status == "RUNNING" else None
    if visit is None or visit.attempts[-1].outcome != "running":
        return None
    mine = set(visit.attempts[-1].events)
    submitted = any(event.type == "TaskSubmitted" and event.id in mine for event in execution.history)
    return visit.name if submitted else None


def token(execution: Execution) -> str | None:
    """Return the task token that an execution waits for; None where it does not stand in the history."""
    visit = waiting_visit(execution)
    if visit is None:
        return None
    state = execution.machine.state(visit.name)
    names = [*(_token_names(state.body) if state is not None else []), "task_token"]
    return next((found for name in names if (found := token_of(visit, name))), None)


def _token_names(value: Any) -> list[str]:
    """Return the keys under which a state hands its task token on."""
    found: list[str] = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str) and _TOKEN.search(inner):
                found.append(key.removesuffix(".$"))
            else:
                found += _token_names(inner)
    elif isinstance(value, list):
        for inner in value:
            found += _token_names(inner)
    return found


def answers(machine: Machine, name: str) -> list[Any]:
    """Return the answers that a machine asks about behind the state `name`, such as {"action": "retry"}.

    They are read from its Choice rules on the variable that keeps the answer. Where there are none, it is one
    answer with the fields that the state takes from it; [] where nothing is known.
    """
    state = machine.state(name)
    if state is None:
        return []
    assigned = state.body.get("Assign")
    kept = [
        variable
        for variable, value in (assigned.items() if isinstance(assigned, Mapping) else ())
        if isinstance(value, str) and re.fullmatch(r"\{%\s*\$states\.result\s*%\}", value)
    ]
    asked = [answer for variable in kept for answer in _asked(machine, variable)]
    fields = dict.fromkeys(_RESULT.findall(json.dumps(dict(state.body), default=str)))
    return asked or ([dict.fromkeys(fields, "…")] if fields else [])


def _asked(machine: Machine, variable: str) -> list[Any]:
    """Return {key: value} for every rule `$variable.key = value` of the machine."""
    rule = re.compile(rf"\${re.escape(variable)}\.(\w+)\s*=\s*('[^']*'|true|false|-?\d+(?:\.\d+)?)")
    found: list[Any] = []
    for state in machine.states:
        for key, value in rule.findall(_conditions(state)):
            answer = {key: value[1:-1] if value.startswith("'") else json.loads(value)}
            if answer not in found:
                found.append(answer)
    return found


def _conditions(state: State) -> str:
    choices = state.body.get("Choices")
    rules = choices if isinstance(choices, list) else []
    return "\n".join(str(each.get("Condition", "")) for each in rules if isinstance(each, Mapping))
