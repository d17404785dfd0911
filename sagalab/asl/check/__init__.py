"""What AWS refuses: the checks of CreateStateMachine and ValidateStateMachineDefinition on a definition's tree.

`check(read(definition))` gives the problems in the order of the text, each with AWS's code, words and place.
The lint shows the same ones with a cure; the local cloud's creation refuses what has any.
"""

from collections.abc import Iterator

from sagalab.asl.check import words
from sagalab.asl.check.choices import check_choices
from sagalab.asl.check.fields import TYPES
from sagalab.asl.check.maps import check_map
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.check.resources import check_resource
from sagalab.asl.check.scopes import check_names, check_scope
from sagalab.asl.check.states import check_state
from sagalab.asl.check.texts import check_texts
from sagalab.asl.check.variables import check_variables
from sagalab.asl.document import Machine, State

__all__ = ["Problem", "check"]


def check(machine: Machine, *, express: bool = False) -> list[Problem]:
    """Return everything for which AWS would refuse a definition; [] when it would take it.

    `express`: the machine's type is EXPRESS, which has no callbacks, jobs, activities and distributed Maps.
    A text with a placeholder ${…} may become anything and is not looked into. Never raises.
    """
    found = list(_problems(machine, express))
    return list(dict.fromkeys(found))


def _problems(machine: Machine, express: bool) -> Iterator[Problem]:
    if not isinstance(machine.body, dict):
        yield Problem(SCHEMA, words.wrong_type("OBJECT"), ())
        return
    for scope in machine.scopes:
        yield from check_scope(scope, express)
        for state in scope.states.values():
            if not state.type and state.body.get("Type") != "":
                continue  # it is missing, or no text: check_scope says so
            yield from check_state(state, machine.query_language)
            if state.type not in TYPES:
                continue
            if state.type == "Task":
                yield from check_resource(state, express)
            if state.type == "Choice":
                yield from check_choices(state)
            if state.type == "Parallel":
                yield from _branches(state)
            if state.type == "Map":
                yield from check_map(state)
            yield from check_texts(state)
    yield from check_names(machine)
    yield from check_variables(machine)


def _branches(state: State) -> Iterator[Problem]:
    branches, place = state.body.get("Branches"), (*state.path, "Branches")
    if branches == []:
        yield Problem(SCHEMA, words.EMPTY, place)
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        if not isinstance(branch, dict):
            yield Problem(SCHEMA, words.wrong_type("OBJECT"), (*place, index))
