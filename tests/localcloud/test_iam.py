"""IAM without a cloud: what policies allow, and what requests ask for."""

import json

import pytest

from sagalab.localcloud.iam.policies import decide
from sagalab.localcloud.iam.requests import ApiRequest, Need, invoke_need, needs

TABLE = "arn:aws:dynamodb:r:1:table/p-orders"
PUT = "dynamodb:PutItem"


def statement(effect="Allow", action=PUT, resource=TABLE, **more):
    return {"Effect": effect, "Action": action, "Resource": resource} | more


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([], "no allow"),
        (statement(), "allowed"),  # one statement without a list
        ([statement(action=["dynamodb:GetItem", "DynamoDB:putitem"])], "allowed"),
        ([statement(action="dynamodb:*")], "allowed"),
        ([statement(action="dynamodb:?utItem")], "allowed"),
        ([statement(action="dynamodb.PutItem")], "no allow"),
        ([statement(action="dynamodb:GetItem")], "no allow"),
        ([statement(action="dynamodb:Put")], "no allow"),
        ([statement(resource="*")], "allowed"),
        ([statement(resource=["arn:aws:dynamodb:*:1:table/p-*"])], "allowed"),
        ([statement(resource="arn:aws:dynamodb:r:1:table/P-ORDERS")], "no allow"),
        ([statement(resource=f"{TABLE}/index/*")], "no allow"),
        ([statement(), statement("Deny", action="*", resource="*")], "explicit deny"),
        ([statement("Deny", action="*", resource="*"), statement()], "explicit deny"),
        ([statement(), statement("Deny", action="dynamodb:GetItem")], "allowed"),
        ([statement(), statement("Deny", resource=f"{TABLE}-2")], "allowed"),
        ([statement(Condition={"Bool": {"aws:SecureTransport": "true"}})], "no allow"),
        ([statement(), statement("Deny", Condition={"Bool": {"a": "true"}})], "explicit deny"),
        ([{"Effect": "Allow", "NotAction": "dynamodb:GetItem", "Resource": "*"}], "allowed"),
        ([{"Effect": "Allow", "NotAction": "dynamodb:P*", "Resource": "*"}], "no allow"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": TABLE}], "no allow"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{TABLE}-2"}], "allowed"),
    ],
)
def test_decision(statements, decision):
    assert decide([{"Version": "2012-10-17", "Statement": statements}], PUT, TABLE) == decision


def test_one_policy_allows_and_another_denies():
    allow, deny = {"Statement": [statement()]}, {"Statement": [statement("Deny")]}
    assert decide([allow, {"Statement": []}], PUT, TABLE) == "allowed"
    assert decide([allow, deny], PUT, TABLE) == "explicit deny"


def test_of_an_unknown_resource_only_the_action_counts():
    assert decide([{"Statement": [statement()]}], PUT, None) == "allowed"


def asked(service, target="", body=None, *, method="POST", path="/", form="") -> set[tuple[str, str | None]]:
    headers = {"x-amz-target": target} if target else {}
    if form:
        headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
    content = form or ("" if body is None else json.dumps(body))
    request = ApiRequest(service, "r", "1", method, f"http://h{path}", headers, content.encode())
    return {(need.action, need.resource) for need in needs(request)}


def test_dynamodb():
    def table(name):
        return f"arn:aws:dynamodb:r:1:table/{name}"

    target = "DynamoDB_20120810."
    assert asked("dynamodb", f"{target}GetItem", {"TableName": "t"}) == {("dynamodb:GetItem", table("t"))}
    assert asked("dynamodb", f"{target}GetItem", {"TableName": table("t")}) == {
        ("dynamodb:GetItem", table("t"))
    }
    assert asked("dynamodb", f"{target}Query", {"TableName": "t", "IndexName": "i"}) == {
        ("dynamodb:Query", table("t/index/i"))
    }
    batch = {"RequestItems": {"a": {}, "b": {}}}
    assert asked("dynamodb", f"{target}BatchGetItem", batch) == {
        ("dynamodb:BatchGetItem", table("a")),
        ("dynamodb:BatchGetItem", table("b")),
    }
    assert asked("dynamodb", f"{target}ListTables", {}) == {("dynamodb:ListTables", None)}


def test_a_transaction_asks_for_each_item():
    kinds = ("Put", "Update", "Delete", "ConditionCheck")
    items = [{kind: {"TableName": kind.lower()}} for kind in kinds]
    found = asked("dynamodb", "DynamoDB_20120810.TransactWriteItems", {"TransactItems": items})
    assert found == {(f"dynamodb:{kind}Item", f"arn:aws:dynamodb:r:1:table/{kind.lower()}") for kind in kinds}


def test_lambda():
    path = "/2015-03-31/functions/p-new-order/invocations"
    arn = "arn:aws:lambda:r:1:function:p-new-order"
    assert asked("lambda", path=path) == {("lambda:InvokeFunction", arn)}
    assert asked("lambda", path=f"{path}?Qualifier=2") == {("lambda:InvokeFunction", f"{arn}:2")}
    encoded = arn.replace(":", "%3A")
    assert asked("lambda", path=path.replace("p-new-order", encoded)) == {("lambda:InvokeFunction", arn)}
    assert asked("lambda", method="GET", path="/2015-03-31/functions/p-new-order/configuration") == {
        ("lambda:GetFunctionConfiguration", arn)
    }
    assert asked("lambda", body={"FunctionName": "p-new-order"}, path="/2015-03-31/functions") == {
        ("lambda:CreateFunction", arn)
    }
    assert invoke_need("p-new-order", None, "r", "1") == Need("lambda:InvokeFunction", arn)
    assert invoke_need(arn, "live", "r", "1") == Need("lambda:InvokeFunction", f"{arn}:live")


def test_other_services():
    topic = "arn:aws:sns:r:1:t"
    assert asked("sns", form=f"Action=Publish&TopicArn={topic}&Message=m") == {("sns:Publish", topic)}
    assert asked("sns", form="Action=CreateTopic&Name=t") == {("sns:CreateTopic", topic)}
    assert asked("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "http://h/1/q"}) == {
        ("sqs:SendMessage", "arn:aws:sqs:r:1:q")
    }
    machine = "arn:aws:states:r:1:stateMachine:m"
    assert asked("states", "AWSStepFunctions.StartExecution", {"stateMachineArn": machine}) == {
        ("states:StartExecution", machine)
    }
    assert asked("states", "AWSStepFunctions.CreateActivity", {"name": "work"}) == {
        ("states:CreateActivity", "arn:aws:states:r:1:activity:work")
    }
    stream = {"logGroupName": "g", "logStreamName": "s"}
    assert asked("logs", "Logs_20140328.PutLogEvents", stream) == {
        ("logs:PutLogEvents", "arn:aws:logs:r:1:log-group:g:log-stream:s")
    }
    assert asked("iam", form="Action=GetRole&RoleName=n") == {("iam:GetRole", "arn:aws:iam::1:role/n")}
    assert asked("iam", form="Action=ListRoles") == {("iam:ListRoles", None)}
    assert asked("nothing-known", method="GET", path="/x") == {("nothing-known:Unknown", None)}
