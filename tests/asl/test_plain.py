"""Python values that are no JSON are told as such by all that take a definition; none runs for ever."""

import pytest

from sagalab.asl.plain import holds_itself
from sagalab.errors import SagaLabError
from sagalab.linting.lint import lint
from sagalab.pictures.beside import beside
from sagalab.pictures.diagram import diagram
from sagalab.rehearsal.any_saga.explore import explore_any
from sagalab.rehearsal.explorer import explore
from sagalab.rehearsal.rehearse import ready


def machine(**fields):
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, **fields}}}


def in_itself(kind):
    if kind == "parameters":
        inner = {}
        inner["x"] = [inner]
        return machine(Parameters=inner)
    around = machine(Type="Parallel")
    around["States"]["A"]["Branches"] = [around]
    return around


@pytest.mark.parametrize("kind", ["parameters", "branches"])
def test_a_definition_that_holds_itself_is_told(kind):
    circle = in_itself(kind)
    assert [finding.what for finding in lint(circle)] == ["A part of it stands in itself."]
    with pytest.raises(ValueError, match="stands in itself"):
        diagram(circle)
    for takes in (beside, ready, explore_any):
        with pytest.raises(SagaLabError, match="holds itself"):
            takes(circle)


def test_what_stands_twice_side_by_side_does_not_hold_itself():
    shared = {"x": [1]}
    assert not holds_itself({"a": shared, "b": [shared, {1, 2}], (1,): shared, "c": object()})
    deep = []
    for _ in range(5_000):
        deep = [deep]
    assert not holds_itself(deep)
    deep_circle = deep
    while deep_circle[0]:
        deep_circle = deep_circle[0]
    deep_circle.append(deep)
    assert holds_itself(deep)


@pytest.mark.parametrize("takes", [beside, ready, explore_any])
def test_a_gap_of_an_exercise_is_named(takes):
    with pytest.raises(SagaLabError, match=r"States\.A\.Result is still"):
        takes(machine(Result=...))


def test_nothing_names_no_machine():
    for given in (None, 5):
        with pytest.raises(SagaLabError, match="names no state machine"):
            explore(given)
