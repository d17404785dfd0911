"""Who is a step and who an undo: the cases in which a word, a mark or a place decides."""

import json
from copy import deepcopy

import pytest
from lint_machines import ANY, call, catch, hardened, machine, one_before, pivot

from sagalab.asl.document import read
from sagalab.linting.lint import lint
from sagalab.saga.roles import sagas


def told(definition):
    return {(finding.code, finding.state) for finding in lint(definition)}


def undo(function, following, **fields):
    return call(function, Retry=[ANY], Catch=[catch(following)], Next=following, **fields)


def begin(following):
    return {"Type": "Pass", "Assign": {"order": "{% $states.input %}"}, "Next": following}


def two_steps(**last):
    """Pay, then a second state; a failure of either refunds."""
    return machine(
        {
            "Begin": begin("Pay"),
            "Pay": call("Pay", Catch=[catch("Refund")], Next="Second"),
            "Second": {**call("Second", Catch=[catch("Refund")], Next="Third"), **last},
            "Third": call("Third", Catch=[catch("Refund")], End=True),
            "Refund": undo("Refund", "Failed"),
            "Failed": {"Type": "Fail"},
        }
    )


def test_pairs_of_the_hardened_saga():
    [saga] = sagas(read(hardened()))
    assert {step.name: found.name for step, found in saga.undo_of.items()} == {
        "ProcessOrder": "UpdateOrderStatus",
        "ProcessPayment": "ProcessRefund",
        "ReserveInventory": "ReleaseInventory",
    }
    assert [step.name for step in saga.undos] == ["ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"]


def test_without_any_word_the_position_decides():
    states = {"Begin": begin("S1x")}
    for name, target, following in (("S1x", "Ux", "S2x"), ("S2x", "Vx", "S3x"), ("S3x", "Wx", "Done")):
        states[name] = call(name, Catch=[catch(target)], Next=following)
    for name, following in (("Wx", "Vx"), ("Vx", "Ux"), ("Ux", "Failed")):
        states[name] = undo(name, following)
    definition = machine({**states, "Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail"}})
    [saga] = sagas(read(definition))
    assert {step.name: found.name for step, found in saga.undo_of.items()} == {
        "S1x": "Ux",
        "S2x": "Vx",
        "S3x": "Wx",
    }
    assert lint(definition) == []


def test_a_mark_in_the_comment_wins_over_the_names():
    definition = hardened()
    definition["States"]["ProcessRefund"]["Comment"] = "Undoes ReserveInventory, in spite of its name."
    [saga] = sagas(read(definition))
    assert {s.name: u.name for s, u in saga.undo_of.items()}["ReserveInventory"] == "ProcessRefund"


