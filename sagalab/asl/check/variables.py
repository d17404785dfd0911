"""Names of workflow variables: what AWS refuses in Assign.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html (names, scopes).
"""

from collections.abc import Iterator

from sagalab.asl.check.problem import BAD_VARIABLE, DUPLICATE_VARIABLE, RESERVED_VARIABLE, Problem
from sagalab.asl.document import Machine, Scope, State
from sagalab.asl.parts import Catcher, ChoiceRule
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path

LONGEST_NAME = 80  # characters


def check_variables(machine: Machine) -> Iterator[Problem]:
    """Yield the variables whose name AWS does not take, and those that an outer scope has already."""
    own: dict[Scope, set[str]] = {scope: set() for scope in machine.scopes}
    for state in machine.states:
        for names, _ in _assigned(state):
            own[state.scope].update(names)
    for state in machine.states:
        outer = _outer_names(state.scope, own)
        for names, place in _assigned(state):
            for name, written in names.items():
                yield from _check_name(name, (*place, written), outer)


def _check_name(name: str, place: Path, outer: set[str]) -> Iterator[Problem]:
    if name == "states":
        yield Problem(RESERVED_VARIABLE, "Cannot assign to reserved variable '$states'.", place)
    elif not name.isidentifier() or name.startswith("_"):  # Unicode Standard Annex #31
        words = f"Invalid variable name '{name}': the variable name contains invalid characters."
        yield Problem(BAD_VARIABLE, words, place)
    elif len(name) > LONGEST_NAME:
        words = f"Invalid variable name '{name}': the variable name has more than {LONGEST_NAME} characters."
        yield Problem(BAD_VARIABLE, words, place)
    elif name in outer:
        words = f"The variable name '{name}' was already defined in a parent scope."
        yield Problem(DUPLICATE_VARIABLE, words, place)


def _assigned(state: State) -> Iterator[tuple[dict[str, str], Path]]:
    """Yield the names of each Assign of a state, as the variables are called and as they are written."""
    listed: list[Catcher | ChoiceRule] = [*state.catchers, *state.rules]
    for body, place in ((state.body, state.path), *((part.body, part.path) for part in listed)):
        if isinstance(body.get("Assign"), dict):
            written = [name for name in body["Assign"] if not has_placeholder(name)]
            names = {name if state.is_jsonata else name.removesuffix(".$"): name for name in written}
            yield names, (*place, "Assign")


def _outer_names(scope: Scope, own: dict[Scope, set[str]]) -> set[str]:
    """Return the variables that the states around can have; the items of a distributed Map see none of them."""
    names: set[str] = set()
    while scope.owner is not None and not scope.is_distributed:
        scope = scope.owner.scope
        names |= own[scope]
    return names
