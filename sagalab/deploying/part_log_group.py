"""CloudWatch log groups as parts of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass

from sagalab.cloud.retrying import BUSY, patiently, unless
from sagalab.deploying.names import TAG_PREFIX
from sagalab.deploying.part import Action, Part

RETENTION_DAYS = 14


@dataclass
class LogGroup(Part):
    """A log group with a retention. `writer` is the function that writes to it, when one does.

    Lambda makes its function's log group by itself, without tags, when the function logs before the group
    is there. Such a group belongs to the function: it is ours when the function is, and a deployment that
    is about to make the function takes it over.
    """

    arn: str
    writer: Part | None = None

    kind = "log group"
    missing_codes = ("ResourceNotFoundException",)
    exists_codes = ("ResourceAlreadyExistsException",)

    def _client(self):
        return self.cloud.client("logs")

    def tags(self) -> Mapping[str, str] | None:
        # list_tags_for_resource does not fail for a missing group everywhere, so look for the group first.
        self._seen = None
        retention = self._retention()
        if retention is None:
            return None
        listed = unless(self.missing_codes, self._client().list_tags_for_resource, resourceArn=self.arn)
        if listed is None:
            return None
        found = listed.get("tags", {})
        self._seen = found, retention
        return found

    def _retention(self) -> int | None:
        """Return the group's retention in days, 0 for never, None when there is no such group."""
        groups = self._client().describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        return next(
            (group.get("retentionInDays", 0) for group in groups if group["logGroupName"] == self.name), None
        )

    def is_ours(self, found: Mapping[str, str]) -> bool:
        if TAG_PREFIX not in found and self.writer is not None:
            return self.writer.state() == "present"
        return super().is_ours(found)

    def ensure(self) -> Action:
        found = self.tags()
        if found is not None and TAG_PREFIX not in found and self.writer and self.writer.state() == "missing":
            self._client().tag_resource(resourceArn=self.arn, tags=self.own_tags)
            found = self.tags()
        return self.ensured(found)

    def create(self) -> None:
        patiently(BUSY, self._client().create_log_group, logGroupName=self.name, tags=self.own_tags)
        self._client().put_retention_policy(logGroupName=self.name, retentionInDays=RETENTION_DAYS)

    def differences(self) -> list[str]:
        if self._seen is None:
            self.tags()
        found, retention = self._take_seen() or ({}, 0)
        tagged, kept = TAG_PREFIX in found, retention == RETENTION_DAYS
        return ([] if tagged else ["tags"]) + ([] if kept else ["retention"])

    def mend(self, differences: list[str]) -> None:
        if "tags" in differences:
            self._client().tag_resource(resourceArn=self.arn, tags=self.own_tags)
        if "retention" in differences:
            self._client().put_retention_policy(logGroupName=self.name, retentionInDays=RETENTION_DAYS)

    def delete(self) -> None:
        self._client().delete_log_group(logGroupName=self.name)
