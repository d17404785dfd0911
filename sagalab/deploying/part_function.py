"""Lambda functions as parts of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.request import urlopen
from zipfile import BadZipFile

from sagalab.cloud.retrying import BUSY, ROLE_TOO_NEW, patiently, unless
from sagalab.deploying.package import Package, files_of
from sagalab.deploying.part import Part

RUNTIME = "python3.13"
TIMEOUT_SECONDS = 15
MEMORY_MB = 256
ROLE_MADE_ANEW = "role made anew"
CODE, UNREAD_CODE = "code", "code (it could not be read)"
_DOWNLOAD_SECONDS = 10
_CONFIGURED = ("Variables", "Mode", "ExecutionTimeout", "RetentionPeriodInDays")
_POLL = {"Delay": 1, "MaxAttempts": 120}


@dataclass
class Function(Part):
    """A function that runs `handler` of the package with these environment variables, traced by X-Ray."""

    handler: str
    role_arn: str
    environment: dict[str, str]
    package: Package = field(repr=False)
    durable: dict[str, int] | None = None  # DurableConfig; without it an ordinary function

    kind = "function"
    missing_codes = ("ResourceNotFoundException",)
    exists_codes = ("ResourceConflictException",)

    def _client(self):
        return self.cloud.client("lambda")

    @property
    def configuration(self) -> dict[str, Any]:
        return {
            "Runtime": RUNTIME,
            "Handler": self.handler,
            "Role": self.role_arn,
            "Timeout": TIMEOUT_SECONDS,
            "MemorySize": MEMORY_MB,
            "Environment": {"Variables": self.environment},
            "TracingConfig": {"Mode": "Active"},
            **({"DurableConfig": self.durable} if self.durable else {}),
        }

    def tags(self) -> Mapping[str, str] | None:
        self._seen = unless(self.missing_codes, self._client().get_function, FunctionName=self.name)
        return None if self._seen is None else self._seen.get("Tags", {})

    def create(self) -> None:
        """Create it; a new role cannot be assumed for some seconds, so the call is repeated meanwhile."""
        patiently(
            ROLE_TOO_NEW,
            self._client().create_function,
            FunctionName=self.name,
            Code={"ZipFile": self.package.content},
            Tags=self.own_tags,
            **self.configuration,
        )
        self._wait("function_active_v2")

    def update(self) -> bool:
        """Mend what differs, as soon as Lambda is ready with what was changed before."""
        current = self._seen["Configuration"] if self._seen else {}
        if current.get("State") != "Active" or current.get("LastUpdateStatus") == "InProgress":
            self._wait("function_active_v2")
            self._seen = None
        return super().update()

    def differences(self) -> list[str]:
        found = self._take_seen() or self._client().get_function(FunctionName=self.name)
        current = found["Configuration"]
        if self._role_is_younger(current):
            return [ROLE_MADE_ANEW]
        different = [key for key, value in self.configuration.items() if _plain(current.get(key)) != value]
        return self._code_differs(current["CodeSha256"], found["Code"]) + different

    def mend(self, differences: list[str]) -> None:
        if ROLE_MADE_ANEW in differences:
            self.delete()
            self.create()
            return
        of_code = [each for each in differences if each in (CODE, UNREAD_CODE)]
        if of_code:
            patiently(
                BUSY,
                self._client().update_function_code,
                FunctionName=self.name,
                ZipFile=self.package.content,
            )
            self._wait("function_updated_v2")
        if differences != of_code:
            patiently(
                BUSY + ROLE_TOO_NEW,
                self._client().update_function_configuration,
                FunctionName=self.name,
                **self.configuration,
            )
            self._wait("function_updated_v2")

    def _role_is_younger(self, current: Mapping[str, Any]) -> bool:
        """Tell whether the role was made after the function was last touched: deleted and made anew.

        Lambda's grant on the key of the environment names the old role, so each call would end as
        KMSAccessDeniedException; the same name does not help (AWS re:Post, "Why do I get
        KMSAccessDeniedException errors from AWS Lambda?"). The local cloud has no such grants.
        """
        if self.cloud.is_local:
            return False
        role = unless(
            ("NoSuchEntity", "NoSuchEntityException"),
            self.cloud.client("iam").get_role,
            RoleName=self.role_arn.rpartition("/")[2],
        )
        touched = datetime.fromisoformat(current["LastModified"])
        return role is not None and role["Role"]["CreateDate"].astimezone(UTC) > _in_utc(touched)

    def _code_differs(self, sha256: str, code: Mapping[str, str]) -> list[str]:
        """Return [] when the function has our files; SAM packs the same ones into another archive.

        What is not to be had cannot be compared, and that is said; to write it again does no harm.
        """
        if sha256 == self.package.sha256:
            return []
        if self.cloud.is_local:
            return [CODE]
        try:
            with urlopen(code["Location"], timeout=_DOWNLOAD_SECONDS) as answer:
                return [] if files_of(answer.read()) == files_of(self.package.content) else [CODE]
        except (OSError, ValueError, KeyError, BadZipFile):
            return [UNREAD_CODE]

    def delete(self) -> None:
        self._client().delete_function(FunctionName=self.name)

    def _wait(self, event: str) -> None:
        self._client().get_waiter(event).wait(FunctionName=self.name, WaiterConfig=_POLL)


def _in_utc(moment: datetime) -> datetime:
    """Return a time in UTC; moto gives Lambda's without a zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _plain(value: Any) -> Any:
    """Return a part of a function's configuration without what AWS alone adds to it."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if key in _CONFIGURED}
    return value
