"""Whatever is wrong with a machine, there is a picture of it."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines_known import KNOWN

from sagalab.pictures.diagram import diagram

OURS = [name for name in KNOWN if not name.isdigit()]
ODD = st.sampled_from(
    [None, True, False, 0, -1, 7, 2.5, 10**400, float("inf"), float("nan"), "", "x", "\n", "<b>&\\N", "${A}", "字" * 50,
     [], [7], [None, {}], ["x", ["y"]], {}, {"x": 1}, {"Type": "Map"}, {"ErrorEquals": 7}]
)  # fmt: skip


def places(value, path=()):
    """Yield the path of every part, the whole left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from places(item, (*path, step))


def put(definition, path, value):
    for step in path[:-1]:
        definition = definition[step]
    if value is ...:
        del definition[path[-1]]
    else:
        definition[path[-1]] = deepcopy(value)


@st.composite
def mutated(draw):
    """A machine of ours with one to three parts taken out or changed for something odd."""
    definition = deepcopy(KNOWN[draw(st.sampled_from(OURS))])
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(definition))))
        put(definition, path, draw(ODD | st.just(...)))
        if not definition:
            break
    return definition


@given(mutated())
def test_a_damaged_machine_is_written(definition):
    assert diagram(definition).source.startswith("digraph")


@settings(max_examples=25)
@given(mutated())
def test_a_damaged_machine_is_drawn(definition):
    assert "<svg" in diagram(definition).svg()


@pytest.mark.parametrize(
    "kind", ["arn:aws:states:::aws-sdk:elasticloadbalancingv2:describeTargetHealth", "x" * 80]
)
@pytest.mark.parametrize("retry", [[], [{"ErrorEquals": ["States.ALL"]}], 7, True])
def test_a_long_kind_is_drawn(kind, retry):
    state = {"Type": "Task", "Resource": kind, "Retry": retry, "End": True}
    assert "<svg" in diagram({"StartAt": "A", "States": {"A": state}}).svg()


def test_a_deep_machine_is_drawn_as_deep_as_one_can_see():
    rule = {"Variable": "$.a", "IsNull": True}
    body = {"Type": "Choice", "Choices": [], "Default": "A"}
    for _level in range(2000):
        rule = {"Not": rule}
        body = {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": body}}], "End": True}
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "A"}], "Default": "A"}
    drawn = diagram({"StartAt": "C", "States": {"C": choice, "A": body}}).source
    assert drawn.count("cluster_") == 40 and "not (not (" in drawn
