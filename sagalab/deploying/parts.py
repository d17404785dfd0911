"""All parts of a deployment, in the stages in which they are made."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagalab.deploying.names import DURABLE, TABLES, TASKS, Arns, DurableFunction, Names, TaskFunction
from sagalab.deploying.package import Package, package, with_durable_sdk
from sagalab.deploying.part import Part
from sagalab.deploying.part_function import Function
from sagalab.deploying.part_log_group import LogGroup
from sagalab.deploying.part_machine import Machine
from sagalab.deploying.part_messaging import Queue, Topic
from sagalab.deploying.part_role import Role
from sagalab.deploying.part_table import Table
from sagalab.deploying.policies import (
    TABLE_ACTIONS,
    durable_policy,
    function_policy,
    machine_policy,
    queue_policy,
)

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

MAX_RECEIVE_COUNT = 5
# seconds for a whole execution, waits included, as long as the state machine's TimeoutSeconds; days that its history is kept
DURABLE_CONFIG = {"ExecutionTimeout": 600, "RetentionPeriodInDays": 14}
DEAD_LETTERS_KEPT_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


@dataclass(frozen=True)
class Parts:
    """The parts under one prefix. Nothing is called before a part is asked to do something."""

    cloud: "Cloud"
    prefix: str

    @cached_property
    def names(self) -> Names:
        return Names(self.prefix)

    @cached_property
    def arns(self) -> Arns:
        return Arns(self.names, self.cloud.region, self.cloud.account)

    @cached_property
    def _package(self) -> Package:
        return package()

    def stages(self) -> list[list[Part]]:
        """Return the parts; those of one stage do not need each other. The machine comes last: it is the
        sign that a deployment is whole."""
        return [
            [*self.roles(), *self.tables(), *self.log_groups(), self.dead_letter_queue()],
            [*self.functions(), self.queue()],
            [self.topic()],
        ]

    def durable_stages(self) -> list[list[Part]]:
        """Return the parts of the saga as durable functions, which lab 13 adds; they need all of `stages`."""
        return [
            [self._durable_role(), *(self._durable_log_group(each) for each in DURABLE)],
            [self.durable_function(each) for each in DURABLE],
        ]

    def durable_function(self, function: DurableFunction) -> Function:
        return Function(
            self.cloud,
            self.prefix,
            self.names.durable(function.name),
            function.handler,
            self.arns.role(self.names.durable_role),
            {f"{key.upper()}_TABLE": self.names.table(key) for key in TABLES}
            | {"SAGA_TOPIC": self.arns.topic},
            # the local cloud's workers have the SDK already
            self._package if self.cloud.is_local else self._durable_package,
            DURABLE_CONFIG,
        )

    def _durable_role(self) -> Role:
        return Role(
            self.cloud,
            self.prefix,
            self.names.durable_role,
            "lambda.amazonaws.com",
            durable_policy(self.arns),
        )

    def _durable_log_group(self, function: DurableFunction) -> LogGroup:
        writer = self.durable_function(function)
        return self._log_group(f"/aws/lambda/{writer.name}", writer)

    @cached_property
    def _durable_package(self) -> Package:
        return with_durable_sdk(self._package)

    def tables(self) -> list[Table]:
        def table(name: str, key: str, index: tuple[str, str] | None = None) -> Table:
            return Table(self.cloud, self.prefix, self.names.table(name), key, index)

        return [
            table("orders", "order_id"),
            table("payments", "transaction_id", ("order_id", "payment_type")),
            table("inventory", "transaction_id", ("order_id", "transaction_type")),
            table("stock", "item_id"),
            table("attempts", "key"),
        ]

    def roles(self) -> list[Role]:
        functions = [
            Role(
                self.cloud,
                self.prefix,
                self.names.function_role(task),
                "lambda.amazonaws.com",
                function_policy(self.arns, task),
            )
            for task in TASKS
        ]
        machine = Role(
            self.cloud,
            self.prefix,
            self.names.machine_role,
            "states.amazonaws.com",
            machine_policy(self.arns),
        )
        return [*functions, machine]

    def log_groups(self) -> list[LogGroup]:
        functions = [
            self._log_group(self.names.function_log_group(task), self._function(task)) for task in TASKS
        ]
        return [*functions, self._log_group(self.names.machine_log_group)]

    def _log_group(self, name: str, writer: Function | None = None) -> LogGroup:
        return LogGroup(self.cloud, self.prefix, name, self.arns.log_group(name), writer)

    def functions(self) -> list[Function]:
        return [self._function(task) for task in TASKS]

    def _function(self, task: TaskFunction) -> Function:
        tables = [*TABLE_ACTIONS[task.task], "attempts"]
        return Function(
            self.cloud,
            self.prefix,
            self.names.function(task),
            task.handler,
            self.arns.role(self.names.function_role(task)),
            {f"{key.upper()}_TABLE": self.names.table(key) for key in tables},
            self._package,
        )

    def dead_letter_queue(self) -> Queue:
        attributes = {"MessageRetentionPeriod": str(DEAD_LETTERS_KEPT_SECONDS)}
        return Queue(self.cloud, self.prefix, self.names.dead_letter_queue, attributes)

    def queue(self) -> Queue:
        redrive = {
            "deadLetterTargetArn": self.arns.queue(self.names.dead_letter_queue),
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        }
        attributes = {"Policy": json.dumps(queue_policy(self.arns)), "RedrivePolicy": json.dumps(redrive)}
        return Queue(self.cloud, self.prefix, self.names.queue, attributes)

    def topic(self) -> Topic:
        return Topic(
            self.cloud, self.prefix, self.names.topic, self.arns.topic, self.arns.queue(self.names.queue)
        )

    def machine(self, name: str, definition: dict[str, Any]) -> Machine:
        """Return the state machine `name` with a definition whose substitutions are filled in."""
        return Machine(
            self.cloud,
            self.prefix,
            self.names.machine(name),
            self.arns.machine(name),
            definition,
            self.arns.role(self.names.machine_role),
            self.arns.log_group(self.names.machine_log_group),
        )

    def machines(self) -> list[Machine]:
        """Return our state machines under this prefix, of whatever name: by their role, else by their tags."""
        return [machine for machine in self.named_machines() if machine.is_under_our_role()]

    def named_machines(self) -> list[Machine]:
        """Return all state machines whose name begins with the prefix: ours, and perhaps a neighbour's."""
        pages = self.cloud.client("stepfunctions").get_paginator("list_state_machines").paginate()
        names = [found["name"] for page in pages for found in page["stateMachines"]]
        start = self.names.machine("")
        return [self.machine(name.removeprefix(start), {}) for name in names if name.startswith(start)]

    def all_machines(self) -> list[Machine]:
        """Return our state machines, and the one named "saga" whether or not it is there and ours."""
        found = self.machines()
        saga = self.machine("saga", {})
        return found if saga.name in {machine.name for machine in found} else [saga, *found]
