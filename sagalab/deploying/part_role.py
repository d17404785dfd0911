"""IAM roles as parts of a deployment: one service may assume it, one inline policy says what it may do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sagalab.cloud.retrying import unless
from sagalab.deploying.part import Part

POLICY_NAME = "sagalab"


@dataclass
class Role(Part):
    """A role that `service` (such as "lambda.amazonaws.com") may assume, with the permissions of `policy`."""

    service: str
    policy: dict[str, Any]

    kind = "role"
    missing_codes = ("NoSuchEntity", "NoSuchEntityException")
    exists_codes = ("EntityAlreadyExists",)

    def _client(self):
        return self.cloud.client("iam")

    @property
    def trust(self) -> dict[str, Any]:
        return {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": self.service}, "Action": "sts:AssumeRole"}
            ],
        }

    def tags(self) -> Mapping[str, str] | None:
        found = unless(self.missing_codes, self._client().list_role_tags, RoleName=self.name)
        return None if found is None else {tag["Key"]: tag["Value"] for tag in found["Tags"]}

    def create(self) -> None:
        self._client().create_role(
            RoleName=self.name, AssumeRolePolicyDocument=json.dumps(self.trust), Tags=self.tag_list
        )
        self._put_policy()

    def differences(self) -> list[str]:
        role = self._client().get_role(RoleName=self.name)["Role"]
        policy = unless(
            self.missing_codes, self._client().get_role_policy, RoleName=self.name, PolicyName=POLICY_NAME
        )
        trusts = _document(role["AssumeRolePolicyDocument"]) == self.trust
        allows = policy is not None and _document(policy["PolicyDocument"]) == self.policy
        return ([] if trusts else ["trust policy"]) + ([] if allows else ["policy"])

    def mend(self, differences: list[str]) -> None:
        if "trust policy" in differences:
            self._client().update_assume_role_policy(
                RoleName=self.name, PolicyDocument=json.dumps(self.trust)
            )
        if "policy" in differences:
            self._put_policy()

    def _put_policy(self) -> None:
        self._client().put_role_policy(
            RoleName=self.name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(self.policy)
        )

    def delete(self) -> None:
        """Delete the role and what hangs on it: IAM refuses to delete a role that has policies."""
        client = self._client()
        for name in client.list_role_policies(RoleName=self.name)["PolicyNames"]:
            client.delete_role_policy(RoleName=self.name, PolicyName=name)
        for attached in client.list_attached_role_policies(RoleName=self.name)["AttachedPolicies"]:
            client.detach_role_policy(RoleName=self.name, PolicyArn=attached["PolicyArn"])
        client.delete_role(RoleName=self.name)


def _document(policy: str | dict[str, Any]) -> dict[str, Any]:
    """Return a policy document; IAM sends it URL-encoded, boto3 decodes it, a local cloud may do neither."""
    return policy if isinstance(policy, dict) else json.loads(unquote(policy))
