"""One part of a deployment: made when it is missing, mended when it differs, deleted only when it is ours.

Each kind (table, role, log group, function, topic, queue, machine) is a small subclass in a part_….py.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from botocore.exceptions import ClientError

from sagalab.cloud.retrying import code
from sagalab.deploying.names import TAG_PREFIX, tags
from sagalab.errors import SagaLabError

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

Action = Literal["created", "updated", "unchanged", "deleted", "absent", "not ours"]


@dataclass
class Part(ABC):
    """A named resource under a prefix. Subclasses say how it is found, made, mended and deleted."""

    cloud: "Cloud"
    prefix: str
    name: str
    # what was read last, for who is asked right after it (`update`, `differences`): nothing is asked for twice
    _seen: Any = field(default=None, init=False, repr=False, compare=False)

    kind: ClassVar[str]
    # The error codes by which AWS says that it is not there, or that it is there already.
    missing_codes: ClassVar[tuple[str, ...]]
    exists_codes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def tags(self) -> Mapping[str, str] | None:
        """Return the tags that it has now, or None when it is not there."""

    @abstractmethod
    def create(self) -> None:
        """Make it, with `own_tags` from its first moment, so that a half-made one is known as ours."""

    @abstractmethod
    def differences(self) -> list[str]:
        """Return in a word or two each what differs from what it should be: ["policy"]; [] when nothing does."""

    @abstractmethod
    def mend(self, differences: list[str]) -> None:
        """Mend what `differences` found."""

    @abstractmethod
    def delete(self) -> None:
        """Delete it, and wait until it is gone where its name would be blocked otherwise.

        May fail with one of `missing_codes` when it vanishes meanwhile.
        """

    @property
    def own_tags(self) -> dict[str, str]:
        return tags(self.prefix)

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """Return `own_tags` as most AWS calls want them."""
        return [{"Key": key, "Value": value} for key, value in self.own_tags.items()]

    def is_ours(self, found: Mapping[str, str]) -> bool:
        return found.get(TAG_PREFIX) == self.prefix

    def state(self) -> Literal["present", "missing", "not ours"]:
        """Return whether it is there and ours."""
        found = self.tags()
        if found is None:
            return "missing"
        return "present" if self.is_ours(found) else "not ours"

    def _take_seen(self) -> Any:
        """Return what was read last, once: who comes later reads anew. None when nothing was."""
        seen, self._seen = self._seen, None
        return seen

    def update(self) -> bool:
        """Mend what differs; return whether anything did."""
        found = self.differences()
        if found:
            self.mend(found)
        return bool(found)

    def ensure(self) -> Action:
        """Make it, or mend it. Raises SagaLabError when something else has its name."""
        return self.ensured(self.tags())

    def ensured(self, found: Mapping[str, str] | None) -> Action:
        """Make it, or mend it, when it was found with these tags, or was not there (None)."""
        if found is None:
            try:
                self.create()
                return "created"
            except ClientError as error:
                if code(error) not in self.exists_codes:
                    raise
            found = self.tags() or {}  # someone else made it in this moment
        if not self.is_ours(found):
            raise SagaLabError(
                f"A {self.kind} named {self.name} exists, and it was not made by Saga Lab under this prefix.",
                "Delete it, or choose another prefix: SAGALAB_PREFIX=….",
            )
        return "updated" if self.update() else "unchanged"


@dataclass(frozen=True)
class Change:
    """What happened to one part: `Change("table", "saga-orders", "created")`."""

    kind: str
    name: str
    action: Action
