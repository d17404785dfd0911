"""The numbers of a Map: MaxConcurrency, tolerated failures, the sizes of batches, MaxItems.

Each may be given itself, in JSONata as an expression, in JSONPath by a path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.data import Template, is_expression, is_number, of_kind, plain_path, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import runtime_error
from sagalab.asl.engine.history import json_text


@dataclass(frozen=True, slots=True)
class Limit:
    """A field with a number: its name, what it is without the field, and whether it may be broken."""

    name: str
    default: Any = None
    whole: bool = True
    place: str = ""  # of the field in its state, for JSONata's errors
    negative: str | None = None  # AWS's words for a negative one; `{}` stands for it


MAX_CONCURRENCY = Limit(
    "MaxConcurrency", 0, negative="Expected non-negative integer for MaxConcurrency, got '{}' instead."
)
TOLERATED_COUNT = Limit(
    "ToleratedFailureCount",
    negative="ToleratedFailureCount cannot be negative.",
)
TOLERATED_PERCENTAGE = Limit("ToleratedFailurePercentage", whole=False)
MAX_ITEMS = Limit("MaxItems", place="ItemReader/ReaderConfig/")
MAX_ITEMS_PER_BATCH = Limit("MaxItemsPerBatch", place="ItemBatcher/")
MAX_BYTES_PER_BATCH = Limit("MaxInputBytesPerBatch", place="ItemBatcher/")

PERCENTAGE_RANGE = "ToleratedFailurePercentage must be between 0 and 100."


def limit(body: Mapping[str, Any], about: Limit, jsonata: bool) -> Template:
    """Return the function that gives the number, or raises what AWS says when it is none."""
    path = None if jsonata else body.get(f"{about.name}Path")
    if path is not None:
        return _by_path(path, about)
    value = body.get(about.name, about.default)
    if not (jsonata and is_expression(value)):
        return lambda env: value
    field = about.place + about.name
    made = of_kind(template(value, field, True), is_number, "number", value, field)

    def evaluated(env: Env) -> Any:
        number = made(env)
        return int(number) if about.whole else float(number)

    return evaluated


def _by_path(path: str, about: Limit) -> Template:
    find = plain_path(path)

    def found(env: Env) -> Any:
        value = find(env)
        number = _number(value, about.whole)
        if number is None:
            text = value if isinstance(value, str) else json_text(value)
            kind = "integer" if about.whole else "float"
            raise runtime_error(
                f'The {about.name}Path field refers to value "{text}" which is not a valid {kind}: {path}'
            )
        if number < 0 and about.negative is not None:
            raise runtime_error(about.negative.format(number))
        if not about.whole and not 0 <= number <= 100:
            raise runtime_error(PERCENTAGE_RANGE)
        return number

    return found


def _number(value: Any, whole: bool) -> Any:
    """Return a number, or the number in a text (AWS reads both); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return int(value) if whole else float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value if whole else float(value)
    return value if isinstance(value, float) and not whole else None
