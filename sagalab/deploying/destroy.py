"""Destroy a deployment: everything that carries its tags, and nothing else."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.confirm import confirm as confirm_on_aws
from sagalab.cloud.retrying import unless
from sagalab.deploying.deployment import cloud_of
from sagalab.deploying.part import Change, Part
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
    Running executions are stopped. On AWS, `confirm` is called first; it stops the destruction by raising;
    by default it is that of confirm.py.
    """
    cloud = cloud_of(cloud, prefix)
    if not cloud.is_local:
        (confirm or confirm_on_aws)(cloud)
    parts = Parts(cloud, cloud.prefix)
    stages = [parts.all_machines(), *reversed(parts.stages())]
    # Whose everything is, is asked before anything is deleted: a function's log group may be known by it.
    states = [together(lambda part: part.state(), stage) for stage in stages]
    changes: list[Change] = []
    with show_progress(f"Destroying {cloud.prefix}", sum(map(len, stages)), show=progress) as advance:

        def remove(found: tuple[Part, str]) -> Change:
            part, state = found
            if state == "present":
                unless(part.missing_codes, part.delete)  # another destroy may be faster
            advance(f"{part.kind} {part.name}")
            action = {"present": "deleted", "missing": "absent"}.get(state, "not ours")
            return Change(part.kind, part.name, action)

        for stage, known in zip(stages, states, strict=True):
            changes += together(remove, list(zip(stage, known, strict=True)))
    return changes
