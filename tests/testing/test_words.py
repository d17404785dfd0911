"""A path in words: signs, errors, attempts; branches and items in brackets."""

from sagalab.rehearsal.rehearse import fails, rehearse
from sagalab.testing.words import path_in_words

TASK = "arn:aws:lambda:us-east-1:123456789012:function:work"


def machine(states: dict, start: str) -> dict:
    return {"StartAt": start, "States": states}


def test_a_payment_that_is_refused():
    asl = machine(
        {
            "Reserve": {"Type": "Task", "Resource": TASK, "Next": "Charge"},
            "Charge": {
                "Type": "Task",
                "Resource": TASK,
                "Retry": [{"ErrorEquals": ["PaymentFailed"], "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}],
                "End": True,
            },
            "Refund": {"Type": "Pass", "Next": "Over"},
            "Over": {"Type": "Fail", "Error": "NotSold"},
        },
        "Reserve",
    )
    run = rehearse(asl, tasks={"Charge": fails("PaymentFailed")})
    words = "Reserve ✓ → Charge ↷ PaymentFailed ×3 → Refund ✓ → Over ✗ (FAILED NotSold)"
    assert path_in_words(run) == words
    once = rehearse(asl, faults={"Charge": "PaymentFailed"})
    assert path_in_words(once) == "Reserve ✓ → Charge ✓ after PaymentFailed ×2 (SUCCEEDED)"


def test_branches_and_items_stand_in_brackets():
    each = {"Type": "Map", "ItemProcessor": machine({"One": {"Type": "Succeed"}}, "One"), "End": True}
    other = machine({"X": {"Type": "Task", "Resource": TASK, "Next": "Y"}, "Y": {"Type": "Succeed"}}, "X")
    asl = machine(
        {"Both": {"Type": "Parallel", "Branches": [machine({"Each": each}, "Each"), other], "End": True}},
        "Both",
    )
    words = path_in_words(rehearse(asl, list(range(6)), tasks={"X": 1}))
    items = " | ".join(["One ✓"] * 4)
    assert words == f"Both ✓ [Each ✓ [{items} | … 2 more] | X ✓ → Y ✓] (SUCCEEDED)"


def test_of_a_parallel_that_was_tried_again_the_last_round_is_told():
    inner = machine({"X": {"Type": "Task", "Resource": TASK, "Next": "Y"}, "Y": {"Type": "Succeed"}}, "X")
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    asl = machine({"Both": {"Type": "Parallel", "Branches": [inner], "Retry": retry, "End": True}}, "Both")
    words = path_in_words(rehearse(asl, faults={"X": "Busy"}))
    assert words == "Both ✓ after Busy ×2 [X ✓ → Y ✓] (SUCCEEDED)"


def test_a_long_path_is_cut():
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(99)} | {
        "S99": {"Type": "Succeed"}
    }
    words = path_in_words(rehearse(machine(states, "S0")))
    assert "S29 ✓ → … 61 more … → S91 ✓" in words and words.endswith("S99 ✓ (SUCCEEDED)")
