"""Values that the search for a happy path makes: each is one of its own, so that it is known again wherever it turns up."""

import re
from typing import Any

from sagalab.rehearsal.any_saga.answers import FROM
from sagalab.rehearsal.any_saga.wishes import ABSENT, ANY

INPUT = "the input"
_QUANTITY = re.compile(
    r"amount|price|total|cost|qty|quantity|count|number|num$|sum|score|age$|seconds|limit|balance|size|index",
    re.I,
)
_TIME = re.compile(r"(date|time|timestamp|_at|At|until)$")
Steps = tuple[str | int, ...]
Spot = tuple[str, Steps]  # whose, and where in it
TEXT_NUMBER: Any = object()  # a number as a text, as DynamoDB has it


class MadeValues:
    """The values made so far: of which field each is. `fixed`: whose fields are given, and are not to be changed."""

    def __init__(self, fixed: set[str]) -> None:
        self.fixed = fixed
        self.spots: dict[Any, Spot] = {}
        self._as_text: set[Spot] = set()

    def whose(self, value: Any, steps: Steps) -> Spot | None:
        """Return whose field a path in a value is: of the innermost object on it that says whose it is."""
        found: Spot | None = None
        for place in range(len(steps) + 1):
            if isinstance(value, dict) and FROM in value:
                owner = value[FROM]
                base: Spot = self.spots.get(owner, (owner, ()))
                found = (base[0], (*base[1], *steps[place:]))
            elif isinstance(value, str | int | float) and not isinstance(value, bool) and value in self.spots:
                spot = self.spots[value]
                found = (spot[0], (*spot[1], *steps[place:]))
            if place == len(steps):
                break
            step = steps[place]
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
                value = value[step]
            else:
                break
        return found if found is not None and found[0] not in self.fixed else None

    def made(self, spot: Spot, value: Any) -> Any:
        """Return a value that is known again wherever it turns up."""
        owner, steps = spot
        if value is TEXT_NUMBER:
            number = 100 + len(self.spots)
            self.spots[number] = self.spots[str(number)] = spot
            self._as_text.add(spot)
            return str(number)
        if spot in self._as_text and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        name = ".".join(str(step) for step in steps if step != "*")
        if value is ANY:
            last = str(steps[-1])
            if _QUANTITY.search(last):
                value = 100 + len(self.spots)
            else:
                value = name if owner == INPUT else f"{owner}.{name}"
                if _TIME.search(last):
                    value = f"2030-01-01T00:00:{len(self.spots) % 60:02d}Z"
            self.spots[value] = spot
        elif isinstance(value, dict | list):
            mark = f"{owner}|{name}"
            inner = (*steps, "*") if isinstance(value, list) else steps
            self.spots[mark] = (owner, inner)
            if isinstance(value, list):
                return [{FROM: mark, "item": f"{name}-{number}"} for number in (1, 2)]
            return {**value, FROM: mark}
        return value


def with_field(value: Any, steps: Steps, new: Any) -> Any:
    """Return a JSON value with a field set, or taken away for ABSENT; "*" is every item of a list."""
    if not steps:
        return new
    step, rest = steps[0], steps[1:]
    if step == "*":
        items = value if isinstance(value, list) else [{}, {}]
        return [with_field(item, rest, new) for item in items]
    if isinstance(step, int):
        items = list(value) if isinstance(value, list) else []
        while len(items) <= step:
            items.append({})
        items[step] = with_field(items[step], rest, new)
        return items
    fields = dict(value) if isinstance(value, dict) else {}
    if not rest and new is ABSENT:
        fields.pop(step, None)
        return fields
    fields[step] = with_field(fields.get(step, {}), rest, new)
    return fields
