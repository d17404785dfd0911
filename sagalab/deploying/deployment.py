"""What is deployed under a prefix: names and ARNs of its parts, and what of it is there. Changes nothing."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sagalab.cloud.aws_errors import explained
from sagalab.deploying.machines import definition as read_definition
from sagalab.deploying.machines import substitute
from sagalab.deploying.names import TABLES, TASKS, Arns, Names
from sagalab.deploying.part import Change, Part
from sagalab.deploying.parts import Parts
from sagalab.errors import SagaLabError
from sagalab.project import state_dir
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud


@dataclass(frozen=True)
class Deployment:
    """One deployment: where its tables, functions, topic, queue and state machines are.

    `tables` maps orders, payments, inventory, stock and attempts to table names; `functions` task names to
    ARNs; `machines` names such as "saga" to ARNs. `changes` says what the last `deploy` did.
    """

    cloud: "Cloud" = field(repr=False)
    prefix: str
    queue_url: str = field(repr=False)
    machines: dict[str, str] = field(repr=False)
    changes: tuple[Change, ...] = field(default=(), repr=False, compare=False)

    @property
    def _names(self) -> Names:
        return Names(self.prefix)

    @property
    def _arns(self) -> Arns:
        return Arns(self._names, self.cloud.region, self.cloud.account)

    @property
    def tables(self) -> dict[str, str]:
        return {key: self._names.table(key) for key in TABLES}

    @property
    def functions(self) -> dict[str, str]:
        return {task.task: self._arns.function(task) for task in TASKS}

    @property
    def topic_arn(self) -> str:
        return self._arns.topic

    @property
    def substitutions(self) -> dict[str, str]:
        """Return the ARN of every ${Name} that a definition may use."""
        functions = {task.substitution: self._arns.function(task) for task in TASKS}
        return {**functions, "SagaTopic": self.topic_arn}

    @property
    def inbox_file(self) -> Path:
        """Return where the notifications that came are kept (see ledger/inbox.py)."""
        return inbox_file(self.cloud, self.prefix)

    def machine(self, name: str = "saga") -> str:
        """Return the ARN of a state machine. Raises SagaLabError when it is not deployed."""
        if name not in self.machines:
            raise SagaLabError(
                f"There is no state machine {name!r} under the prefix {self.prefix}.",
                f"There is: {', '.join(sorted(self.machines)) or 'none'}.",
            )
        return self.machines[name]


def cloud_of(cloud: "Cloud | None", prefix: str | None) -> "Cloud":
    """Return the cloud to use: the one given or the environment's, with another prefix if one is given."""
    if cloud is None:
        from sagalab.cloud.connect import connect

        cloud = connect()
    return cloud if prefix in (None, cloud.prefix) else replace(cloud, prefix=prefix)


def inbox_file(cloud: "Cloud", prefix: str) -> Path:
    """Return the file of a deployment's notifications: on AWS one for each account and region.

    No file shows an account's id, in its name neither.
    """
    if cloud.is_local:
        return state_dir() / f"inbox-{prefix}.jsonl"
    account = sha256(cloud.account.encode()).hexdigest()[:8]
    return state_dir() / f"inbox-aws-{account}-{cloud.region}-{prefix}.jsonl"


class NotDeployed(SagaLabError):
    """The saga is not there: that was read, and is no failure to read."""


def not_deployed(prefix: str) -> NotDeployed:
    """Return the error for a saga that is not there."""
    return NotDeployed(f"The saga is not deployed under the prefix {prefix}.", "Deploy it: sagalab deploy")


@explained
def deployment(cloud: "Cloud | None" = None, *, prefix: str | None = None) -> Deployment:
    """Return what is deployed under the prefix. Raises SagaLabError when it is missing or half-made.

    The state machine is made last and deleted first, so where it is, the rest is.
    """
    cloud = cloud_of(cloud, prefix)
    parts = Parts(cloud, cloud.prefix)
    found = {machine.name.removeprefix(parts.names.machine("")): machine.arn for machine in parts.machines()}
    url = parts.queue().url() if "saga" in found else None
    if url is None:
        raise not_deployed(cloud.prefix)
    return Deployment(cloud, cloud.prefix, url, found)


@dataclass(frozen=True)
class PartStatus:
    """One part of a deployment, and its state.

    "present"; "changed" (it is there, and `differences` say in words what `deploy` would mend); "missing";
    or "not ours" (another's, of that name).
    """

    kind: str
    name: str
    state: str
    differences: tuple[str, ...] = ()


@explained
def status(cloud: "Cloud | None" = None, *, prefix: str | None = None) -> list[PartStatus]:
    """Return the state of every part under the cloud's prefix (or `prefix`). Changes nothing."""
    cloud = cloud_of(cloud, prefix)
    parts = Parts(cloud, cloud.prefix)
    here = Deployment(cloud, cloud.prefix, "", {})

    def look(part: Part) -> PartStatus:
        state = part.state()
        differences = part.differences() if state == "present" else []
        return PartStatus(part.kind, part.name, "changed" if differences else state, tuple(differences))

    saga = parts.machine("saga", substitute(read_definition("saga"), here))
    others = [machine for machine in parts.named_machines() if machine.name != saga.name]
    # each part in the order of the answer, with the states in which nothing is told of it
    looked_at: list[tuple[Part, tuple[str, ...]]] = [
        *((part, ()) for stage in parts.stages() for part in stage),
        *((part, ("missing",)) for stage in parts.durable_stages() for part in stage),
        (saga, ()),
        *((machine, ("missing", "not ours")) for machine in others),
    ]
    found = together(look, [part for part, _ in looked_at])
    return [each for each, (_, untold) in zip(found, looked_at, strict=True) if each.state not in untold]