@pytest.mark.parametrize(
    "second",
    [
        {"Comment": "Prints a label: nothing to undo."},
        {"Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {"TableName": "t", "Key": {}}},
        {"Resource": "arn:aws:states:::aws-sdk:s3:headObject"},
        {"Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {"QueueUrl": "q", "MessageBody": ""}},
        {"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"},
        {"Arguments": {"FunctionName": "${CheckStockFunction}"}},
    ],
    ids=str,
)
def test_what_changes_nothing_needs_no_undo(second):
    assert ("SAGA302", "Second") in told(two_steps())
    assert lint(two_steps(**second)) == []


def test_a_fallback_is_no_undo():
    definition = two_steps(Comment="nothing to undo", Catch=[catch("SecondByHand")])
    definition["States"]["SecondByHand"] = call("ByHand", Catch=[catch("Refund")], Next="Third")
    assert lint(definition) == []


def booked(target):
    def branch(name):
        # a branch may not assign to a variable of the machine
        return {
            "StartAt": name,
            "States": {name: call(name, Assign={"booking": "{% $states.result %}"}, End=True)},
        }

    return machine(
        {
            "Begin": begin("Book"),
            "Book": {
                "Type": "Parallel",
                "Branches": [branch("BookHotel"), branch("BookFlight")],
                "Catch": [catch(target)],
                "End": True,
            },
            "CancelFlight": undo("CancelFlight", "CancelHotel"),
            "CancelHotel": undo("CancelHotel", "Failed"),
            "Failed": {"Type": "Fail"},
        }
    )


def test_a_failed_branch_leaves_the_other_branches_done():
    assert lint(booked("CancelFlight")) == []
    assert ("SAGA302", "BookFlight") in told(booked("CancelHotel"))


def test_a_timeout_in_a_step_may_have_committed():
    definition = one_before()
    for name in ("PlaceOrder", "UpdateStock", "MakePayment"):
        definition["States"][name]["Catch"].pop()
        definition["States"][name]["Catch"][0]["ErrorEquals"] = ["States.ALL"]
    definition["States"]["MakePayment"]["Catch"][0]["Next"] = "Unsure"
    assert ("SAGA304", "UpdateStock") in told(definition)


def test_task_failed_is_not_a_timeout():
    definition = hardened()
    catchers = definition["States"]["ProcessPayment"]["Catch"]
    catchers[0]["ErrorEquals"] = ["States.TaskFailed", "States.Timeout"]
    assert lint(definition) == []
    catchers[0]["ErrorEquals"] = ["States.TaskFailed"]
    assert told(definition) == {("SAGA301", "ProcessPayment")}


def test_a_step_that_is_retried_until_it_is_done_needs_no_catch():
    definition = pivot()
    ship = definition["States"]["ShipOrder"]
    del ship["Catch"], definition["States"]["CallSupport"]
    ship["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99, "MaxDelaySeconds": 60}]
    assert lint(definition) == []
    ship["Retry"][0]["MaxAttempts"] = 3
    assert ("SAGA301", "ShipOrder") in told(definition)


def test_a_saga_in_a_map_looks_after_its_own_steps():
    inner = deepcopy(two_steps(Comment="nothing to undo"))["States"]
    inner = json.loads(json.dumps(inner).replace('"order"', '"item"').replace("$order", "$item"))
    inner = json.loads(json.dumps(inner).replace('"error"', '"fault"').replace("$error", "$fault"))
    inner = {f"Item {name}": state for name, state in inner.items()}
    for state in inner.values():
        for holder in (state, *state.get("Catch", [])):
            if "Next" in holder:
                holder["Next"] = f"Item {holder['Next']}"
    definition = two_steps(
        Type="Map", ItemProcessor={"StartAt": "Item Begin", "States": inner}, Items="{% $order.items %}"
    )
    for key in ("Resource", "Arguments", "TimeoutSeconds"):
        del definition["States"]["Second"][key]
    assert lint(definition) == []


def waiting(**retrier):
    tasks = call(
        "Report",
        "{% $states.input %}",
        Retry=[{"ErrorEquals": ["X"], "MaxAttempts": 20, **retrier}],
        End=True,
    )
    return machine({"Report": tasks}, TimeoutSeconds=600)


def test_the_longest_wait_knows_max_delay():
    assert lint(waiting(MaxDelaySeconds=8)) == []
    assert told(waiting()) == {("SAGA105", "Report")}


@pytest.mark.parametrize("first, second", [(10, 90), (90, 10)])
def test_the_longest_way_is_the_slowest_of_all(first, second):
    def pause(seconds):
        return {"Type": "Wait", "Seconds": seconds, "Next": "Ask"}

    definition = machine(
        {
            "Which": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.a %}", "Next": "One"}],
                "Default": "Two",
            },
            "One": pause(first),
            "Two": pause(second),
            "Ask": call("Ask", "{% $states.input %}", Catch=[catch("Failed")], End=True),
            "Failed": {"Type": "Fail"},
        },
        TimeoutSeconds=99,
    )
    assert told(definition) == {("SAGA106", "")}
    assert lint({**definition, "TimeoutSeconds": 100}) == []


def test_a_name_in_quotes_is_no_reading():
    definition = machine({"Only": {"Type": "Pass", "Output": "{% 'see $states.errorOutput' %}", "End": True}})
    assert lint(definition) == []


def test_a_step_without_an_undo_is_told_once_however_many_later_ones_may_fail():
    definition = two_steps()
    states = definition["States"]
    del states["Third"]["End"]
    states["Third"]["Next"] = "Fourth"
    states["Fourth"] = call("Fourth", Catch=[catch("Refund")], End=True)
    findings = lint(definition)
    assert [(finding.code, finding.state) for finding in findings] == [
        ("SAGA302", "Second"),
        ("SAGA302", "Third"),
    ]
    assert findings.summary == "2 warnings"
