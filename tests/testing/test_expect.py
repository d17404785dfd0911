"""expect(): each expectation holds, or says what was expected, what happened, and the first difference."""

import pytest

from sagalab.errors import SagaLabError
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse
from sagalab.testing.differences import first_difference, path_difference
from sagalab.testing.expect import expect
from sagalab.testing.single import one_state

TASK = "arn:aws:lambda:us-east-1:123456789012:function:work"
RETRY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 3}]
ASL = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": TASK,
            "TimeoutSeconds": 30,
            "Retry": RETRY,
            "Catch": [{"ErrorEquals": ["Bad"], "Next": "Undo"}],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 7, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Undo": {"Type": "Pass", "Next": "Over"},
        "Over": {"Type": "Fail", "Error": "Sorry", "Cause": "it was bad"},
    },
}


@pytest.fixture
def good():
    return rehearse(
        ASL, {"n": 1}, tasks={"Work": {"n": 2, "list": [1, {"a": True}]}}, faults={"Work": ["Busy"] * 2}
    )


@pytest.fixture
def bad():
    return rehearse(ASL, tasks={"Work": fails("Bad", "no")})


def says(check, *words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        check()
    for word in words:
        assert word in str(caught.value)


def test_what_is_so_holds(good, bad):
    whole = {"n": 2, "list": [1, {"a": True}]}
    expect(good).succeeds().status("SUCCEEDED").path("Work", "Rest", "Done").path(..., "Done").path(
        "Work", ..., "Done"
    )
    expect(good).output(whole).output_has({"n": 2}).attempts("Work", 3).waits("Work", [2, 6]).waits(
        "Rest", [7]
    )
    expect(good).takes(15).visits("Rest", "Work").never("Undo").called_with("Work", {"n": 1})
    expect(bad).fails("Sorry").fails().catches("Work", "Bad")


def test_what_is_not_so_is_said(good, bad):
    says(lambda: expect(bad).succeeds(), "expected  SUCCEEDED", "happened  FAILED Sorry; it was bad")
    says(lambda: expect(good).fails("Sorry"), "expected  FAILED Sorry", "happened  SUCCEEDED")
    says(lambda: expect(bad).fails("Other"), "expected  FAILED Other", "happened  FAILED Sorry")
    says(
        lambda: expect(bad).path("Work", "Rest", ..., "Over"),
        "expected  Work → Rest → … → Over",
        "happened  Work → Undo → Over",
        "differs   at step 2: expected 'Rest', came 'Undo'",
        "path      Work ↷ Bad → Undo ✓ → Over ✗ (FAILED Sorry)",
    )
    says(lambda: expect(good).output({"n": 3, "list": []}), "differs   $.n is 2, expected 3")
    says(lambda: expect(good).output({"n": 2}), "$.list was not expected")
    says(lambda: expect(bad).output({}), "expected  SUCCEEDED")
    says(lambda: expect(good).attempts("Work", 1), "expected  Work makes 1 attempt", "happened  3 attempts")
    says(
        lambda: expect(good).waits("Work", [2, 4]),
        "expected  Work waits 2, 4 s",
        "happened  it waited 2, 6 s",
    )
    says(lambda: expect(good).waits("Work", []), "not at all")
    says(lambda: expect(good).takes(8), "happened  it took 15.000 s")
    says(lambda: expect(good).visits("Undo"), "Undo is entered", "it was not")
    says(lambda: expect(bad).never("Undo"), "Undo is never entered", "happened  it was")
    says(lambda: expect(bad).catches("Work", "Busy"), "happened  it caught Bad")
    says(lambda: expect(good).catches("Work", "Busy"), "it caught nothing")
    says(lambda: expect(good).called_with("Work", {"n": 9}), "differs   $.n is 1, expected 9")
    says(lambda: expect(good).called_with("Rest", {}), "it called nothing")


def saga_of(*undos: str) -> dict:
    """Reserve, pay, ship; a payment or shipment that is refused leads to the undos that are there."""
    states = {}
    for name, following in (("ReserveRoom", "ChargeCard"), ("ChargeCard", "ShipGoods"), ("ShipGoods", None)):
        state = {"Type": "Task", "Resource": TASK} | ({"Next": following} if following else {"End": True})
        if name != "ReserveRoom":
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": undos[0]}]
        states[name] = state
    for name, following in zip(undos, [*undos[1:], "Over"], strict=True):
        states[name] = {"Type": "Task", "Resource": TASK, "ResultPath": None, "Next": following}
    return {"StartAt": "ReserveRoom", "States": states | {"Over": {"Type": "Fail", "Error": "NotSold"}}}


def test_the_verdict_of_a_saga_is_that_of_its_history():
    whole = saga_of("RefundCard", "ReleaseRoom")
    refused = {"ShipGoods": fails("NoTruck")}
    expect(rehearse(whole)).verdict("consistent")
    expect(rehearse(whole, tasks=refused)).verdict("consistent")
    leak = rehearse(whole, tasks=refused | {"RefundCard": fails("Closed")})
    expect(leak).verdict("leaked")
    says(
        lambda: expect(leak).verdict("consistent"), "expected  consistent", "happened  leaked: ", "ChargeCard"
    )
    says(lambda: expect(leak).verdict("fine"), "a verdict is consistent, announced, leaked")
    odd = saga_of("ReleaseRoom", "Zap")
    expect(rehearse(odd, tasks=refused)).verdict("consistent", undo={"ChargeCard": "Zap"})


@pytest.mark.parametrize("method", ["visits", "never", "attempts", "waits", "catches", "called_with"])
def test_a_state_that_the_machine_lacks_is_the_test_s_mistake(good, method):
    more = {"attempts": (1,), "waits": ([],), "catches": ("E",), "called_with": ({},)}.get(method, ())
    says(
        lambda: getattr(expect(good), method)("Wrok", *more),
        "the machine has no state 'Wrok'",
        "Work, Rest, Done",
    )


def test_drawn_waits_are_at_most_what_is_given():
    work = ASL["States"]["Work"] | {"Retry": [RETRY[0] | {"JitterStrategy": "FULL"}]}
    asl = ASL | {"States": ASL["States"] | {"Work": work}}
    run = rehearse(asl, faults={"Work": ["Busy"] * 2})
    expect(run).waits("Work", [2, 6])
    says(lambda: expect(run).waits("Work", [0.001, 0.001]), "waits at most")
    tested = one_state(asl, "Work", mock=fails("Busy"))
    expect(tested).retries("Busy", after=2)


def test_a_run_in_real_time_may_be_late_and_never_early(good):
    good.time_scale = 1.0
    expect(good).waits("Work", [1.5, 5.5])
    says(lambda: expect(good).waits("Work", [2.5, 6]), "it waited 2, 6 s")
    good.time_scale = 2.0  # its waits were half as long on the clock of the machine
    expect(good).waits("Work", [1, 3])


def test_tests_of_states():
    caught = one_state(ASL, "Work", mock=fails("Bad", "no"))
    expect(caught).catches("Bad").goes_to("Undo").output_has({"Error": "Bad"}).output(
        {"Error": "Bad", "Cause": "no"}
    )
    again = one_state(ASL, "Work", mock=fails("Busy"), retries=1)
    expect(again).retries("Busy", after=6)
    expect(one_state(ASL, "Work", mock=fails("Busy"), retries=2)).fails("Busy")
    expect(one_state(ASL, "Work", mock=never_answers())).fails("States.Timeout")
    expect(one_state(ASL, "Work", {"n": 1}, mock=lambda given: given | {"m": 2})).succeeds().output(
        {"n": 1, "m": 2}
    )
    expect(one_state(ASL, "Done")).succeeds().goes_to(None)
    says(lambda: expect(caught).goes_to("Rest"), "goes to Rest", "Work ↷ Bad → Undo")
    says(lambda: expect(caught).succeeds(), "expected  SUCCEEDED", "CAUGHT_ERROR Bad; no")
    says(lambda: expect(again).retries(after=2), "tried again after 2 s", "after 6 s")
    says(lambda: expect(caught).output({}), "$.Error was not expected")


def test_one_state_tells_mistakes_in_words():
    for wrong, words in (
        (lambda: one_state(ASL, "Wrok"), "no state 'Wrok'"),
        (lambda: one_state(ASL, "Rest", mock=1), "calls nothing that a mock could answer"),
        (lambda: one_state({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "A"), "AWS would refuse"),
        (lambda: expect("a text"), "neither a run nor the test of a state"),
    ):
        with pytest.raises(SagaLabError, match=words):
            wrong()


def test_a_parallel_alone_needs_its_mock():
    inner = {"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}
    asl = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [inner], "End": True}}}
    with pytest.raises(SagaLabError, match="needs a mock"):
        one_state(asl, "P")
    expect(one_state(asl, "P", mock=[1])).succeeds().output([1])
    expect(one_state(asl, "P", mock=fails("E"))).fails("E")


