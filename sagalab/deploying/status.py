"""What of a deployment is there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagalab.deploying.deployment import cloud_of
from sagalab.deploying.part import Part
from sagalab.deploying.parts import Parts
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud


@dataclass(frozen=True)
class PartStatus:
    """One part of a deployment: its state is "present", "missing" or "not ours" (another's, of that name)."""

    kind: str
    name: str
    state: str


def status(cloud: "Cloud | None" = None, *, prefix: str | None = None) -> list[PartStatus]:
    """Return the state of every part under the cloud's prefix (or `prefix`). Changes nothing."""
    cloud = cloud_of(cloud, prefix)
    parts = Parts(cloud, cloud.prefix)

    def look(part: Part) -> PartStatus:
        return PartStatus(part.kind, part.name, part.state())

    return together(look, [*(part for stage in parts.stages() for part in stage), *parts.all_machines()])
