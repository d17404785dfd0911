"""What an execution did to the states of a picture: which were reached, how they ended, where their scope ended."""

import pytest
from runs_drawn import BAD, GOOD, NESTED, RESERVE, SAGA, run

from sagalab.pictures.graph import MachineGraph
from sagalab.pictures.status import overlay


def laid(definition: dict, plan: dict | None = None):
    graph = MachineGraph.from_definition(definition)
    return overlay(graph, run(definition, plan).visits)


def names(nodes) -> set[str]:
    return {node.name for node in nodes}


@pytest.mark.parametrize(
    ("plan", "ended"),
    [
        ({}, {GOOD}),
        (
            {RESERVE: "ErrReserveInventory"},
            {BAD},
        ),  # a Fail state ends its scope, though it succeeds at nothing
        ({RESERVE: {"stop": True}}, set()),
        ({RESERVE: "Unknown"}, set()),  # nobody catches it
    ],
)
def test_where_a_saga_ended(plan, ended):
    assert names(laid(SAGA, plan).ended) == ended


@pytest.mark.parametrize(
    ("plan", "ended", "started"),
    [
        ({}, {"A", "Pick", "Each", "Far", "One"}, {"Both", "A", "Each", "Pick", "One"}),
        ({"Pick": "Gone"}, {"A", "Other", "Each", "Far", "One"}, {"Both", "A", "Each", "Pick", "One"}),
        ({"Pick": "Boom"}, {"A", "Bad"}, {"Both", "A", "Each", "Pick"}),
        ({"A": "Boom"}, {"Bad"}, {"Both", "A"}),
    ],
)
def test_where_the_scopes_of_a_nested_machine_ended(plan, ended, started):
    found = laid(NESTED, plan)
    assert names(found.ended) == ended
    assert started <= names(found.started)


def test_a_state_that_ends_its_scope_but_did_not_succeed_did_not_end_it():
    one = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": True}}}
    assert [names(laid(one, {"A": doing}).ended) for doing in ("ok", "Boom", {"stop": True})] == [
        {"A"},
        set(),
        set(),
    ]
    passing = {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}},
    }
    assert names(laid(passing, {"B": {"stop": True}}).ended) == set()


def test_the_worst_of_the_last_visits_is_told_and_all_are_counted():
    found = laid(NESTED, {"Each": {"items": 3}, "Pick": ["ok", "Gone", "ok"]})
    pick = next(run for node, run in found.nodes.items() if node.name == "Pick")
    assert pick.status == "caught" and pick.counts == {"succeeded": 2, "caught": 1}
    assert (pick.attempts, pick.error) == (1, "Gone") and pick.seconds > 0
    each = next(run for node, run in found.nodes.items() if node.name == "Each")
    assert each.iterations == {"succeeded": 3}
    bad = next(run for node, run in found.nodes.items() if node.name == "Bad")
    assert (bad.status, bad.visits, bad.seconds, bad.error, bad.retried) == (
        "not_reached",
        [],
        None,
        None,
        None,
    )


def test_an_error_that_was_tried_again_is_told_until_another_ends_the_visit():
    one = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": True}}}
    for doing, retried in (
        ({"retries": 2}, "Lambda.ServiceException"),
        ({"retries": 1, "error": "Boom"}, None),
    ):
        [state] = laid(one, {"A": doing}).nodes.values()
        assert state.retried == retried and state.attempts == doing["retries"] + 1


@pytest.mark.parametrize("error", ["ErrReserveInventory", "Unknown"])
def test_a_state_tells_the_error_that_ended_it_caught_or_not(error):
    runs = {node.name: found for node, found in laid(SAGA, {RESERVE: error}).nodes.items()}
    assert (runs[RESERVE].error, runs[RESERVE].attempts) == (error, 1)
    assert (runs[GOOD].error, runs[GOOD].attempts) == (None, 0)
