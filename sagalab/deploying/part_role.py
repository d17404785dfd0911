"""IAM roles as parts of a deployment: one service may assume it, one inline policy says what it may do."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sagalab.cloud.retrying import unless
from sagalab.deploying.part import Action, Part
from sagalab.deploying.policies import same_policy
from sagalab.errors import SagaLabError

POLICY_NAME = "sagalab"
_REGION = re.compile(r"arn:[\w-]+:\w+:([a-z0-9-]+):")


@dataclass
class Role(Part):
    """A role that `service` (such as "lambda.amazonaws.com") may assume, with the permissions of `policy`.

    Roles belong to an account, all else to a region of it: under one prefix the role of another region's saga has
    the same name. Its policy tells, and it is left alone.
    """

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
        self._seen = None
        found = unless(self.missing_codes, self._client().list_role_tags, RoleName=self.name)
        return None if found is None else {tag["Key"]: tag["Value"] for tag in found["Tags"]}

    def is_ours(self, found: Mapping[str, str]) -> bool:
        return super().is_ours(found) and self._elsewhere() is None

    def ensured(self, found: Mapping[str, str] | None) -> Action:
        if found is not None and super().is_ours(found) and (region := self._elsewhere()):
            raise SagaLabError(
                f"The role {self.name} serves the saga under this prefix in {region}, and roles have no region.",
                f"Set AWS_REGION={region}, or choose another prefix here: SAGALAB_PREFIX=….",
            )
        return super().ensured(found)

    def _elsewhere(self) -> str | None:
        """Return the region that the role's policy is about, None when it is this one, or it says none."""
        self._seen = self._seen or (self._allowed(),)  # in a tuple: there may be none
        regions = set(_REGION.findall(json.dumps(self._seen[0])))
        return None if self.cloud.region in regions else min(regions, default=None)

    def _allowed(self) -> Any:
        found = unless(
            self.missing_codes, self._client().get_role_policy, RoleName=self.name, PolicyName=POLICY_NAME
        )
        return None if found is None else _document(found["PolicyDocument"])

    def create(self) -> None:
        self._client().create_role(
            RoleName=self.name, AssumeRolePolicyDocument=json.dumps(self.trust), Tags=self.tag_list
        )
        self._put_policy()

    def differences(self) -> list[str]:
        role = self._client().get_role(RoleName=self.name)["Role"]
        (policy,) = self._take_seen() or (self._allowed(),)
        trusts = same_policy(_document(role["AssumeRolePolicyDocument"]), self.trust)
        allows = same_policy(policy, self.policy)
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


def _document(policy: str | dict[str, Any]) -> Any:
    """Return a policy document; IAM sends it URL-encoded, boto3 decodes it, an emulator may do neither or keep no JSON."""
    if isinstance(policy, dict):
        return policy
    try:
        return json.loads(unquote(policy))
    except ValueError:
        return policy
