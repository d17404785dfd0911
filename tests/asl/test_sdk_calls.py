"""The calls of services that are known by name: botocore's, and what the lint and the creation say of others."""

import json

import botocore.session
import pytest

from sagalab.asl.sdk_calls import CALLS, OTHER_NAMES
from sagalab.linting.lint import ERROR, lint
from sagalab.localcloud.stepfunctions.api import definitions
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.localcloud.stepfunctions.running.tasks.sdk import SERVICES


def calling(call):
    state = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{call}", "Parameters": {}, "End": True}
    return {"StartAt": "A", "States": {"A": state}}


def test_every_call_of_the_local_clouds_services_is_known():
    session = botocore.session.get_session()
    assert CALLS.keys() == SERVICES.keys()
    for service, (name, _) in SERVICES.items():
        names = session.get_service_model(name).operation_names
        assert CALLS[service] == {call[0].lower() + call[1:] for call in names}, (
            f"{service}: name it in sdk_calls.py"
        )
    assert not CALLS.keys() & OTHER_NAMES.keys()


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        ("dynamodb:getitem", "aws-sdk:dynamodb:getItem?"),
        ("dynamodb:transactWriteItem", "aws-sdk:dynamodb:transactWriteItems?"),
        ("s3:getObjekt.waitForTaskToken", "aws-sdk:s3:getObject.waitForTaskToken?"),
        ("stepfunctions:startExecution", "aws-sdk:sfn:startExecution?"),
        ("events:putEvent", "aws-sdk:eventbridge:putEvents?"),
        ("sqs:nothingLikeIt", "API reference of sqs"),
    ],
)
def test_a_misspelt_call_is_an_error_at_both(call, cure):
    [finding] = [finding for finding in lint(calling(call)) if finding.severity == ERROR]
    assert cure in finding.cure
    with pytest.raises(ApiError, match="is not recognized"):
        definitions.accept(json.dumps(calling(call)), "STANDARD")


@pytest.mark.parametrize(
    "call", ["s3:listObjectsV2", "ec2:describeInstances", "bedrockruntime:converse", "new:thing"]
)
def test_what_is_not_known_is_taken(call):
    assert not [finding for finding in lint(calling(call)) if finding.severity == ERROR]
