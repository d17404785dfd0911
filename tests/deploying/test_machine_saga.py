"""The seed's state machine, field by field. The expectations are written by hand from the seed's facts."""

import re

import pytest

from sagalab.deploying.machines import definition, machine_names, substitute
from sagalab.deploying.names import TASKS
from sagalab.errors import SagaLabError
from sagalab.project import STATEMACHINE

MACHINE = definition("saga")
STATES = MACHINE["States"]

# state: (function, on success, business error, on that error)
TRANSITIONS = {
    "ProcessOrder": ("NewOrderFunction", "ProcessPayment", "ErrProcessOrder", "UpdateOrderStatus"),
    "ProcessPayment": ("DebitPaymentFunction", "ReserveInventory", "ErrProcessPayment", "ProcessRefund"),
    "ReserveInventory": (
        "ReserveInventoryFunction",
        "sns:NotifySuccess",
        "ErrReserveInventory",
        "ReleaseInventory",
    ),
    "ReleaseInventory": (
        "ReleaseInventoryFunction",
        "ProcessRefund",
        "ErrReleaseInventory",
        "sns:NotifyReleaseInventoryFail",
    ),
    "ProcessRefund": (
        "CreditPaymentFunction",
        "UpdateOrderStatus",
        "ErrProcessRefund",
        "sns:NotifyProcessRefundFail",
    ),
    "UpdateOrderStatus": (
        "UpdateOrderFunction",
        "OrderFailed",
        "ErrUpdateOrderStatus",
        "sns:NotifyUpdateOrderFail",
    ),
}
NOTIFICATIONS = {
    "sns:NotifySuccess": "OrderSucceeded",
    "sns:NotifyReleaseInventoryFail": "OrderFailed",
    "sns:NotifyProcessRefundFail": "OrderFailed",
    "sns:NotifyUpdateOrderFail": "OrderFailed",
}


class FakeDeployment:
    """What `substitute` asks of a deployment: the ARN of each ${Name}."""

    substitutions = {task.substitution: f"arn:{task.suffix}" for task in TASKS} | {"SagaTopic": "arn:topic"}


def test_it_has_the_states_of_the_seed_and_no_other():
    assert set(STATES) == {*TRANSITIONS, *NOTIFICATIONS, "OrderSucceeded", "OrderFailed"}
    assert MACHINE["StartAt"] == "ProcessOrder"
    assert MACHINE["QueryLanguage"] == "JSONata"
    assert MACHINE["TimeoutSeconds"] == 600
    assert MACHINE["Comment"]


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_task_goes_where_the_seed_says(name):
    function, success, error, caught = TRANSITIONS[name]
    state = STATES[name]
    assert state["Type"] == "Task"
    assert state["Resource"] == "arn:aws:states:::lambda:invoke"
    assert state["Arguments"]["FunctionName"] == f"${{{function}}}"
    assert state["Next"] == success
    [catcher] = state["Catch"]
    assert catcher["ErrorEquals"] == [error]
    assert catcher["Next"] == caught


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_task_retries_and_times_out_as_the_seed_says(name):
    assert STATES[name]["TimeoutSeconds"] == 10
    assert STATES[name]["Retry"] == [
        {
            "ErrorEquals": [
                "Lambda.ServiceException",
                "Lambda.AWSLambdaException",
                "Lambda.SdkClientException",
            ],
            "IntervalSeconds": 2,
            "MaxAttempts": 3,
            "BackoffRate": 2,
            "MaxDelaySeconds": 8,
            "JitterStrategy": "FULL",
        }
    ]


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_task_passes_the_order_by_variables(name):
    first = name == "ProcessOrder"
    state = STATES[name]
    assert state["Arguments"]["Payload"] == ("{% $states.input %}" if first else "{% $order %}")
    assert state["Assign"] == {"order": "{% $states.result.Payload %}"}
    [catcher] = state["Catch"]
    expected = {"error": "{% $states.errorOutput %}"}
    assert catcher["Assign"] == ({"order": "{% $states.input %}"} | expected if first else expected)
    assert set(state) == {
        "Comment", "Type", "Resource", "Arguments", "Assign", "TimeoutSeconds", "Retry", "Catch", "Next"
    }  # fmt: skip


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_a_notification_publishes_order_status_and_error(name):
    state = STATES[name]
    success = name == "sns:NotifySuccess"
    message = {"order_id": "{% $order.order_id %}", "status": "success" if success else "failed"}
    assert state["Resource"] == "arn:aws:states:::sns:publish"
    assert state["Arguments"] == {
        "TopicArn": "${SagaTopic}",
        "Message": message if success else {**message, "error": "{% $error %}"},
    }
    assert state["Next"] == NOTIFICATIONS[name]
    assert state["TimeoutSeconds"] == 10
    # no Retry, no Catch: a hole
    assert set(state) == {"Comment", "Type", "Resource", "TimeoutSeconds", "Arguments", "Next"}


def test_its_ends():
    assert STATES["OrderSucceeded"]["Type"] == "Succeed"
    assert STATES["OrderFailed"]["Type"] == "Fail"
    assert STATES["OrderFailed"]["Error"] == "SagaFailed"
    assert "compensations were applied" in STATES["OrderFailed"]["Cause"]


def test_substitute_fills_every_placeholder_in():
    filled = substitute(MACHINE, FakeDeployment())
    assert not re.search(r"\$\{", str(filled))
    assert filled["States"]["ProcessPayment"]["Arguments"]["FunctionName"] == "arn:debit-payment"
    assert filled["States"]["sns:NotifySuccess"]["Arguments"]["TopicArn"] == "arn:topic"
    assert MACHINE["States"]["ProcessPayment"]["Arguments"]["FunctionName"] == "${DebitPaymentFunction}"


def test_substitute_refuses_a_name_that_is_not_deployed():
    with pytest.raises(SagaLabError, match=r"\$\{Nowhere\}"):
        substitute({"States": {"A": {"Resource": "${Nowhere}"}}}, FakeDeployment())


def test_a_definition_is_found_by_name_or_by_path(tmp_path):
    assert "saga" in machine_names()
    assert definition(STATEMACHINE / "saga.asl.json") == MACHINE
    with pytest.raises(SagaLabError, match="no state machine definition"):
        definition("nothing")
    broken = tmp_path / "broken.asl.json"
    broken.write_text('{"a": 1,\n "b" 2}', encoding="utf-8")
    with pytest.raises(
        SagaLabError, match="broken.asl.json cannot be read: line 2, column 6: a colon is missing"
    ):
        definition(broken)
    broken.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(SagaLabError, match="UTF-8"):
        definition(broken)
    in_yaml = tmp_path / "rest.yaml"
    in_yaml.write_text("StartAt: Rest\nStates: {Rest: {Type: Succeed}}", encoding="utf-8")
    assert definition(in_yaml) == {"StartAt": "Rest", "States": {"Rest": {"Type": "Succeed"}}}
