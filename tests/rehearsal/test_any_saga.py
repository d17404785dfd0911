"""The explorer for any saga: sound machines of each kind are clean, and a hole in each is found."""

import json

import pytest
from own_sagas import SOUND, callback, holes, jsonpath, parallel, task, undo

from sagalab import explore_any
from sagalab.errors import SagaLabError
from sagalab.rehearsal.any_saga.judgement import judge
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_machine_is_clean(kind):
    found = explore_any(SOUND[kind]())
    assert [case.sentence for case in found.findings] == []
    assert len(found.cases) > 50 and found.happy.status == "SUCCEEDED"
    assert {len(case.plan) for case in found.cases} == {1, 2}


@pytest.mark.parametrize("hole", holes())
def test_a_hole_is_found(hole):
    machine, words = holes()[hole]
    found = explore_any(machine)
    assert any(words in case.sentence for case in found.smallest(20)), [
        case.sentence for case in found.smallest(20)
    ]


def test_ctrl_c_keeps_what_was_found():
    def advance(done, of):
        if done > 60:
            raise KeyboardInterrupt

    found = explore_any(jsonpath(), advance=advance)
    assert found.interrupted
    assert 60 < len(found.cases) < len(explore_any(jsonpath()).cases)


def test_undos_that_call_one_function_undo_one_step():
    machine = jsonpath()
    states = machine["States"]
    states["ReserveSeat"]["Catch"][0]["Next"] = "GiveSeatBack"
    states["GiveSeatBack"] = undo("GiveSeatBack", "release-seat", "NotBooked")
    found = explore_any(machine)
    assert found.roles.undo_of["ReserveSeat"] == ["GiveSeatBack", "ReleaseSeat"]
    assert found.roles.how["GiveSeatBack"] == "calls release-seat, as ReleaseSeat does"
    assert not found.findings


def test_an_order_workflow_without_undos_is_explored_too():
    machine = {
        "StartAt": "CheckStock",
        "States": {
            "CheckStock": task("check-stock", "InStock"),
            "InStock": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.check-stock.left", "NumericGreaterThanPath": "$.wanted", "Next": "Pay"}
                ],
                "Default": "OutOfStock",
            },
            "OutOfStock": {"Type": "Succeed"},
            "Pay": task("pay", "Ship"),
            "Ship": task("ship", None),
        },
    }
    found = explore_any(machine)
    assert found.happy.path == ("CheckStock", "InStock", "Pay", "Ship")
    assert found.stage.input == {"wanted": 5}
    assert found.stage.answers.fields == {"CheckStock": {"left": 6}}
    [first] = [case for case in found.smallest() if case.plan[0].state == "Ship"][:1]
    assert first.words == "Pay is done, and nothing undoes it (it ended as FAILED with UnforeseenError)"
    refused = [case for case in found.cases if case.plan[0].kind == "refusal"]
    assert [case.path for case in refused] == [("CheckStock", "InStock", "OutOfStock")]


def test_the_pivot_and_optional_steps():
    machine = jsonpath()
    machine["States"]["Charged"]["Choices"][0]["Next"] = "AddPoints"
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Booked"}]
    machine["States"]["AddPoints"] = task("add-points", "Booked", Catch=caught)
    strict = explore_any(machine)
    assert any(
        "AddPoints is not done, though it ended as SUCCEEDED" in case.words for case in strict.findings
    )
    assert not explore_any(machine, optional=["AddPoints"]).findings
    found = explore_any(machine, pivot="ChargeCard", faults=1)
    assert {case.words for case in found.findings} == {"AddPoints is not done, though the pivot is done"}


def test_a_branch_that_is_stopped_while_it_works_is_done_all_the_same():
    found = explore_any(holes()["one branch is not undone"][0], faults=1)
    [case] = [
        case
        for case in found.cases
        if case.plan[0].state == "BookHotel"
        and case.plan[0].kind == "unforeseen"
        and not case.plan[0].after
        and not case.plan[0].late
    ]
    assert "BookFlight is done" in case.words


def test_a_fault_strikes_while_the_branch_beside_is_at_work_and_when_it_is_over():
    machine = parallel()
    beside = machine["States"]["Book"]["Branches"][1]["States"]
    beside["BookFlight"] = task("book-flight", "BookSeat")
    beside["BookSeat"] = task("book-seat", None)
    found = explore_any(machine, faults=1)
    words = {
        case.plan[0].late: case.words
        for case in found.cases
        if (case.plan[0].state, case.plan[0].kind, case.plan[0].after) == ("BookHotel", "unforeseen", False)
    }
    assert words[False] == "nothing is owed: what was done is undone"
    assert words[True].startswith("BookSeat is done, and nothing undoes it")


def test_an_undo_that_a_callback_s_name_speaks_of_is_not_given_to_another_step():
    machine = callback()
    text = json.dumps(machine).replace("ReserveSeat", "PackGoods").replace('"ReleaseSeat"', '"NotCharged"')
    machine = json.loads(text)
    machine["States"]["NotCharged"] = {"Type": "Fail", "Error": "NotCharged"}
    assert explore_any(machine, faults=1).roles.undo_of == {"ChargeCard": ["RefundCard"]}


def test_no_happy_path_is_said_in_words_and_can_be_given():
    machine = {
        "StartAt": "Ask",
        "States": {
            "Ask": task("ask", "Sum", ResultPath="$"),
            "Sum": {
                "Type": "Pass",
                "Parameters": {"sum.$": "States.MathAdd($.a[2].b, $.c)"},
                "Next": "Pay",
            },
            "Pay": task("pay", "Known"),
            "Known": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.sum", "NumericEquals": 12345, "Next": "Done"}],
                "Default": "No",
            },
            "Done": {"Type": "Succeed"},
            "No": {"Type": "Fail"},
        },
    }
    with pytest.raises(SagaLabError, match="No happy path was found: .*Give an input"):
        explore_any(machine, faults=1)
    answer = {"a": [0, 0, {"b": 12340}], "c": 5}
    assert explore_any(machine, tasks={"Ask": answer}, faults=1).happy.path[-1] == "Done"


def test_one_execution_is_judged_by_its_history():
    machine = jsonpath()
    charged = {"ReserveSeat": {}, "ChargeCard": {"status": "CHARGED"}}
    assert judge(rehearse(machine, tasks=charged)).name == "consistent"
    refused = rehearse(machine, tasks=charged | {"ChargeCard": fails("CardRefused")})
    assert judge(refused).name == "consistent"
    machine["States"]["ChargeCard"]["Catch"][0]["Next"] = "ReleaseSeat"
    late = judge(rehearse(machine, tasks={"ReserveSeat": {}, "ChargeCard": never_answers()}))
    assert late.name == "leaked"
    assert late.words.startswith("ChargeCard may be done: nobody heard its answer, and RefundCard never ran")


def test_the_same_exploration_gives_the_same_cases():
    one, other = (explore_any(SOUND["nested"]()) for _ in range(2))
    assert [case.record for case in one.cases] == [case.record for case in other.cases]
