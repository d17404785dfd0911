"""Updates of an item: SET, REMOVE, ADD and DELETE, applied to a copy of it."""

from typing import Any

from sagalab.rehearsal.services import values as v
from sagalab.rehearsal.services.expressions import Change
from sagalab.rehearsal.services.refused import invalid
from sagalab.rehearsal.services.scope import Scope, find, name
from sagalab.rehearsal.services.values import Item, Value

_WHAT = "UpdateExpression"
_NO_PATH = "The document path provided in the update expression is invalid for update"
Key = tuple[str | int, ...]


def updated(scope: Scope, changes: list[Change], key_names: tuple[str, ...]) -> tuple[Item, list[Key]]:
    """Return the item after the changes, and the paths that they touched.

    Every operand is of the item as it was before. Raises Refused; the item itself is left alone.
    """
    done: list[tuple[Change, Key, Value | None]] = []
    for change in changes:
        path = tuple(name(scope, part, _WHAT) if isinstance(part, str) else part for part in change.path)
        if path[0] in key_names:
            raise invalid(
                "One or more parameter values were invalid: Cannot update attribute "
                f"{path[0]}. This attribute is part of the key"
            )
        if any(path[: len(other)] == other[: len(path)] for _, other, _ in done):
            raise invalid(
                "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite "
                "one of these paths;"
            )
        done.append((change, path, _new_value(scope, change)))
    item: Any = {"M": dict(scope.item)}
    for _, path, value in [each for each in done if each[2] is not None]:
        _put(item, path, value)
    # The highest index first, so that those before it keep their places.
    for _, path, _ in sorted(
        (each for each in done if each[2] is None), key=lambda each: str(each[1]), reverse=True
    ):
        _remove(item, path)
    return item["M"], [path for _, path, _ in done]


def _new_value(scope: Scope, change: Change) -> Value | None:
    """Return what will stand at the path; None where nothing will."""
    if change.operand is None:
        return None
    given = change.operand(scope)
    if given is None:
        raise invalid("The provided expression refers to an attribute that does not exist in the item")
    if change.word == "SET":
        return given
    there, kind = find(scope, change.path, _WHAT), v.kind_of(given)
    if kind not in v.SETS and not (change.word == "ADD" and kind == "N"):
        raise invalid(
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            f"operator: {change.word}, operand type: {_TYPES.get(kind, kind)}"
        )
    if there is None:
        return given if change.word == "ADD" else None
    if v.kind_of(there) != kind:
        raise invalid("An operand in the update expression has an incorrect data type")
    if kind == "N":
        return v.add(there, given)
    if change.word == "ADD":
        return {kind: there[kind] + [each for each in given[kind] if not v.contains(there, {kind[0]: each})]}
    left = [each for each in there[kind] if not v.contains(given, {kind[0]: each})]
    return {kind: left} if left else None


_TYPES = {
    "S": "STRING",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
    "B": "BINARY",
    "NULL": "NULL",
    "N": "NUMBER",
}


def _container(item: Any, path: Key) -> tuple[Any, Any]:
    """Return the map or list that holds the last part of a path, its own copy all the way, and that part."""
    place = item
    for part in path[:-1]:
        inner = place.get("M") if isinstance(part, str) else place.get("L")
        if inner is None or (part not in inner if isinstance(part, str) else part >= len(inner)):
            raise invalid(_NO_PATH)
        kind, held = next(iter(inner[part].items()))
        if kind not in ("M", "L"):
            raise invalid(_NO_PATH)
        inner[part] = {kind: held.copy()}
        place = inner[part]
    inner = place.get("M") if isinstance(path[-1], str) else place.get("L")
    if inner is None:
        raise invalid(_NO_PATH)
    return inner, path[-1]


def _put(item: Any, path: Key, value: Value | None) -> None:
    inner, last = _container(item, path)
    if isinstance(last, int) and last >= len(inner):
        inner.append(value)
    else:
        inner[last] = value


def _remove(item: Any, path: Key) -> None:
    inner, last = _container(item, path)
    if isinstance(last, str):
        inner.pop(last, None)
    elif last < len(inner):
        del inner[last]
