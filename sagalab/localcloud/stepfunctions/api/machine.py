"""State machines as they are kept: the machine, its revisions, versions and aliases."""

import functools
import json
import random
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from sagalab.asl.document import read
from sagalab.asl.engine.program import Program
from sagalab.localcloud.stepfunctions.api.execution import Execution

# revisionId of a machine that was never updated, where one must be named (PublishStateMachineVersion)
INITIAL = "INITIAL"


@functools.lru_cache(maxsize=256)
def program_of(definition: str) -> Program:
    """Return the program of a definition; executions share it."""
    return Program(read(json.loads(definition)))


@dataclass(frozen=True, slots=True)
class Revision:
    """What an update changes of a machine. `id` is None for the first one; `created` in milliseconds."""

    definition: str
    role_arn: str
    logging: dict[str, Any]
    tracing: dict[str, Any]
    encryption: dict[str, Any]
    created: int
    id: str | None = None

    def updated(self, at: int, **changes: Any) -> "Revision":
        """Return the revision with what is given; itself when nothing is another."""
        given = {key: value for key, value in changes.items() if value is not None}
        if "definition" in given and _same_json(given["definition"], self.definition):
            del given["definition"]
        if all(getattr(self, key) == value for key, value in given.items()):
            return self
        return replace(self, **given, created=at, id=str(uuid.uuid4()))


def _same_json(one: str, other: str) -> bool:
    return one == other or bool(json.loads(one) == json.loads(other))


@dataclass(slots=True)
class Version:
    """A published revision; it never changes."""

    arn: str
    number: int
    revision: Revision
    description: str | None
    created: int


@dataclass(slots=True)
class Alias:
    """A name for one or two versions, each with its share of the executions in percent."""

    arn: str
    name: str
    description: str | None
    routing: list[dict[str, Any]]
    created: int
    updated: int

    def draw(self) -> str:
        """Return the ARN of the version that runs the next execution."""
        arns = [route["stateMachineVersionArn"] for route in self.routing]
        chosen: str = random.choices(arns, [route["weight"] for route in self.routing])[0]
        return chosen


@dataclass(slots=True)
class Machine:
    """A state machine. Its executions are by name; `published` is the number of the last version."""

    arn: str
    name: str
    type: str
    revision: Revision
    created: int
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    published: int = 0
    first: tuple[bool, str | None] = (False, None)  # publish and versionDescription of its creation
    deleting: bool = False

    def version_of(self, revision: Revision) -> Version | None:
        """Return the version that a revision was published as."""
        return next((one for one in self.versions.values() if one.revision is revision), None)

    def publish(self, description: str | None, at: int) -> Version:
        """Publish the current revision; one that is published already is that version."""
        found = self.version_of(self.revision)
        if found is None:
            self.published += 1
            found = Version(f"{self.arn}:{self.published}", self.published, self.revision, description, at)
            self.versions[self.published] = found
        return found
