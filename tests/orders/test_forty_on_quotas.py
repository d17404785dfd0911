"""Forty participants in one AWS account: its quotas throttle them, and every scenario ends as it should.

The local cloud stands in for AWS. Between it and all participants stand the token buckets of an account. Their
machine takes the scenarios' paths without a function: what counts here are the calls of Step Functions' API.
"""

from dataclasses import replace

import pytest
from account_quotas import Account

from sagalab.cloud.connect import LocalSession, on_aws
from sagalab.cloud.local_key import local_key
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.destroy import destroy
from sagalab.orders.scenarios import SCENARIOS, run_scenarios
from sagalab.orders.usage import used
from sagalab.project import state_dir
from sagalab.threads import together

PEOPLE = 40


def fork(key: str, then: str, otherwise: str) -> dict:
    condition = f"{{% $substring($states.input.order_id, 0, {len(key)}) = '{key}' %}}"
    return {"Type": "Choice", "Choices": [{"Condition": condition, "Next": then}], "Default": otherwise}


def on_to(state: str) -> dict:
    return {"Type": "Pass", "Next": state}


MACHINE = {
    "QueryLanguage": "JSONata",
    "StartAt": "ProcessOrder",
    "States": {
        "ProcessOrder": fork("1", "UpdateOrderStatus", "ProcessPayment"),
        "ProcessPayment": fork("2", "ProcessRefund", "ReserveInventory"),
        "ReserveInventory": fork("3", "ReleaseInventory", "sns:NotifySuccess"),
        "ReleaseInventory": fork("33", "sns:NotifyReleaseInventoryFail", "ProcessRefund"),
        "ProcessRefund": fork("22", "sns:NotifyProcessRefundFail", "UpdateOrderStatus"),
        "UpdateOrderStatus": fork("11", "sns:NotifyUpdateOrderFail", "OrderFailed"),
        "sns:NotifySuccess": on_to("OrderSucceeded"),
        "sns:NotifyReleaseInventoryFail": on_to("OrderFailed"),
        "sns:NotifyProcessRefundFail": on_to("OrderFailed"),
        "sns:NotifyUpdateOrderFail": on_to("OrderFailed"),
        "OrderSucceeded": {"Type": "Succeed"},
        "OrderFailed": {"Type": "Fail", "Error": "SagaFailed"},
    },
}


@pytest.fixture(scope="module")
def deployed(cloud):
    found = deploy(cloud, prefix="t-quotas", progress=False)
    deploy_machine(found, "paths", MACHINE)
    yield found
    destroy(cloud, prefix="t-quotas", progress=False)


@pytest.fixture(scope="module")
def session(deployed) -> LocalSession:
    """A session for all: each would read the model of Step Functions anew. Quotas and retries are a client's."""
    return LocalSession(deployed.cloud.endpoint, local_key(state_dir()))


def on_an_account(deployed: Deployment, account: Account, session: LocalSession) -> Deployment:
    """Return the deployment as a participant has it whose cloud is AWS: this account, with its quotas."""
    local = deployed.cloud
    client = session.client("stepfunctions", config=on_aws())
    client.meta.events.register_first("before-send", account.stand_between)
    made = {("client", service): local.client(service) for service in ("dynamodb", "sqs", "logs")}
    made["client", "stepfunctions"] = client
    return replace(deployed, cloud=replace(local, endpoint=None, _made=made))


def test_forty_times_all_scenarios_at_once(deployed, session):
    account = Account()
    people = [on_an_account(deployed, account, session) for _ in range(PEOPLE)]

    runs = together(
        lambda person: run_scenarios("paths", deployment=person, timeout=120), people, threads=PEOPLE
    )

    assert [len(mine) for mine in runs] == [len(SCENARIOS)] * PEOPLE
    assert all(each.as_expected for mine in runs for each in mine)
    assert all(each.execution.definition for mine in runs for each in mine)
    if account.throttled["GetExecutionHistory"] == 0:
        pytest.skip(
            "this computer is too busy: the forty were too slow to meet a quota, so nothing was tried"
        )
    answered = account.asked - account.throttled
    assert set(answered) == {"DescribeStateMachine", "StartExecution", "GetExecutionHistory"}
    assert answered["DescribeStateMachine"] == PEOPLE
    assert answered["StartExecution"] == PEOPLE * len(SCENARIOS)


def test_costs_ask_once_for_each_execution(deployed, session):
    account = Account()
    person = on_an_account(deployed, account, session)
    run_scenarios("paths", deployment=person)
    before = account.asked.copy()
    counted = used(person)[1]
    more = account.asked - before
    assert set(more) == {"ListExecutions", "GetExecutionHistory"}
    assert more["GetExecutionHistory"] == counted >= len(SCENARIOS)
