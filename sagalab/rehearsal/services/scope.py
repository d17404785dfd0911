"""What a DynamoDB expression sees: the item, and a request's #names and :values.

Words of the refusals: DynamoDB's own, as boto3 shows them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sagalab.rehearsal.services.refused import invalid
from sagalab.rehearsal.services.values import Item, Value


@dataclass(frozen=True)
class Scope:
    """What an expression sees: the item, and the request's #names and :values."""

    item: Item
    names: dict[str, str]
    values: dict[str, Value]


Test = Callable[[Scope], bool]
Operand = Callable[[Scope], Value | None]
Path = tuple[str | int, ...]  # names (still with #) and indexes


def value(scope: Scope, token: str, what: str) -> Value:
    """Return the value that a token such as ":price" stands for."""
    if token not in scope.values:
        raise invalid(
            f"Invalid {what}: An expression attribute value used in expression is not defined; "
            f"attribute value: {token}"
        )
    return scope.values[token]


def name(scope: Scope, part: str, what: str) -> str:
    """Return the attribute that a part of a path names."""
    if not part.startswith("#"):
        return part
    if part not in scope.names:
        raise invalid(
            f"Invalid {what}: An expression attribute name used in the document path is not defined; "
            f"attribute name: {part}"
        )
    return scope.names[part]


def find(scope: Scope, path: Path, what: str) -> Value | None:
    """Return the value at a path of the item, or None."""
    found: Any = {"M": scope.item}
    for part in path:
        if isinstance(part, int):
            inner = found.get("L")
            found = inner[part] if inner is not None and part < len(inner) else None
        else:
            found = found.get("M", {}).get(name(scope, part, what))
        if found is None:
            return None
    return found
