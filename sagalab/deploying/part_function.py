"""Lambda functions as parts of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagalab.cloud.retrying import BUSY, ROLE_TOO_NEW, patiently, unless
from sagalab.deploying.package import Package
from sagalab.deploying.part import Part

RUNTIME = "python3.13"
TIMEOUT_SECONDS = 15
MEMORY_MB = 256
_POLL = {"Delay": 1, "MaxAttempts": 120}


@dataclass
class Function(Part):
    """A function that runs `handler` of the package with these environment variables, traced by X-Ray."""

    handler: str
    role_arn: str
    environment: dict[str, str]
    package: Package = field(repr=False)

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
        }

    def tags(self) -> Mapping[str, str] | None:
        found = unless(self.missing_codes, self._client().get_function, FunctionName=self.name)
        return None if found is None else found.get("Tags", {})

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
        self._wait("function_active_v2")
        current = self._client().get_function_configuration(FunctionName=self.name)
        changed = False
        if current["CodeSha256"] != self.package.sha256:
            patiently(
                BUSY,
                self._client().update_function_code,
                FunctionName=self.name,
                ZipFile=self.package.content,
            )
            self._wait("function_updated_v2")
            changed = True
        if any(_plain(current.get(key)) != value for key, value in self.configuration.items()):
            patiently(
                BUSY + ROLE_TOO_NEW,
                self._client().update_function_configuration,
                FunctionName=self.name,
                **self.configuration,
            )
            self._wait("function_updated_v2")
            changed = True
        return changed

    def delete(self) -> None:
        self._client().delete_function(FunctionName=self.name)

    def _wait(self, event: str) -> None:
        self._client().get_waiter(event).wait(FunctionName=self.name, WaiterConfig=_POLL)


def _plain(value: Any) -> Any:
    """Return a part of a function's configuration without what AWS alone adds to it."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if key in ("Variables", "Mode")}
    return value
