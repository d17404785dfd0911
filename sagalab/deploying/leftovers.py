"""What of Saga Lab is on a cloud: found by tag, and by name in each service's own list.

The two ways do not trust each other, nor what `destroy` believes that it deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import unless
from sagalab.deploying.deployment import cloud_of
from sagalab.deploying.names import PROJECT, TAG_PREFIX, TAG_PROJECT
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

# How an ARN names each kind: (service, what stands before the name).
_IN_ARN = {
    ("dynamodb", "table/"): "table",
    ("lambda", "function:"): "function",
    ("sns", ""): "topic",
    ("sqs", ""): "queue",
    ("logs", "log-group:"): "log group",
    ("states", "stateMachine:"): "state machine",
}
KINDS = ("table", "function", "role", "topic", "queue", "log group", "state machine")
_LOG_GROUPS = ("/aws/lambda/", "/aws/vendedlogs/states/")


@dataclass(frozen=True, order=True)
class Leftover:
    """One thing that is there. `prefix` is its tag's, "" when it has no tag of ours."""

    kind: str
    name: str
    prefix: str


@explained
def by_tag(cloud: "Cloud | None" = None) -> list[Leftover]:
    """Return what carries our tags: on AWS what has your prefix, on the local cloud all there is.

    On AWS the index of tags may show a deleted thing for some minutes. Roles are not in that index
    (Resource Groups Tagging API reference), so these are asked one by one.
    """
    cloud = cloud_of(cloud, None)
    found = [*_tagged(cloud), *_tagged_roles(cloud)]
    return sorted(each for each in found if cloud.is_local or each.prefix == cloud.prefix)


@explained
def by_name(cloud: "Cloud | None" = None) -> list[Leftover]:
    """Return what is in the lists of the seven services under a name that begins with your prefix.

    On AWS, what is tagged with another prefix is left out: a neighbour's may begin with yours.
    """
    cloud = cloud_of(cloud, None)
    known = {(each.kind, each.name): each.prefix for each in [*_tagged(cloud), *_tagged_roles(cloud)]}
    named = [pair for pairs in together(lambda kind: _listed(cloud, kind), KINDS) for pair in pairs]
    found = [Leftover(kind, name, known.get((kind, name), "")) for kind, name in named]
    return sorted(each for each in found if cloud.is_local or each.prefix in ("", cloud.prefix))


def _tagged(cloud: "Cloud") -> Iterator[Leftover]:
    pages = (
        cloud.client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(TagFilters=[{"Key": TAG_PROJECT, "Values": [PROJECT]}])
    )
    for resource in (each for page in pages for each in page["ResourceTagMappingList"]):
        _, _, service, _, _, rest = resource["ResourceARN"].split(":", 5)
        tags = {tag["Key"]: tag["Value"] for tag in resource["Tags"]}
        for (of_service, before), kind in _IN_ARN.items():
            if service == of_service and rest.startswith(before):
                yield Leftover(kind, rest.removeprefix(before), tags.get(TAG_PREFIX, ""))


def _tagged_roles(cloud: "Cloud") -> Iterator[Leftover]:
    for kind, name in _listed(cloud, "role"):
        answer = unless(("NoSuchEntity",), cloud.client("iam").list_role_tags, RoleName=name) or {"Tags": []}
        tags = {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
        if tags.get(TAG_PROJECT) == PROJECT:
            yield Leftover(kind, name, tags.get(TAG_PREFIX, ""))


def _listed(cloud: "Cloud", kind: str) -> list[tuple[str, str]]:
    """Return (kind, name) of all things of a kind whose name begins with the prefix."""
    start = f"{cloud.prefix}-"
    if kind == "log group":
        starts = [before + start for before in _LOG_GROUPS]
        pages = [page for each in starts for page in _pages(cloud, "logs", logGroupNamePrefix=each)]
        return [(kind, group["logGroupName"]) for page in pages for group in page["logGroups"]]
    service, names = _LISTS[kind]
    found = [name for page in _pages(cloud, service) for name in names(page)]
    if kind == "state machine":
        found = [name for name in found if name.startswith(start) and not _vanishing(cloud, name)]
    return [(kind, name) for name in found if name.startswith(start)]


_LISTS = {
    "table": ("dynamodb", lambda page: page["TableNames"]),
    "function": ("lambda", lambda page: [each["FunctionName"] for each in page["Functions"]]),
    "role": ("iam", lambda page: [each["RoleName"] for each in page["Roles"]]),
    "topic": ("sns", lambda page: [each["TopicArn"].rpartition(":")[2] for each in page["Topics"]]),
    "queue": ("sqs", lambda page: [url.rpartition("/")[2] for url in page.get("QueueUrls", [])]),
    "state machine": ("stepfunctions", lambda page: [each["name"] for each in page["stateMachines"]]),
}
_CALLS = {
    "dynamodb": "list_tables",
    "lambda": "list_functions",
    "iam": "list_roles",
    "sns": "list_topics",
    "sqs": "list_queues",
    "logs": "describe_log_groups",
    "stepfunctions": "list_state_machines",
}


def _pages(cloud: "Cloud", service: str, **arguments: Any) -> list[dict[str, Any]]:
    return list(cloud.client(service).get_paginator(_CALLS[service]).paginate(**arguments))


def _vanishing(cloud: "Cloud", name: str) -> bool:
    """Tell whether a state machine is deleted already: Step Functions lists it until it has vanished."""
    arn = f"arn:aws:states:{cloud.region}:{cloud.account}:stateMachine:{name}"
    describe = cloud.client("stepfunctions").describe_state_machine
    found = unless(("StateMachineDoesNotExist",), describe, stateMachineArn=arn)
    return found is None or found["status"] == "DELETING"
