"""Deploying on the real local cloud: whole, repeatable, mended, and destroyed without a rest."""

import functools
import io
import json
import threading
import zipfile
from collections import Counter
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from deployed_things import everything, expected

from sagalab.cloud.connect import Cloud
from sagalab.deploying.catalogue import STOCKED, seed_stock
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.deploying.deployment import status
from sagalab.deploying.destroy import destroy
from sagalab.deploying.machines import definition
from sagalab.deploying.package import files_of, package
from sagalab.deploying.part_log_group import RETENTION_DAYS
from sagalab.deploying.parts import Parts
from sagalab.errors import SagaLabError

PREFIX = "t-deploy"


@pytest.fixture(scope="module")
def deployed(cloud):
    yield deploy(cloud, prefix=PREFIX, progress=False)
    destroy(cloud, prefix=PREFIX, progress=False)


def changed(deployment) -> set[str]:
    """Return the names of what the deployment had to make or update."""
    return {change.name for change in deployment.changes if change.action != "unchanged"}


def again(deployed):
    return deploy(deployed.cloud, progress=False)


def test_it_makes_all_parts(deployed):
    assert everything(deployed.cloud, PREFIX) == expected(PREFIX)
    assert {part.state for part in status(deployed.cloud)} == {"present"}


def test_a_second_deployment_changes_nothing(deployed):
    second = again(deployed)
    assert changed(second) == set()
    assert second == deployed


def test_it_is_found_without_deploying(deployed):
    found = find_deployment(deployed.cloud)
    assert found == deployed
    assert set(found.tables) == {"orders", "payments", "inventory", "stock", "attempts"}
    assert found.functions["ProcessPayment"].endswith(f":function:{PREFIX}-debit-payment")
    assert found.machine().endswith(f":stateMachine:{PREFIX}-saga")
    with pytest.raises(SagaLabError, match="no state machine 'nope'"):
        found.machine("nope")


def test_what_is_not_deployed_is_said_with_its_cure(cloud):
    with pytest.raises(SagaLabError) as error:
        find_deployment(cloud, prefix="t-nowhere")
    assert "sagalab deploy" in error.value.cure


def test_a_function_is_configured_as_the_seed_says(deployed):
    found = deployed.cloud.client("lambda").get_function(FunctionName=deployed.functions["ReserveInventory"])
    configuration = found["Configuration"]
    assert configuration["Runtime"] == "python3.13"
    assert (configuration["Timeout"], configuration["MemorySize"]) == (15, 256)
    assert configuration["TracingConfig"]["Mode"] == "Active"
    assert configuration["Handler"] == "inventory.reserve"
    assert configuration["Role"].endswith(f":role/{PREFIX}-reserve-inventory-role")
    assert configuration["Environment"]["Variables"] == {
        "INVENTORY_TABLE": f"{PREFIX}-inventory",
        "STOCK_TABLE": f"{PREFIX}-stock",
        "ATTEMPTS_TABLE": f"{PREFIX}-attempts",
    }
    assert found["Tags"]["sagalab:prefix"] == PREFIX


def test_the_machine_logs_everything_and_is_traced(deployed):
    client = deployed.cloud.client("stepfunctions")
    found = client.describe_state_machine(stateMachineArn=deployed.machine())
    assert found["loggingConfiguration"]["level"] == "ALL"
    assert found["loggingConfiguration"]["includeExecutionData"] is True
    [destination] = found["loggingConfiguration"]["destinations"]
    group = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
    assert group.endswith(f":log-group:/aws/vendedlogs/states/{PREFIX}-saga:*")
    assert found["tracingConfiguration"] == {"enabled": True}
    assert found["roleArn"].endswith(f":role/{PREFIX}-saga-role")


