"""State machines as parts of a deployment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagalab.cloud.retrying import NAME_STILL_TAKEN, ROLE_TOO_NEW, patiently, unless
from sagalab.deploying.part import Part


@dataclass
class Machine(Part):
    """A standard state machine: logs everything with data to a log group, traced by X-Ray.

    Without a definition (one that a participant made) it is looked at and deleted, never made or mended.
    """

    arn: str
    definition: dict[str, Any] = field(repr=False)
    role_arn: str
    log_group_arn: str

    kind = "state machine"
    missing_codes = ("StateMachineDoesNotExist", "ResourceNotFound", "ResourceNotFoundException")
    exists_codes = ("StateMachineAlreadyExists", "ConflictException")

    def _client(self):
        return self.cloud.client("stepfunctions")

    @property
    def configuration(self) -> dict[str, Any]:
        return {
            "roleArn": self.role_arn,
            "loggingConfiguration": {
                "level": "ALL",
                "includeExecutionData": True,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{self.log_group_arn}:*"}}],
            },
            "tracingConfiguration": {"enabled": True},
        }

    def tags(self) -> Mapping[str, str] | None:
        """Return its tags; one that is being deleted counts as gone: Step Functions lets it vanish soon."""
        self._seen = self._described()
        if self._seen is None:
            return None
        listed = unless(self.missing_codes, self._client().list_tags_for_resource, resourceArn=self.arn)
        return None if listed is None else {tag["key"]: tag["value"] for tag in listed["tags"]}

    def is_under_our_role(self) -> bool:
        """Tell whether it is there and ours as far as its role says; only where another's does, its tags are asked.

        A room shares the quota of ListTagsForResource: 100 calls, then one a second (Step Functions developer
        guide, "Quotas related to API action throttling"); DescribeStateMachine has twenty. Before a thing is
        mended or deleted its tags are asked all the same.
        """
        found = self._described()
        return found is not None and (found["roleArn"] == self.role_arn or self.state() == "present")

    def _described(self) -> "Mapping[str, Any] | None":
        found = unless(self.missing_codes, self._client().describe_state_machine, stateMachineArn=self.arn)
        return None if found is None or found["status"] == "DELETING" else found

    def create(self) -> None:
        """Create it; meanwhile its role may be too new, or a deleted one of its name may still vanish."""
        patiently(
            ROLE_TOO_NEW + NAME_STILL_TAKEN,
            self._client().create_state_machine,
            name=self.name,
            definition=json.dumps(self.definition),
            type="STANDARD",
            tags=[{"key": key, "value": value} for key, value in self.own_tags.items()],
            **self.configuration,
        )

    def differences(self) -> list[str]:
        found = self._take_seen() or self._described() or {"definition": "{}"}
        same = not self.definition or json.loads(found["definition"]) == self.definition
        different = [key for key, value in self.configuration.items() if found.get(key) != value]
        return ([] if same else ["definition"]) + different

    def mend(self, differences: list[str]) -> None:
        patiently(
            ROLE_TOO_NEW,
            self._client().update_state_machine,
            stateMachineArn=self.arn,
            definition=json.dumps(self.definition),
            **self.configuration,
        )

    def delete(self) -> None:
        """Stop what still runs, then delete: a machine with a running execution would stay for its length."""
        client = self._client()
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=self.arn, statusFilter="RUNNING"
        )
        for running in [found for page in pages for found in page["executions"]]:
            unless(
                ("ExecutionDoesNotExist",),
                client.stop_execution,
                executionArn=running["executionArn"],
                error="Destroyed",
                cause="The deployment was destroyed.",
            )
        client.delete_state_machine(stateMachineArn=self.arn)
