"""DynamoDB's values as its API writes them ({"N": "2"}): compared, measured, added."""

import decimal
from decimal import Decimal
from typing import Any

from sagalab.rehearsal.services.refused import Refused, invalid

Value = dict[str, Any]
Item = dict[str, Value]

# DynamoDB keeps 38 digits of a number (developer guide, "Supported data types and naming rules").
_DIGITS = decimal.Context(prec=38, Emin=-130, Emax=126)
SETS = {"SS", "NS", "BS"}
_ORDERED = {"S", "N", "B"}


def kind_of(value: Value) -> str:
    """Return the type of a value: S, N, BOOL, M …"""
    return next(iter(value))


def content(value: Value) -> Any:
    """Return what a value says in Python, so that equal values are equal."""
    kind, inner = next(iter(value.items()))
    if kind == "N":
        return Decimal(inner)
    if kind == "NS":
        return frozenset(map(Decimal, inner))
    if kind in SETS:
        return frozenset(inner)
    if kind == "L":
        return [(kind_of(part), content(part)) for part in inner]
    if kind == "M":
        return {name: (kind_of(part), content(part)) for name, part in inner.items()}
    return inner


def equal(one: Value | None, other: Value | None) -> bool:
    """Tell whether two values are the same; a value that is not there equals none."""
    if one is None or other is None:
        return False
    return kind_of(one) == kind_of(other) and content(one) == content(other)


def ordered(one: Value | None, other: Value | None) -> tuple[Any, Any] | None:
    """Return what < and its like compare; None where they compare nothing (another type, no order)."""
    if one is None or other is None or kind_of(one) != kind_of(other) or kind_of(one) not in _ORDERED:
        return None
    if kind_of(one) == "S":
        return one["S"].encode(), other["S"].encode()
    return content(one), content(other)


def size(value: Value | None) -> Value | None:
    """Return what `size()` gives; None for a value that has none."""
    if value is None:
        return None
    kind, inner = next(iter(value.items()))
    if kind == "S":
        return {"N": str(len(inner.encode()))}
    if kind in ("B", "L", "M") or kind in SETS:
        return {"N": str(len(inner))}
    return None


def contains(value: Value | None, part: Value | None) -> bool:
    """Tell whether a text has a part, or a set or list an element."""
    if value is None or part is None:
        return False
    kind, inner = next(iter(value.items()))
    if kind == "S":
        return kind_of(part) == "S" and part["S"] in inner
    if kind == "L":
        return any(equal(each, part) for each in inner)
    if kind in SETS:
        return kind_of(part) == kind[0] and any(equal({kind[0]: each}, part) for each in inner)
    return False


def number(value: Decimal) -> Value:
    """Return a number as DynamoDB writes it: without an exponent or trailing zeros."""
    text = format(_DIGITS.plus(value).normalize(_DIGITS), "f")
    return {"N": "0" if text in ("-0", "") else text}


def add(one: Value, other: Value, sign: int = 1) -> Value:
    """Return the sum (or difference) of two numbers. Raises Refused for anything else."""
    for each in (one, other):
        if kind_of(each) != "N":
            operator = "+" if sign > 0 else "-"
            raise invalid(
                "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                f"operator or function: {operator}, operand type: {kind_of(each)}"
            )
    return number(_DIGITS.add(Decimal(one["N"]), sign * Decimal(other["N"])))


def checked(value: Any, name: str = "") -> None:
    """Raise Refused for what is no value of DynamoDB."""
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    kind, inner = next(iter(value.items()))
    if kind == "N":
        try:
            _DIGITS.create_decimal(inner)
        except (decimal.InvalidOperation, TypeError, ValueError):
            raise invalid(f"The parameter cannot be converted to a numeric value: {inner}") from None
    elif kind in SETS:
        if not inner:
            raise Refused("ValidationException", "One or more parameter values were invalid: An empty set")
    elif kind == "L":
        for part in inner:
            checked(part, name)
    elif kind == "M":
        for key, part in inner.items():
            checked(part, key)
