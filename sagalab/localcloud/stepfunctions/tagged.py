"""State machines and activities in the Resource Groups Tagging API, which moto answers."""

from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from sagalab.localcloud.stepfunctions.service import StepFunctions


class Tagged(BaseBackend, TaggableResourcesMixin):  # type: ignore[misc]  # moto's classes have no types here
    """What moto asks of a service of one region whose things have tags."""

    SERVICE_NAMESPACE = "states"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the machines and activities of the region with their tags."""
        place = StepFunctions.api.place(self.region_name)
        with place.lock:
            kept: list[tuple[str, list[Any]]] = [
                ("stateMachine", list(place.machines.values())),
                ("activity", list(place.activities.values())),
            ]
        for kind, things in kept:
            for thing in things:
                yield TaggedResource(thing.arn, dict(thing.tags), f"states:{kind}")


def install() -> None:
    """Make them known to moto, which finds them among its own."""
    backends = BackendDict(Tagged, "stepfunctions")
    backends[DEFAULT_ACCOUNT_ID]  # moto looks only at what somebody has used