@pytest.mark.parametrize(
    ("expected", "happened", "words"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": True}, {"a": 1}, "$.a is 1, expected true"),
        ({"a": {"b": 1}}, {"a": {}}, "$.a.b is missing (expected 1)"),
        ([1, 2], [1], "$ has 1 elements, expected 2"),
        ([1, 2], [1, 3], "$[1] is 3, expected 2"),
        (1, 1.0, None),
        (None, False, "$ is false, expected null"),
    ],
)
def test_the_first_difference(expected, happened, words):
    assert first_difference(expected, happened) == words


def test_a_part_may_have_more_at_any_depth():
    assert first_difference({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}, part=True) is None


@pytest.mark.parametrize(
    ("expected", "happened", "words"),
    [
        ((...,), [], None),
        ((..., "B", ..., "D"), ["A", "B", "C", "B", "D"], None),
        (("A",), ["A", "B"], "at step 2: expected the end, came 'B'"),
        (("A", "B"), ["A"], "at step 2: expected 'B', came the end"),
        ((..., "B"), ["A", "C"], "at step 3: expected 'B', came the end"),
        (("A", ..., "B", "X"), ["A", "C", "B", "D"], "at step 4: expected 'X', came 'D'"),
    ],
)
def test_where_a_path_leaves_the_expected_one(expected, happened, words):
    assert path_difference(expected, happened) == words
