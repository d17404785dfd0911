"""What a Task calls, and with whose rights: what AWS refuses of it.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html (patterns),
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html (express machines).
"""

import difflib
import re
from collections.abc import Iterator

from sagalab.asl.check import words
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.check.words import Kind, Words
from sagalab.asl.document import State
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.resource import Resource
from sagalab.asl.sdk_calls import CALLS, OTHER_NAMES

# https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
OPTIMIZED = {
    service: frozenset(actions.split())
    for service, actions in {
        "lambda": "invoke",
        "sns": "publish",
        "sqs": "sendMessage",
        "dynamodb": "deleteItem getItem putItem updateItem",
        "events": "putEvents",
        "states": "startExecution",
        "batch": "submitJob",
        "ecs": "runTask",
        "glue": "startJobRun",
        "databrew": "startJobRun",
        "codebuild": "batchDeleteBuilds batchGetReports deleteBuildBatch retryBuildBatch startBuild startBuildBatch stopBuild stopBuildBatch",
        "sagemaker": "createEndpoint createEndpointConfig createHyperParameterTuningJob createLabelingJob createModel createProcessingJob createTrainingJob createTransformJob updateEndpoint",
        "athena": "getQueryExecution getQueryResults startQueryExecution stopQueryExecution",
        "apigateway": "invoke",
        "bedrock": "createModelCustomizationJob invokeModel",
        "bedrockagentcore": "invokeHarness",
        "eks": "call createCluster createFargateProfile createNodegroup deleteCluster deleteFargateProfile deleteNodegroup runJob",
        "elasticmapreduce": "addStep cancelStep createCluster modifyInstanceFleetByName modifyInstanceGroupByName setClusterTerminationProtection terminateCluster",
        "emr-containers": "createVirtualCluster deleteVirtualCluster startJobRun",
        "emr-serverless": "cancelJobRun createApplication deleteApplication startApplication startJobRun stopApplication",
        "mediaconvert": "createJob",
        "http": "invoke",
    }.items()
}
# supported-services-awssdk.html: the service in small letters, the action in camel case
_SDK_CALL = re.compile(r"[a-z0-9]+:[a-z]\w*")
_NOT_AN_ARN = Words("Value is not a valid resource ARN", Kind.RESOURCE)
# https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html: which patterns a service has not
_NO_JOBS = frozenset("lambda sns sqs dynamodb events apigateway http bedrockagentcore".split())
_NO_TOKENS = frozenset(
    "athena batch codebuild elasticmapreduce emr-containers emr-serverless glue databrew mediaconvert "
    "sagemaker dynamodb http bedrockagentcore".split()
)

_REQUIRED = {
    "lambda:invoke": "FunctionName",
    "sqs:sendMessage": "QueueUrl MessageBody",
    "sns:publish": "Message",
    "dynamodb:putItem": "TableName Item",
    "dynamodb:getItem": "TableName Key",
    "states:startExecution": "StateMachineArn",
    "events:putEvents": "Entries",
    "ecs:runTask": "TaskDefinition",
    "glue:startJobRun": "JobName",
}
_WRITTEN = (
    "TableName ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues "
    "ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure "
)
# What the APIs behind the integrations take, as a state writes it; a test compares it with botocore's models.
FIELDS = {
    call: frozenset(names.split())
    for call, names in {
        "lambda:invoke": "ClientContext DurableExecutionName FunctionName InvocationType LogType Payload Qualifier TenantId",
        "sqs:sendMessage": "DelaySeconds MessageAttributes MessageBody MessageDeduplicationId MessageGroupId "
        "MessageSystemAttributes QueueUrl",
        "sns:publish": "Message MessageAttributes MessageDeduplicationId MessageGroupId MessageStructure PhoneNumber "
        "Subject TargetArn TopicArn",
        "dynamodb:getItem": "AttributesToGet ConsistentRead ExpressionAttributeNames Key ProjectionExpression "
        "ReturnConsumedCapacity TableName",
        "dynamodb:putItem": f"{_WRITTEN} Item",
        "dynamodb:updateItem": f"{_WRITTEN} Key AttributeUpdates UpdateExpression",
        "dynamodb:deleteItem": f"{_WRITTEN} Key",
        "events:putEvents": "EndpointId Entries",
        "states:startExecution": "Input Name StateMachineArn TraceHeader",
    }.items()
}


