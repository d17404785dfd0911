"""State machine definitions: read from statemachine/, and with their ${…} substitutions filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from sagalab.asl.plain import plain
from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.deploying.names import DURABLE
from sagalab.errors import SagaLabError
from sagalab.project import STATEMACHINE

_SUFFIX = ".asl.json"
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Substitutions(Protocol):
    """What knows the ARN of every ${Name}: a Deployment."""

    @property
    def substitutions(self) -> dict[str, str]: ...


def machine_names() -> list[str]:
    """Return the names of the definitions in statemachine/, sorted."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in STATEMACHINE.glob(f"*{_SUFFIX}"))


def definition(name_or_path: str | Path) -> dict[str, Any]:
    """Return a definition as it is written, with its ${…} placeholders.

    A name such as "saga" means statemachine/saga.asl.json. Raises SagaLabError when there is no such
    file, or where it is neither JSON nor YAML, with line and column.
    """
    if not isinstance(name_or_path, str | Path):
        raise SagaLabError(
            f"{name_or_path!r} names no state machine.",
            f"Give a path, or one of: {', '.join(machine_names())}.",
        )
    path = STATEMACHINE / f"{name_or_path}{_SUFFIX}"
    if not path.is_file():
        path = Path(name_or_path)
    if not path.is_file() and name_or_path in {each.name for each in DURABLE}:
        raise SagaLabError(
            f"{name_or_path} is the saga as code, and no state machine: it has no definition.",
            f"Take run(order, {name_or_path!r}), explore({name_or_path!r}) or rehearse_durable({name_or_path!r}, order). "
            "Races of orders are explored for state machines only.",
        )
    if not path.is_file():
        raise SagaLabError(
            f"There is no state machine definition {name_or_path!s}.",
            f"Give a path, or one of: {', '.join(machine_names())}.",
        )
    try:
        document = read_text(path.read_text(encoding="utf-8")).body
    except AslSyntaxError as error:
        cure = error.advice or "Correct it at that line."
        raise SagaLabError(f"{path.name} cannot be read: {error.what}", cure) from None
    except UnicodeDecodeError as error:
        raise SagaLabError(f"{path.name} is no text: {error}.", "Save it as UTF-8.") from None
    if not isinstance(document, dict):
        raise SagaLabError(
            f"{path.name} is not a state machine: it is no JSON object.", "Write { … } around it."
        )
    return document


def name_of(name_or_path: str | Path) -> str:
    """Return the name under which a definition is deployed: the name itself, or the file's without its ending.

    Raises SagaLabError for one that Step Functions would not take.
    """
    name = Path(name_or_path).name.removesuffix(".json").removesuffix(".asl")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SagaLabError(
            f"{name!r} cannot be the name of a state machine.",
            "Use letters, digits, - and _ in the file's name.",
        )
    return name


def substitute(definition: Mapping[str, Any], deployment: Substitutions) -> dict[str, Any]:
    """Return the definition with every ${Name} replaced by the deployment's ARN of that name.

    Raises SagaLabError for a name that the deployment does not have, and for a definition that is no JSON.
    """
    return fill(plain(definition), deployment.substitutions)


def fill(value: Any, known: Mapping[str, str]) -> Any:
    """Return JSON values with every ${Name} filled in. Raises SagaLabError for a name that is not known."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: _lookup(match[1], known), value)
    if isinstance(value, Mapping):
        return {key: fill(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, known) for item in value]
    return value


def _lookup(name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise SagaLabError(
            f"The definition uses ${{{name}}}, which this deployment does not have.",
            f"It has: {', '.join(sorted(known))}.",
        )
    return known[name]


def task_state(function: str, *, next: str | None = None, payload: str = "{% $order %}") -> dict[str, Any]:
    """Return a Task that calls a function of the saga with the order, and keeps its answer in `$order`.

    `function` is its name in a definition, such as "CreditPaymentFunction"; `next` the state that follows
    (None: the execution ends here).
    """
    then = {"Next": next} if next else {"End": True}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": f"${{{function}}}", "Payload": payload},
        "Assign": {"order": "{% $states.result.Payload %}"},
        **then,
    }
