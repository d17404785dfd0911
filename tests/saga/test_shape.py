"""One recogniser of a saga: the picture and the lint name the same states as undos, on every machine."""

import re

import lint_machines
import pytest
from lint_machines import catch, machine
from machines_known import KNOWN, RECORDED_NAMES
from picture_structure import structure

from sagalab.asl.document import read
from sagalab.pictures.diagram import diagram
from sagalab.saga.roles import sagas
from sagalab.saga.shape import shapes

MADE = {
    name: getattr(lint_machines, name)()
    for name in "hardened parked parallel_undo trip one_before pivot approval logged_failure fallback".split()
}
STAGES = {f"stage {number}": stage for number, stage in enumerate(lint_machines.stages().values())}
OURS = MADE | STAGES | {name: body for name, body in KNOWN.items() if name not in RECORDED_NAMES}


def undos_of(definition):
    return {undo.name for saga in sagas(read(definition)) for undo in saga.undos}


@pytest.mark.parametrize("name", OURS)
def test_the_picture_and_the_lint_name_the_same_undos(name):
    shown = structure(diagram(OURS[name]).svg()).states
    assert {state for state, classes in shown.items() if "compensation" in classes} == undos_of(OURS[name])


@pytest.mark.parametrize("name", RECORDED_NAMES)
def test_a_recorded_machine_is_no_saga_in_either(name):
    drawn = re.findall(r'class="state [^"]*\bcompensation\b', diagram(KNOWN[name]).source)
    assert len(drawn) == len(undos_of(KNOWN[name]))


def test_undos_side_by_side_are_named_each():
    definition = KNOWN["parallel_compensation.asl.json"]
    assert undos_of(definition) == {"ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"}
    tree = read(definition)
    shape = shapes(tree)[tree.top]
    assert [state.name for state in shape.lane] == ["UndoAll"]
    words = diagram(definition).words
    assert "Compensations: ReleaseInventory, ProcessRefund, UpdateOrderStatus." in words


@pytest.mark.parametrize("name", OURS)
def test_every_state_of_a_scope_has_one_part_and_the_lane_is_on_the_way_back(name):
    tree = read(OURS[name])
    found = shapes(tree)
    assert set(found) == set(tree.scopes)
    for scope, shape in found.items():
        parts = [*shape.forward, *shape.undo, *shape.handlers]
        assert len(parts) == len(set(parts)) and set(parts) == set(scope.states.values())
        assert set(shape.lane) <= set(shape.undo)
        assert set(shape.beside) <= set(shape.undo) and set(shape.beside.values()) <= set(shape.forward)


def test_an_undo_that_a_choice_leads_to_is_on_the_way_back():
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
    definition = machine(
        {
            "ReserveStock": {**task, "Next": "ChargeCard"},
            "ChargeCard": {**task, "Catch": [catch("ReleaseStock")], "Next": "Paid"},
            "Paid": {"Type": "Choice", "Choices": [{"Condition": "{% $ok %}", "Next": "Done"}],
                     "Default": "ReleaseStock"},
            "ReleaseStock": {**task, "Next": "Failed"},
            "Done": {"Type": "Succeed"},
            "Failed": {"Type": "Fail"},
        }
    )  # fmt: skip
    tree = read(definition)
    shape = shapes(tree)[tree.top]
    assert [state.name for state in shape.forward] == ["ReserveStock", "ChargeCard", "Paid", "Done"]
    assert [state.name for state in shape.undo] == ["ReleaseStock", "Failed"]
    assert [state.name for state in shape.lane] == ["ReleaseStock"]
    assert shape.handlers == []


def test_an_undo_that_only_a_failed_undo_leads_to_stands_in_the_lane():
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
    definition = machine(
        {
            "ReserveStock": {**task, "Next": "ChargeCard"},
            "ChargeCard": {**task, "Catch": [catch("RefundCard")], "End": True},
            "RefundCard": {**task, "Catch": [catch("ReleaseStock")], "Next": "Failed"},
            "ReleaseStock": {**task, "Next": "Failed"},
            "Failed": {"Type": "Fail"},
        }
    )
    tree = read(definition)
    shape = shapes(tree)[tree.top]
    assert [state.name for state in shape.lane] == ["RefundCard", "ReleaseStock"]
    assert shape.handlers == []
    shown = structure(diagram(definition).svg()).states
    assert "compensation" in shown["ReleaseStock"]
