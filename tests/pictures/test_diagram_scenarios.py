"""The pictures of the seven scenarios, as structure: expected from the seed's table, by hand."""

import pytest
from made_history import HistoryMaker
from picture_structure import structure
from runs_drawn import (
    BAD,
    EDGES,
    GOOD,
    NO_REFUND,
    NO_RELEASE,
    NO_UPDATE,
    NOTIFY,
    ORDER,
    PAY,
    REFUND,
    RELEASE,
    RESERVE,
    SAGA,
    SCENARIOS,
    UPDATE,
    saga_run,
)

from sagalab.asl.document import read
from sagalab.history.execution import Execution
from sagalab.pictures.diagram import diagram
from sagalab.saga.shape import shapes


def test_the_plain_picture_has_every_state_and_transition_once():
    shown = structure(diagram(SAGA).svg())
    assert set(shown.states) == set(SAGA["States"]) and len(shown.ids) == 12 == len(set(shown.ids))
    assert {ends: kind for ends, (kind,) in shown.edges.items()} == EDGES
    assert shown.labels[PAY, REFUND] == ["ErrProcessPayment"]
    assert "Lambda invoke · retry ≤ 3" in shown.texts[PAY]


def test_the_compensations_are_told_from_the_forward_path():
    tree = read(SAGA)
    shape = shapes(tree)[tree.top]
    assert [node.name for node in shape.forward] == [ORDER, PAY, RESERVE, NOTIFY, GOOD]
    assert {node.name for node in shape.compensations} == {RELEASE, REFUND, UPDATE}
    assert {node.name for node in shape.handlers} == {NO_RELEASE, NO_REFUND, NO_UPDATE}
    beside = {undo.name: step.name for undo, step in shape.beside.items()}
    assert beside == {RELEASE: RESERVE, REFUND: PAY, UPDATE: ORDER}
    shown = structure(diagram(SAGA).svg())
    assert {name for name, classes in shown.states.items() if "compensation" in classes} == {
        RELEASE,
        REFUND,
        UPDATE,
    }
    assert shown.clusters == 1


def test_each_compensation_stands_in_the_row_of_its_step_and_the_chain_goes_up():
    places = _places(diagram(SAGA))
    for undo, step in ((UPDATE, ORDER), (REFUND, PAY), (RELEASE, RESERVE)):
        assert places[undo][1] == pytest.approx(places[step][1], abs=1)
        assert places[undo][0] > places[step][0]
    assert places[ORDER][1] > places[PAY][1] > places[RESERVE][1] > places[NOTIFY][1] > places[GOOD][1]
    assert places[BAD][1] > places[UPDATE][1]


def test_every_arrow_points_at_its_target():
    drawing = diagram(SAGA)
    places, arrows = _places(drawing), structure(drawing.svg()).arrows
    assert set(arrows) == set(EDGES)
    for (source, target), (x, y) in arrows.items():
        from_source, from_target = (
            (places[name][0] - x) ** 2 + (places[name][1] + y) ** 2 for name in (source, target)
        )
        assert from_target < from_source, f"{source} → {target}"


def _places(drawing) -> dict[str, tuple[float, float]]:
    """The centres of the states (dot counts y upwards)."""
    from sagalab.pictures.drawing import run_dot

    nodes = (
        line.split(" ")
        for line in run_dot(drawing.source, "plain").decode().splitlines()
        if line.startswith("node n")
    )
    names = list(SAGA["States"])
    return {names[int(part[1][1:])]: (float(part[2]) * 72, float(part[3]) * 72) for part in nodes}


@pytest.mark.parametrize("key", SCENARIOS)
def test_a_scenario_shows_its_path(key):
    failing, path = SCENARIOS[key]
    shown = structure(diagram(SAGA, saga_run(failing)).svg())
    expected = dict.fromkeys(SAGA["States"], "not_reached") | dict.fromkeys(path, "succeeded")
    expected |= dict.fromkeys(failing, "caught")
    expected |= {BAD: "failed"} if BAD in path else {}
    assert {
        name: next(iter(classes & set(expected.values()))) for name, classes in shown.states.items()
    } == expected
    taken = {ends for ends, classes in shown.edges.items() if "taken" in classes}
    steps = list(zip(path, path[1:], strict=False))
    assert taken == set(steps)
    for number, ends in enumerate(steps, start=1):
        assert shown.labels[ends][0] == str(number)
        assert (EDGES[ends] == "catch") == (ends[0] in failing)


def test_signs_attempts_errors_and_tooltips():
    run = saga_run([RESERVE], ProcessPayment={"retries": 2})
    shown = structure(diagram(SAGA, run).svg())
    assert "✓" in shown.texts[ORDER] and "↷" in shown.texts[RESERVE] and "✗" in shown.texts[BAD]
    assert any("×3" in text for text in shown.texts[PAY])
    assert "after Lambda.ServiceException" in shown.texts[PAY]
    assert "ErrReserveInventory" in shown.texts[RESERVE]
    tip = shown.tooltips[RESERVE]
    assert (
        'input: {"order_id": "4"}' in tip
        and "error: ErrReserveInventory" in tip
        and "<ErrReserveInventory> &" in tip
    )
    assert "not reached" in shown.tooltips[NOTIFY]


def test_a_running_execution_shows_where_it_is():
    shown = structure(diagram(SAGA, saga_run(ProcessPayment={"stop": True})).svg())
    assert "running" in shown.states[PAY] and "►" in shown.texts[PAY]
    assert "not_reached" in shown.states[RESERVE]


def test_the_words_tell_the_path():
    words = repr(diagram(SAGA, saga_run([PAY])))
    assert "FAILED with SagaFailed" in words
    assert "ProcessOrder → ProcessPayment (failed, caught: ErrProcessPayment) → ProcessRefund" in words
    assert "Compensations: ReleaseInventory, ProcessRefund, UpdateOrderStatus" in repr(diagram(SAGA))


def test_without_a_definition_the_history_is_drawn():
    run = Execution.from_history(HistoryMaker(SAGA, {PAY: "ErrProcessPayment"}).events_of_run())
    shown = structure(diagram(None, run).svg())
    assert set(shown.states) == {ORDER, PAY, REFUND, UPDATE, BAD}
    assert "catch" in shown.edges[PAY, REFUND]
