"""What the API keeps of an account in a region, and who reads it."""

import threading
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sagalab.localcloud.stepfunctions.api.activity import Activity
from sagalab.localcloud.stepfunctions.api.arns import parse
from sagalab.localcloud.stepfunctions.api.errors import labelled, no_execution, no_machine
from sagalab.localcloud.stepfunctions.api.execution import Execution
from sagalab.localcloud.stepfunctions.api.machine import Alias, Machine, Version

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driver import Driver


@dataclass
class Place:
    """An account's Step Functions in a region. Whoever changes it, or reads more than one thing, has `lock`.

    All is by ARN; `map_run_children` by the Map Run's ARN first.
    """

    account: str
    region: str
    driver: "Driver"
    machines: dict[str, Machine] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    ended: OrderedDict[str, Execution] = field(default_factory=OrderedDict)  # the oldest first
    map_run_children: defaultdict[str, dict[str, Execution]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    lock: threading.RLock = field(default_factory=threading.RLock)

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of something here."""
        return f"arn:aws:states:{self.region}:{self.account}:{kind}:{name}"

    def machine(self, text: str) -> Machine:
        """Return a machine by its own ARN. Raises ApiError InvalidArn, StateMachineDoesNotExist, and
        ValidationException for the ARN of a distributed Map."""
        found = self.machines.get(text)
        if found is None:
            if parse(text, "stateMachine").label is not None:
                raise labelled(text)
            raise no_machine(text)
        return found

    def machine_of(self, text: str) -> tuple[Machine, Version | Alias | None]:
        """Return the machine of an ARN, and the version or alias that it names.

        Raises ApiError InvalidArn, StateMachineDoesNotExist.
        """
        found = self.machines.get(text)
        if found is not None:
            return found, None
        arn = parse(text, "stateMachine")
        if arn.label is not None:
            raise labelled(text)
        machine = self.machines.get(arn.unqualified)
        if machine is None or arn.qualifier is None:
            raise no_machine(text)
        part: Version | Alias | None
        if arn.is_version:
            part = machine.versions.get(int(arn.qualifier))
        else:
            part = machine.aliases.get(arn.qualifier)
        if part is None:
            raise no_machine(text)
        return machine, part

    def execution(self, text: str, *kinds: str) -> Execution:
        """Return an execution by its ARN, which must be of one of the kinds.

        An express one is here only if a Map Run started it: no other can be asked for.
        Raises ApiError InvalidArn, ExecutionDoesNotExist.
        """
        found = self.executions.get(text)
        if found is not None and found.kind in kinds:
            return found
        if parse(text, *kinds).label is None:
            parse(text, "execution")
        raise no_execution(text)

    def runs(self, machine: Machine) -> list[Execution]:
        """Return the executions of a machine; those that Map Runs started are not among them."""
        return list(machine.executions.values())