def test_the_tables_are_the_seeds(deployed):
    client = deployed.cloud.client("dynamodb")
    tables = {key: client.describe_table(TableName=name)["Table"] for key, name in deployed.tables.items()}
    keys = {name: table["KeySchema"][0]["AttributeName"] for name, table in tables.items()}
    assert keys == {
        "orders": "order_id",
        "payments": "transaction_id",
        "inventory": "transaction_id",
        "stock": "item_id",
        "attempts": "key",
    }
    assert {table["BillingModeSummary"]["BillingMode"] for table in tables.values()} == {"PAY_PER_REQUEST"}
    for name, range_key in (("payments", "payment_type"), ("inventory", "transaction_type")):
        [index] = tables[name]["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "orderIDIndex"
        assert [key["AttributeName"] for key in index["KeySchema"]] == ["order_id", range_key]
        assert index["Projection"]["ProjectionType"] == "ALL"


def test_a_notification_reaches_the_queue_raw(deployed):
    deployed.cloud.client("sns").publish(TopicArn=deployed.topic_arn, Message='{"order_id": "x"}')
    received = deployed.cloud.client("sqs").receive_message(QueueUrl=deployed.queue_url, WaitTimeSeconds=5)
    assert [message["Body"] for message in received["Messages"]] == ['{"order_id": "x"}']


def test_the_queue_takes_from_the_topic_alone_and_gives_up_after_five(deployed):
    found = deployed.cloud.client("sqs").get_queue_attributes(
        QueueUrl=deployed.queue_url, AttributeNames=["Policy", "RedrivePolicy"]
    )["Attributes"]
    [statement] = json.loads(found["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": deployed.topic_arn}}
    redrive = json.loads(found["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) == 5
    assert redrive["deadLetterTargetArn"].endswith(f":{PREFIX}-notifications-dlq")


def stock(deployed) -> dict[str, int]:
    rows = deployed.cloud.client("dynamodb").scan(TableName=deployed.tables["stock"])["Items"]
    return {row["item_id"]["S"]: int(row["in_stock"]["N"]) for row in rows}


def test_stock_is_seeded_once_and_reset_only_when_asked(deployed):
    seeded = {item.item_id: item.in_stock for item in STOCKED}
    assert stock(deployed) == seeded
    table = deployed.cloud.resource("dynamodb").Table(deployed.tables["stock"])
    table.update_item(
        Key={"item_id": "1"}, UpdateExpression="SET in_stock = :n", ExpressionAttributeValues={":n": 7}
    )
    table.delete_item(Key={"item_id": "2"})
    assert changed(again(deployed)) == {deployed.tables["stock"]}
    assert stock(deployed) == {**seeded, "1": 7}
    deploy(deployed.cloud, progress=False, reset_stock=True)
    assert stock(deployed) == seeded


@pytest.mark.parametrize("gone", [["1"], ["1", "2"]], ids=["nothing is left to put", "another is left"])
def test_an_item_that_another_deployment_puts_first_keeps_its_count(deployed, gone):
    cloud = deployed.cloud
    name, client = deployed.tables["stock"], cloud.client("dynamodb")
    row = client.get_item(TableName=name, Key={"item_id": {"S": "1"}})["Item"]
    for item in gone:
        client.delete_item(TableName=name, Key={"item_id": {"S": item}})

    def put_first(**_) -> None:
        client.meta.events.unregister("before-call.dynamodb.TransactWriteItems", put_first)
        client.put_item(TableName=name, Item={**row, "in_stock": {"N": "7"}})

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", put_first)
    assert seed_stock(cloud, name) == len(gone) - 1
    assert stock(deployed) == {item.item_id: item.in_stock for item in STOCKED} | {"1": 7}
    seed_stock(cloud, name, reset=True)


def test_code_and_configuration_that_differ_are_updated(deployed):
    client = deployed.cloud.client("lambda")
    other, configured = f"{PREFIX}-new-order", f"{PREFIX}-update-order"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("orders.py", "def new_order(event, context): return 1")
    client.update_function_code(FunctionName=other, ZipFile=buffer.getvalue())
    client.update_function_configuration(FunctionName=configured, Timeout=3)
    assert changed(again(deployed)) == {other, configured}
    assert client.get_function_configuration(FunctionName=other)["CodeSha256"] == package().sha256
    assert client.get_function_configuration(FunctionName=configured)["Timeout"] == 15


def test_a_definition_that_differs_is_updated(deployed):
    client = deployed.cloud.client("stepfunctions")
    wrong = definition("saga") | {"TimeoutSeconds": 5}
    client.update_state_machine(stateMachineArn=deployed.machine(), definition=json.dumps(wrong))
    assert changed(again(deployed)) == {f"{PREFIX}-saga"}
    found = client.describe_state_machine(stateMachineArn=deployed.machine())
    assert json.loads(found["definition"])["TimeoutSeconds"] == 600


def test_policies_subscription_and_retention_that_differ_are_updated(deployed):
    iam, sns = deployed.cloud.client("iam"), deployed.cloud.client("sns")
    half_made, foreign_trust = f"{PREFIX}-saga-role", f"{PREFIX}-new-order-role"
    iam.delete_role_policy(RoleName=half_made, PolicyName="sagalab")
    assume = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [assume]}
    iam.update_assume_role_policy(RoleName=foreign_trust, PolicyDocument=json.dumps(trust))
    [subscription] = sns.list_subscriptions_by_topic(TopicArn=deployed.topic_arn)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    group = f"/aws/lambda/{PREFIX}-new-order"
    deployed.cloud.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)
    deployed.cloud.client("sqs").set_queue_attributes(
        QueueUrl=deployed.queue_url, Attributes={"RedrivePolicy": ""}
    )
    assert changed(again(deployed)) == {half_made, foreign_trust, f"{PREFIX}-notifications", group}
    assert everything(deployed.cloud, PREFIX) == expected(PREFIX)
    groups = deployed.cloud.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert groups[0]["retentionInDays"] == RETENTION_DAYS


def test_status_names_what_differs_and_deploy_mends_just_that(deployed):
    names = {
        "function": f"{PREFIX}-update-order",
        "role": f"{PREFIX}-new-order-role",
        "topic": f"{PREFIX}-notifications",
        "state machine": f"{PREFIX}-saga",
    }
    assert {part.state for part in status(deployed.cloud)} == {"present"}
    client = deployed.cloud.client("lambda")
    client.update_function_configuration(FunctionName=names["function"], Timeout=3)
    deployed.cloud.client("iam").delete_role_policy(RoleName=names["role"], PolicyName="sagalab")
    sns = deployed.cloud.client("sns")
    [subscription] = sns.list_subscriptions_by_topic(TopicArn=deployed.topic_arn)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    wrong = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    deployed.cloud.client("stepfunctions").update_state_machine(
        stateMachineArn=deployed.machine(), definition=wrong
    )
    found = {
        (part.kind, part.name): part.differences for part in status(deployed.cloud) if part.state == "changed"
    }
    assert found == {
        ("function", names["function"]): ("Timeout",),
        ("role", names["role"]): ("policy",),
        ("topic", names["topic"]): ("subscription",),
        ("state machine", names["state machine"]): ("definition",),
    }
    assert changed(again(deployed)) == set(names.values())
    assert {part.state for part in status(deployed.cloud)} == {"present"}


def test_a_function_whose_role_was_deleted_behind_its_back_is_made_anew(deployed):
    """Its grant on the key of its environment names the old role: AWS refuses each call from then on."""
    iam, client = deployed.cloud.client("iam"), deployed.cloud.client("lambda")
    role, function = f"{PREFIX}-new-order-role", f"{PREFIX}-new-order"
    client.tag_resource(Resource=deployed.functions["ProcessOrder"], Tags={"of": "the old one"})
    iam.delete_role_policy(RoleName=role, PolicyName="sagalab")
    iam.delete_role(RoleName=role)
    assert changed(again(deployed)) == {role}  # the local cloud has no grants
    on_aws = as_on_aws(deployed.cloud, "lambda", "iam")
    part = next(each for each in Parts(on_aws, PREFIX).functions() if each.name == function)
    assert part.differences() == ["role made anew"]
    assert part.update() and part.differences() == []
    assert "of" not in client.get_function(FunctionName=function)["Tags"]
    assert changed(again(deployed)) == set()


def as_on_aws(cloud: Cloud, *services: str) -> Cloud:
    """Return a cloud that takes the clients of a local one for AWS's."""
    return replace(cloud, endpoint=None, _made={("client", name): cloud.client(name) for name in services})


def test_status_asks_for_each_log_group_once(deployed):
    asked, client = Counter(), deployed.cloud.client("logs")

    def count(params, model, **_):
        asked[model.name, str(params)] += 1

    client.meta.events.register("provide-client-params.logs", count, unique_id="count")
    try:
        assert [part for part in status(deployed.cloud) if part.kind == "log group"]
    finally:
        client.meta.events.unregister("provide-client-params.logs", unique_id="count")
    assert set(asked.values()) == {1}


def test_the_same_files_in_another_archive_are_not_written_again(deployed, monkeypatch, tmp_path):
    """SAM packs the folder by its own rules: on AWS the code is looked at before it is written."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        for name, text in files_of(package().content).items():
            archive.writestr(name, text)
        archive.writestr("requirements.txt", "")
    (tmp_path / "code.zip").write_bytes(other.getvalue())
    with zipfile.ZipFile(tmp_path / "another.zip", "w") as archive:
        archive.writestr("orders.py", "# another")
    (tmp_path / "no.zip").write_bytes(b"no archive")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = deployed.cloud.client("lambda")
    name = f"{PREFIX}-new-order"
    client.update_function_code(FunctionName=name, ZipFile=other.getvalue())
    on_aws = as_on_aws(deployed.cloud, "lambda", "iam")
    function = next(each for each in Parts(on_aws, PREFIX).functions() if each.name == name)
    try:
        for file, differences in (
            ("code.zip", []),
            ("another.zip", ["code"]),
            ("no.zip", ["code (it could not be read)"]),
            ("none.zip", ["code (it could not be read)"]),
        ):
            where = f"http://127.0.0.1:{server.server_port}/{file}"

            def elsewhere(parsed, where=where, **_):
                parsed["Code"]["Location"] = where

            client.meta.events.register("after-call.lambda.GetFunction", elsewhere, unique_id="elsewhere")
            assert function.differences() == differences
            client.meta.events.unregister("after-call.lambda.GetFunction", unique_id="elsewhere")
    finally:
        server.shutdown()
        server.server_close()
    assert changed(again(deployed)) == {name}


class QuietFiles(SimpleHTTPRequestHandler):
    """The store from which AWS hands out a function's code."""

    def log_message(self, *_):
        """No line a request."""


def test_a_part_that_is_missing_is_made_again(deployed):
    deployed.cloud.client("lambda").delete_function(FunctionName=f"{PREFIX}-credit-payment")
    deployed.cloud.client("dynamodb").delete_table(TableName=deployed.tables["attempts"])
    assert changed(again(deployed)) == {f"{PREFIX}-credit-payment", deployed.tables["attempts"]}


def test_a_log_group_that_lambda_made_is_taken_over(deployed):
    group = f"/aws/lambda/{PREFIX}-credit-payment"
    logs = deployed.cloud.client("logs")
    logs.delete_log_group(logGroupName=group)
    logs.create_log_group(logGroupName=group)
    assert changed(again(deployed)) == {group}


def test_a_further_machine_is_deployed_updated_found_and_refused(deployed):
    one = {"StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": "${SagaTopic}"}}}
    arn = deploy_machine(deployed, "extra", one)
    assert deployed.machine("extra") == arn == find_deployment(deployed.cloud).machine("extra")
    two = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    assert deploy_machine(deployed, "extra", two) == arn
    found = deployed.cloud.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    assert json.loads(found["definition"]) == two
    with pytest.raises(SagaLabError, match="refuses the definition"):
        deploy_machine(deployed, "extra", {"StartAt": "C", "States": {"C": {"Type": "Pass"}}})
    deployed.cloud.client("stepfunctions").delete_state_machine(stateMachineArn=arn)
    del deployed.machines["extra"]


def test_progress_is_one_line_outside_a_terminal_or_nothing(deployed, capsys):
    again(deployed)
    assert capsys.readouterr().out == ""
    deploy(deployed.cloud)
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_confirm_is_asked_on_aws_alone(deployed):
    def refuse(cloud):
        raise SagaLabError("Not this account.")

    deploy(deployed.cloud, progress=False, confirm=refuse)
    on_aws = replace(deployed.cloud, endpoint=None)
    for ask in (deploy, destroy):
        with pytest.raises(SagaLabError, match="Not this account"):
            ask(on_aws, progress=False, confirm=refuse)
