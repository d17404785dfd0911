"""ARNs of Step Functions: made, taken apart, and refused.

Forms: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html; a version is
the machine's ARN with :NUMBER, an alias with :NAME, a Map Run machine/LABEL:ID.
"""

import re
from dataclasses import dataclass

from sagalab.localcloud.stepfunctions.api.errors import ApiError

# CreateActivity, CreateStateMachine, StartExecution: what a name must not contain.
_FORBIDDEN = re.compile(
    '[\\s<>{}\\[\\]?*"#%\\\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0010ffff]'
)
_PARTS = re.compile(
    r"arn:(?P<partition>[^:]*):states:(?P<region>[^:]*):(?P<account>[^:]*):(?P<kind>[^:]*):(?P<rest>.+)"
)


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN taken apart: `kind` is stateMachine, execution, express, activity or mapRun.

    `name` is the machine's or activity's, `qualifier` what stands after it: a version, an alias, an
    execution's name; `label` that of a distributed Map.
    """

    text: str
    region: str
    account: str
    kind: str
    name: str
    qualifier: str | None = None
    label: str | None = None

    @property
    def is_version(self) -> bool:
        """Tell whether a machine's ARN names a version."""
        return self.qualifier is not None and self.qualifier.isdigit()

    @property
    def unqualified(self) -> str:
        """The ARN of the machine itself."""
        return f"{self.text[: self.text.index(f':{self.kind}:')]}:stateMachine:{self.name}"


def parse(text: str, *kinds: str) -> Arn:
    """Take an ARN apart that must be of one of the kinds. Raises ApiError InvalidArn."""
    if not text.startswith("arn:"):
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    found = _PARTS.fullmatch(text)
    if found is None or not re.fullmatch(r"\d{12}", found["account"]) or not found["region"]:
        raise ApiError("InvalidArn", f"Invalid Arn: '{text}'")
    kind = found["kind"]
    if kind not in kinds:
        raise ApiError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {kind}'")
    name, _, qualifier = found["rest"].partition(":")
    name, _, label = name.partition("/")
    if not name or _FORBIDDEN.search(name) or found["rest"].endswith(":"):
        raise ApiError("InvalidArn", f"Invalid Arn: '{text}'")
    if kind in ("execution", "mapRun") and not qualifier:
        raise ApiError("InvalidArn", f"Invalid Arn: '{text}'")
    return Arn(text, found["region"], found["account"], kind, name, qualifier or None, label or None)


def check_name(name: str) -> None:
    """Raise ApiError InvalidName for a name that AWS does not take."""
    if _FORBIDDEN.search(name):
        raise ApiError("InvalidName", f"Invalid Name: '{name}'")


def check_role(text: str) -> None:
    """Raise ApiError InvalidArn for what is no role's ARN."""
    if not text.startswith("arn:"):
        raise ApiError("InvalidArn", f"Invalid Role Arn: '{text}'")
    if not re.fullmatch(r"arn:[^:]+:iam::\d{12}:role/.+", text):
        raise ApiError("InvalidArn", f"Invalid Role Arn: '{text}'")
