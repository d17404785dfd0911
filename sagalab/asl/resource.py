"""What a Task calls: the text of its Resource, read once for everybody."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sagalab.asl.placeholder import black_out, has_placeholder

ResourceKind = Literal["lambda", "activity", "service", "aws-sdk", "http", "placeholder", "unknown"]

# Matched with each placeholder blacked out, because it may hold colons itself (${AWS::Partition}).
_SERVICE = re.compile(
    r"arn:[^:]+:states:(?:█*):(?:█*):(?P<sdk>aws-sdk:)?(?P<service>[\w█-]+):(?P<action>[\w█-]+)"
    r"(?:\.(?P<pattern>.*))?",
    re.DOTALL,
)
_ACTIVITY = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:activity:(?P<name>.+)", re.DOTALL)
_LAMBDA = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:(?P<name>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Resource:
    """A Task's Resource.

    `arn` is the text as it stands. `kind`: "lambda" a function by its ARN, "activity", "service" an
    optimised integration, "aws-sdk" any call of a service, "http" an HTTPS task, "placeholder" a text with
    a part that is filled in at deployment, so that it may become any of them, "unknown" no ARN of a task.
    `service` and `action` as in the ARN (dynamodb, putItem); for "lambda" and "activity" lambda or states,
    and the function's or activity's name. `pattern`: None request and response, "sync", "sync:2",
    "waitForTaskToken"; another text is what stands after the dot, and AWS has no such pattern.
    """

    arn: str
    kind: ResourceKind
    service: str = ""
    action: str = ""
    pattern: str | None = None

    @property
    def waits_for_token(self) -> bool:
        """Whether the task ends only when someone hands in its token (also asked of a history's text)."""
        return self.pattern == "waitForTaskToken"

    @property
    def waits_for_job(self) -> bool:
        """Whether the task ends only when the job that it starts has ended."""
        return self.pattern in ("sync", "sync:2")

    @property
    def type(self) -> str:
        """The resourceType that a history's events say: dynamodb, aws-sdk:dynamodb."""
        return f"aws-sdk:{self.service}" if self.kind == "aws-sdk" else self.service


@lru_cache(maxsize=1024)
def read_resource(text: str) -> Resource:
    """Return what a Resource names. Any text is read; what is no ARN of Step Functions is "unknown"."""
    black = black_out(text)

    def part(match: re.Match[str], name: str) -> str:
        begin, end = match.span(name)
        return text[begin:end]

    if match := _LAMBDA.fullmatch(black):
        return Resource(text, "lambda", "lambda", part(match, "name"))
    if match := _ACTIVITY.fullmatch(black):
        return Resource(text, "activity", "states", part(match, "name"))
    if match := _SERVICE.fullmatch(black):
        kind: ResourceKind = (
            "aws-sdk" if match["sdk"] else "http" if match["service"] == "http" else "service"
        )
        pattern = None if match["pattern"] is None else part(match, "pattern")
        return Resource(text, kind, part(match, "service"), part(match, "action"), pattern)
    return Resource(text, "placeholder" if has_placeholder(text) else "unknown")


def waits_for_token(action: object) -> bool:
    """Tell whether a history's `resource` (invoke.waitForTaskToken) is a task that waits for its token."""
    return str(action).endswith(".waitForTaskToken")
