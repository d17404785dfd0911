"""Requests with a role's credentials on a local cloud that enforces IAM, and on one that does not."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from sagalab.errors import SagaLabError


def as_role(cloud, name: str) -> boto3.session.Session:
    """Return a session with the temporary credentials of a new role that may do nothing."""
    role = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]
    keys = cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    return boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], cloud.region
    )


def calls(cloud) -> dict[str, tuple[str, dict, int, str]]:
    """Return for each service an operation, its arguments, and the status and code of its denial."""
    machine = f"arn:aws:states:{cloud.region}:{cloud.account}:stateMachine:m"
    topic = f"arn:aws:sns:{cloud.region}:{cloud.account}:t"
    return {
        "dynamodb": ("describe_table", {"TableName": "t"}, 400, "AccessDeniedException"),
        "lambda": ("invoke", {"FunctionName": "f"}, 403, "AccessDeniedException"),
        "sns": ("publish", {"TopicArn": topic, "Message": "m"}, 403, "AuthorizationError"),
        "sqs": ("receive_message", {"QueueUrl": f"{cloud.endpoint}/1/q"}, 403, "AccessDenied"),
        "stepfunctions": ("start_execution", {"stateMachineArn": machine}, 400, "AccessDeniedException"),
        "logs": ("describe_log_groups", {}, 400, "AccessDeniedException"),
        "iam": ("list_roles", {}, 403, "AccessDenied"),
    }


def test_every_service_refuses_in_its_own_way_and_the_user_may_do_all(iam_cloud):
    session = as_role(iam_cloud, "nothing")
    for service, (operation, arguments, status, code) in calls(iam_cloud).items():
        client = session.client(service, endpoint_url=iam_cloud.endpoint)
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(**arguments)
        answer = caught.value.response
        assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
        assert f":assumed-role/nothing/me is not authorized to perform: {service[:3]}" in (
            answer["Error"]["Message"].replace("states:", "stepfunctions:")
        )
    assert iam_cloud.client("iam").get_role(RoleName="nothing")


def test_an_attached_policy_counts_and_who_one_is_can_always_be_asked(iam_cloud):
    session = as_role(iam_cloud, "reader")
    iam = iam_cloud.client("iam")
    allow = {"Effect": "Allow", "Action": "logs:Describe*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    policy = iam.create_policy(PolicyName="reads-logs", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=policy)
    session.client("logs", endpoint_url=iam_cloud.endpoint).describe_log_groups()
    who = session.client("sts", endpoint_url=iam_cloud.endpoint).get_caller_identity()
    assert who["Arn"].endswith(":assumed-role/reader/me")


def test_without_iam_nothing_is_refused_and_it_cannot_be_turned_on(cloud):
    from sagalab.cloud import local_process

    session = as_role(cloud, "t-iam-free")
    session.client("logs", endpoint_url=cloud.endpoint).describe_log_groups()
    with pytest.raises(SagaLabError, match="runs already, without IAM"):
        local_process.start(iam=True)
