"""Destroy a deployment: everything that carries its tags, and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.confirm import confirm as confirm_on_aws
from sagalab.cloud.retrying import unless
from sagalab.deploying.deployment import cloud_of, inbox_file
from sagalab.deploying.names import DURABLE, TABLES, TAG_PREFIX, TASKS, Names
from sagalab.deploying.part import Action, Change, Part
from sagalab.deploying.parts import Parts
from sagalab.progress import progress as show_progress
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud


@explained
def destroy(
    cloud: "Cloud | None" = None,
    *,
    prefix: str | None = None,
    progress: bool = True,
    confirm: Callable[["Cloud"], None] | None = None,
) -> list[Change]:
    """Delete what was deployed under the cloud's prefix (or `prefix`); return what happened to each part.

    A part is deleted only when it has our exact name and carries our tag; another thing of that name is
    left alone, with the action "not ours". Parts that are not there do no harm, so it can be repeated.
    Running executions are stopped, and the notifications that were kept here are forgotten.

    On AWS, `confirm` is called first; it stops the destruction by raising; by default it is that of confirm.py.
    """
    cloud = cloud_of(cloud, prefix)
    if not cloud.is_local:
        (confirm or confirm_on_aws)(cloud)
    parts = Parts(cloud, cloud.prefix)
    durable = [[part for part in stage if part.state() == "present"] for stage in parts.durable_stages()]
    stages: list[Sequence[Part]] = [parts.all_machines(), *reversed(durable), *reversed(parts.stages())]
    # Whose everything is, is asked before anything is deleted: a function's log group may be known by it.
    states = [together(lambda part: part.state(), stage) for stage in stages]
    changes: list[Change] = []
    with show_progress(f"Destroying {cloud.prefix}", sum(map(len, stages)), show=progress) as advance:

        def remove(found: tuple[Part, str]) -> Change:
            part, state = found
            if state == "present":
                unless(part.missing_codes, part.delete)  # another destroy may be faster
            advance(f"{part.kind} {part.name}")
            actions: dict[str, Action] = {"present": "deleted", "missing": "absent"}
            return Change(part.kind, part.name, actions.get(state, "not ours"))

        for stage, known in zip(stages, states, strict=True):
            changes += together(remove, list(zip(stage, known, strict=True)))
    inbox_file(cloud, cloud.prefix).unlink(missing_ok=True)
    return changes


# Where each kind of part is listed: service, operation, key of the list, key of the name (None: it is one).
_LISTS = (
    ("iam", "list_roles", "Roles", "RoleName"),
    ("dynamodb", "list_tables", "TableNames", None),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", None),
)


@explained
def prefixes_under(prefix: str, cloud: "Cloud | None" = None) -> list[str]:
    """Return the prefixes with something of ours: `prefix`, and those that begin with it and a hyphen.

    Names tell where to look, tags what is ours: another's part of such a name does not count.
    """
    cloud = cloud_of(cloud, prefix)
    Names(prefix)  # refuses what is no prefix
    candidates = {found for name in _names(cloud) if (found := _prefix_in(name))}
    candidates |= _of_machines(cloud, prefix)
    under = sorted(each for each in candidates if each == prefix or each.startswith(f"{prefix}-"))
    return [each for each in under if any(part.state() == "present" for part in _all_parts(cloud, each))]


def destroy_all(
    prefixes: Iterable[str],
    cloud: "Cloud | None" = None,
    *,
    progress: bool = True,
    confirm: Callable[["Cloud"], None] | None = None,
) -> list[Change]:
    """Destroy the deployments of these prefixes, one after another; return what happened to each part."""
    cloud = cloud_of(cloud, None)
    return [
        change
        for prefix in prefixes
        for change in destroy(cloud, prefix=prefix, progress=progress, confirm=confirm)
    ]


def _all_parts(cloud: "Cloud", prefix: str) -> list[Part]:
    parts = Parts(replace(cloud, prefix=prefix), prefix)
    stages = [*parts.stages(), *parts.durable_stages()]
    return [*parts.all_machines(), *(part for stage in stages for part in stage)]


def _names(cloud: "Cloud") -> Iterable[str]:
    for service, operation, items, key in _LISTS:
        for page in cloud.client(service).get_paginator(operation).paginate():
            yield from (item if key is None else item[key] for item in page.get(items, ()))


def _suffixes() -> list[str]:
    """Return what our names end with, longest first: what comes before is the prefix."""
    names = Names("p")
    parts = [*(names.table(key) for key in TABLES), names.topic, names.dead_letter_queue, names.machine_role]
    parts += [make(task) for task in TASKS for make in (names.function, names.function_role)]
    parts += [names.machine(), names.durable_role, *(names.durable(each.name) for each in DURABLE)]
    return sorted((part.removeprefix("p") for part in parts), key=len, reverse=True)


def _prefix_in(name: str) -> str:
    """Return what the name of one of our parts begins with, "" when no part of ours ends so."""
    last = name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return next((last.removesuffix(suffix) for suffix in _suffixes() if last.endswith(suffix)), "")


def _of_machines(cloud: "Cloud", prefix: str) -> set[str]:
    """Return the prefixes in the tags of the state machines: their names may end in anything."""
    client = cloud.client("stepfunctions")
    pages = client.get_paginator("list_state_machines").paginate()
    found = [each for page in pages for each in page["stateMachines"]]
    tags = [
        client.list_tags_for_resource(resourceArn=each["stateMachineArn"])["tags"]
        for each in found
        if each["name"].startswith(f"{prefix}-")
    ]
    return {tag["value"] for each in tags for tag in each if tag["key"] == TAG_PREFIX}
