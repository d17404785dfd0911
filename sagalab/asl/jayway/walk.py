"""A path as steps, and what it finds in a value.

A path whose steps find one thing each gives that thing; one with `..`, `*`, a slice, several indices or a filter
gives the list of what it finds. A name that is missing is an error only before the first such step.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Predicate = Callable[[Any, Any], bool]
"""Takes a value and the root."""


class Nothing(Exception):
    """A path found nothing; `reason` says it in Jayway's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Names:
    """`.a` or `['a', 'b']`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """`*`"""


@dataclass(frozen=True, slots=True)
class Indices:
    """`[0]` or `[0, 1]`; `[(@.length-1)]` counts from the end, which a negative index does not (measured on AWS)."""

    places: tuple[int, ...]
    from_the_end: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """`[1:3]`"""

    part: slice


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(…)]`"""

    accepts: Predicate


@dataclass(frozen=True, slots=True)
class Below:
    """`..`"""


@dataclass(frozen=True, slots=True)
class Function:
    """`.length()`; AWS takes Jayway's others too, and then finds nothing by them (measured: sum)."""

    name: str

    def of(self, value: Any) -> Iterator[Any]:
        """Yield what it makes of a value, if anything."""
        if self.name == "length":
            yield len(value) if isinstance(value, dict | list) else None


Step = Names | Every | Indices | Slice | Filter | Below | Function


def _finds_one(step: Step) -> bool:
    return isinstance(step, Names | Function) or isinstance(step, Indices) and len(step.places) == 1


@dataclass(frozen=True, slots=True)
class Query:
    """A path, read. `finds_one`: it gives a value and not a list."""

    text: str
    steps: tuple[Step, ...]

    @property
    def finds_one(self) -> bool:
        """Whether it gives what it finds, and not a list of it."""
        return all(map(_finds_one, self.steps)) or self._of_all

    @property
    def _of_all(self) -> bool:
        """Whether a function stands at the end of a path that begins with `..`: it takes all that is found."""
        steps = self.steps
        return bool(steps) and isinstance(steps[0], Below) and isinstance(steps[-1], Function)

    def get(self, value: Any, root: Any) -> Any:
        """Return what it finds, from `value` on (the root, or the item of a filter). Raises Nothing."""
        last = self.steps[-1] if self.steps else None
        if self._of_all and isinstance(last, Function):
            found = list(last.of(list(_found(value, self.steps[:-1], root, "$"))))
        else:
            found = list(_found(value, self.steps, root, "$"))
        if not self.finds_one:
            return found
        if not found:
            raise Nothing(f"No results for path: {self.text}")
        return found[0]


def _found(value: Any, steps: Sequence[Step], root: Any, sure: str) -> Iterator[Any]:
    """Yield what steps find; `sure`: the way until here where each step finds one thing, else ""."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, Below):
        yield from _below(value, rest, root)
        return
    sure_after = f"{sure}{_written(step)}" if sure and _finds_one(step) else ""
    for inner in _one_step(value, step, not rest, root, sure):
        yield from _found(inner, rest, root, sure_after)


def _written(step: Step) -> str:
    if isinstance(step, Names):
        return "[" + ",".join(f"'{name}'" for name in step.names) + "]"
    if isinstance(step, Indices):
        return f"[{step.places[0]}]"
    return f".{step.name}()" if isinstance(step, Function) else ""


def _one_step(value: Any, step: Step, is_last: bool, root: Any, sure: str) -> Iterator[Any]:
    if isinstance(step, Function):
        yield from step.of(value)
    elif isinstance(step, Names):
        if not isinstance(value, dict):
            if sure:
                raise Nothing(f"Expected to find an object with property {_written(step)} in path {sure}")
        elif len(step.names) > 1 and is_last:
            yield {name: value[name] for name in step.names if name in value}
        else:
            for name in step.names:
                if name in value:
                    yield value[name]
                elif sure and not is_last:
                    raise Nothing(f"Missing property in path {sure}['{name}']")
    elif isinstance(step, Every):
        yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    elif isinstance(step, Filter) and isinstance(value, dict):  # a filter looks at an object itself
        if _accepted(step, value, root):
            yield value
    elif not isinstance(value, list):
        if sure:
            raise Nothing(f"What stands in brackets can only be applied to arrays, in path {sure}")
    elif isinstance(step, Filter):
        yield from (item for item in value if _accepted(step, item, root))
    elif isinstance(step, Slice):
        yield from value[step.part]
    elif isinstance(step, Indices):
        places = (len(value) + place if step.from_the_end else place for place in step.places)
        yield from (value[place] for place in places if 0 <= place < len(value))


def _accepted(step: Filter, item: Any, root: Any) -> bool:
    """Tell whether a filter holds for an item; @ matches objects only
    (https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html)."""
    return isinstance(item, dict) and step.accepts(item, root)


def _below(value: Any, rest: Sequence[Step], root: Any) -> Iterator[Any]:
    """Yield what steps find in a value and in all that is in it, the outer ones first."""
    todo = [value]
    while todo:
        here = todo.pop()
        first = rest[0]
        if isinstance(first, Filter):
            if _accepted(first, here, root):
                yield from _found(here, rest[1:], root, "")
        elif isinstance(here, dict | list):
            yield from _found(here, rest, root, "")
        inner = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        todo += reversed(list(inner))
