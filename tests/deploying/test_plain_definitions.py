"""A definition from Python is plain JSON, or the place that is not is named: the `...` of an exercise above all."""

import pytest

from sagalab import SagaLabError, definition, explore
from sagalab.asl.plain import plain
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.machines import substitute

LOOP: dict = {}
LOOP["States"] = LOOP
WRONG = {
    "States.Pay.Retry is still `...`": {"States": {"Pay": {"Type": "Task", "Retry": ...}}},
    "States.Pay.Retry[1].IntervalSeconds is nan": {
        "States": {"Pay": {"Retry": [{}, {"IntervalSeconds": float("nan")}]}}
    },
    "TimeoutSeconds is -inf": {"TimeoutSeconds": float("-inf")},
    "States is of the type set": {"States": {"Pay"}},
    "States has the key 1": {"States": {1: {}}},
    "nested too deeply": LOOP,
}


@pytest.mark.parametrize("told", WRONG)
def test_what_is_no_json_is_named_with_its_place(told):
    with pytest.raises(SagaLabError) as caught:
        plain(WRONG[told])
    assert told in caught.value.what and caught.value.cure


def test_a_plain_one_is_a_copy_with_lists():
    given = {"States": {"Pay": {"Retry": ({"MaxAttempts": 1},), "End": True, "Comment": None}}}
    found = plain(given)
    assert found == {"States": {"Pay": {"Retry": [{"MaxAttempts": 1}], "End": True, "Comment": None}}}
    found["States"]["Pay"]["Retry"].clear()
    assert given["States"]["Pay"]["Retry"]


def test_explorer_and_deployment_say_so():
    machine = definition("saga")
    machine["States"]["ProcessPayment"]["Retry"] = ...
    with pytest.raises(SagaLabError, match=r"States.ProcessPayment.Retry is still `...`"):
        explore(machine)
    with pytest.raises(SagaLabError, match=r"still `...`"):
        substitute(machine, Deployment(None, "stub", "", {}))