def check_resource(state: State, express: bool) -> Iterator[Problem]:
    """Yield what is wrong with a Task's Resource and Credentials."""
    place, credentials = (*state.path, "Resource"), state.body.get("Credentials")
    resource = state.resource
    if state.body.get("Resource") == "":
        yield Problem(SCHEMA, _NOT_AN_ARN, place)
    if resource is not None and not has_placeholder(resource.arn):
        if resource.kind == "unknown":
            yield Problem(SCHEMA, _NOT_AN_ARN, place)
        elif not _is_offered(resource):
            said: str = Words(
                f"The resource provided {resource.arn} is not recognized. The value is not a valid resource "
                "ARN, or the resource is not available in this region.",
                Kind.RESOURCE,
            )
            yield Problem(SCHEMA, said, place)
        elif express and resource.pattern is not None:
            pattern = resource.pattern.partition(":")[0]
            # the two spaces before "at" are AWS's (recorded)
            said = f"Express state machine does not support '.{pattern}' service integration "
            yield Problem(SCHEMA, said, place)
        elif express and resource.kind == "activity":
            yield Problem(SCHEMA, "Express state machine does not support Activity ARN", place)
        if resource.kind in ("service", "aws-sdk", "http") and _is_offered(resource):
            yield from _parameters(state, resource)
        if resource.kind == "activity" and "Credentials" in state.body:
            said = "The field 'Credentials' is not supported for activities"
            yield Problem(SCHEMA, said, (*state.path, "Credentials"))
            return
    if isinstance(credentials, dict) and not {"RoleArn", "RoleArn.$"} & set(credentials):
        yield Problem(SCHEMA, words.missing_one("RoleArn"), (*state.path, "Credentials"))


def _parameters(state: State, resource: Resource) -> Iterator[Problem]:
    """What the call is given: AWS looks for it before it runs (measured for the calls in _REQUIRED)."""
    field = "Arguments" if state.is_jsonata else "Parameters"
    given = state.body.get(field)
    if field not in state.body:
        yield Problem(SCHEMA, words.no_parameters(field, resource.arn), state.path)
    elif isinstance(given, dict) and resource.kind == "service":
        call = f"{resource.service}:{resource.action}"
        for name in _REQUIRED.get(call, "").split():
            if name not in given and f"{name}.$" not in given:
                yield Problem(SCHEMA, words.missing_one(name), (*state.path, field))
        for key in given if call in FIELDS else ():
            name = key if state.is_jsonata else key.removesuffix(".$")
            if name not in FIELDS[call] and not has_placeholder(key):
                near = next(iter(difflib.get_close_matches(name, FIELDS[call], 1)), "")
                yield Problem(SCHEMA, words.not_of_the_call(key, call, near), (*state.path, field))


def _is_offered(resource: Resource) -> bool:
    """Tell whether Step Functions has this integration, with this pattern."""
    if resource.kind not in ("service", "aws-sdk", "http"):
        return True
    if resource.kind == "aws-sdk":
        if not _SDK_CALL.fullmatch(f"{resource.service}:{resource.action}"):
            return False
        if resource.service in OTHER_NAMES or resource.action not in CALLS.get(
            resource.service, {resource.action}
        ):
            return False
    elif resource.action not in OPTIMIZED.get(resource.service, ()):
        return False
    if resource.waits_for_token:
        return resource.kind == "aws-sdk" or resource.service not in _NO_TOKENS
    if resource.pattern == "sync:2":
        return resource.service == "states" and resource.kind == "service"
    if resource.pattern == "sync":
        return resource.kind != "aws-sdk" and resource.service not in _NO_JOBS
    return resource.pattern is None
