"""The course's saga: every step fails once, every undo fails once, and every retrier tries again and gives up."""

from pathlib import Path

import pytest

from sagalab.testing import expect, fails, machine

pytestmark = machine("saga.asl.json", input=Path("order.json"))

STEPS = ["ProcessOrder", "ProcessPayment", "ReserveInventory"]
UNDOS = ["ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"]  # in the order in which they run
NOTES = {
    "ReleaseInventory": "sns:NotifyReleaseInventoryFail",
    "ProcessRefund": "sns:NotifyProcessRefundFail",
    "UpdateOrderStatus": "sns:NotifyUpdateOrderFail",
}
BUSY = "Lambda.ServiceException"


def undos_of(step):
    """The undos that must run when a step failed: its own (it may have taken effect), and all before it."""
    return UNDOS[len(STEPS) - 1 - STEPS.index(step) :]


def test_an_order_goes_through(execution):
    expect(execution).succeeds().path(*STEPS, "sns:NotifySuccess", "OrderSucceeded")
    expect(execution).output_has({"order_id": "example-1"})


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_is_undone(run, step):
    happened = run(mocks={step: fails(f"Err{step}", "refused")})
    done = STEPS[: STEPS.index(step) + 1]
    expect(happened).fails("SagaFailed").path(*done, *undos_of(step), "OrderFailed").verdict("consistent")


@pytest.mark.parametrize("undo", UNDOS)
def test_an_undo_that_fails_is_told_to_somebody(run, undo):
    refused = {"ReserveInventory": fails("ErrReserveInventory"), undo: fails(f"Err{undo}")}
    happened = run(mocks=refused)
    expect(happened).fails("SagaFailed").path(..., undo, NOTES[undo], "OrderFailed")
    expect(happened).called_with(NOTES[undo], {"Message": {"order_id": "example-1", "status": "failed"}})
    # the note tells of one undo only: when it is not the last one, nobody hears of the others
    expect(happened).verdict("announced" if undo == UNDOS[-1] else "leaked")


@pytest.mark.parametrize("step", STEPS)
def test_a_busy_service_is_asked_again(run, step):
    happened = run(faults={step: [BUSY] * 2})
    expect(happened).succeeds().attempts(step, 3).waits(step, [2, 4])  # at most: the waits are drawn


@pytest.mark.parametrize("task", STEPS + UNDOS)
def test_a_service_that_stays_busy_fails_the_state(state, task):
    """One state alone, as TestState runs it: the same on the local cloud and on AWS."""
    order = {"order_id": "example-1"}
    once = state(task, order, mock=fails(BUSY), variables={"order": order})
    expect(once).retries(BUSY, after=2)
    spent = state(task, order, mock=fails(BUSY), variables={"order": order}, retries=3)
    expect(spent).fails(BUSY)  # and no catcher names it: this is how the saga leaks
