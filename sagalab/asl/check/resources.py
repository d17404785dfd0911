"""What a Task calls, and with whose rights: what AWS refuses of it.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html (patterns),
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html (express machines).
"""

from collections.abc import Iterator

from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.document import State
from sagalab.asl.placeholder import has_placeholder

PATTERNS = (None, "sync", "sync:2", "waitForTaskToken")
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
        "eks": "call createCluster createFargateProfile createNodegroup deleteCluster deleteFargateProfile deleteNodegroup runJob",
        "elasticmapreduce": "addStep cancelStep createCluster modifyInstanceFleetByName modifyInstanceGroupByName setClusterTerminationProtection terminateCluster",
        "emr-containers": "createVirtualCluster deleteVirtualCluster startJobRun",
        "emr-serverless": "cancelJobRun createApplication deleteApplication startApplication startJobRun stopApplication",
        "mediaconvert": "createJob",
        "http": "invoke",
        "s3": "getObject listObjectsV2 putObject",
    }.items()
}
_NOT_AN_ARN = "Value is not a valid resource ARN"


def check_resource(state: State, express: bool) -> Iterator[Problem]:
    """Yield what is wrong with a Task's Resource and Credentials."""
    place = (*state.path, "Resource")
    resource = state.resource
    if resource is not None and not has_placeholder(resource.arn):
        if resource.kind == "unknown":
            yield Problem(SCHEMA, _NOT_AN_ARN, place)
        elif resource.kind == "service" and resource.action not in OPTIMIZED.get(resource.service, ()):
            yield Problem(SCHEMA, f"The resource provided {resource.arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.", place)  # fmt: skip
        elif resource.kind in ("service", "aws-sdk", "http") and resource.pattern not in PATTERNS:
            yield Problem(SCHEMA, _NOT_AN_ARN, place)
        if express and resource.pattern in ("sync", "sync:2", "waitForTaskToken"):
            # the two spaces are AWS's (recorded)
            words = f"Express state machine does not support '.{resource.pattern}' service integration "
            yield Problem(SCHEMA, words, place)
        elif express and resource.kind == "activity":
            yield Problem(SCHEMA, "Express state machine does not support Activity ARN", place)
    credentials = state.body.get("Credentials")
    if isinstance(credentials, dict) and not {"RoleArn", "RoleArn.$"} & set(credentials):
        yield Problem(SCHEMA, "The field 'RoleArn' is required but was missing", (*state.path, "Credentials"))
