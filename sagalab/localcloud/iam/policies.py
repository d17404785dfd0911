"""Whether IAM policies allow an action on a resource. Pure: no moto, no network.

Own code, because moto 5.2.5's moto.iam.access_control ignores NotResource, reads a Deny without a Resource as
an Allow, and takes dots and question marks of a policy for regular expressions.
Source: "Policy evaluation logic" and "IAM JSON policy elements" of the IAM user guide. Only the policies of
the role count here: no resource policies, permission boundaries or organisations.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Decision = Literal["allowed", "explicit deny", "no allow"]


def decide(documents: Iterable[Mapping[str, Any]], action: str, resource: str | None) -> Decision:
    """Decide on an action such as "dynamodb:PutItem": one Deny wins, else one Allow, else it is denied.

    `resource` is an ARN; None when it is not known, so that only the action is compared. Conditions are not
    evaluated: a statement with a Condition never allows, and always denies (the safe side).
    """
    allowed = False
    for document in documents:
        for statement in _listed(document.get("Statement", ())):
            if not _concerns(statement, action, resource):
                continue
            if statement.get("Effect") == "Deny":
                return "explicit deny"
            allowed |= statement.get("Effect") == "Allow" and not statement.get("Condition")
    return "allowed" if allowed else "no allow"


def _concerns(statement: Mapping[str, Any], action: str, resource: str | None) -> bool:
    if "NotAction" in statement:
        if _any_matches(statement["NotAction"], action.lower(), lower=True):
            return False
    elif not _any_matches(statement.get("Action", ()), action.lower(), lower=True):
        return False
    if resource is None:
        return True
    if "NotResource" in statement:
        return not _any_matches(statement["NotResource"], resource)
    return _any_matches(statement.get("Resource", ()), resource)


def _any_matches(patterns: Any, value: str, *, lower: bool = False) -> bool:
    """Tell whether one pattern matches. The names of actions are the same in capitals, ARNs are not."""
    return any(
        _pattern(each.lower() if lower else each).fullmatch(value) is not None for each in _listed(patterns)
    )


@functools.lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """`*` stands for any characters, `?` for one, everything else for itself."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(sign) or re.escape(sign) for sign in text), re.DOTALL)


def _listed(value: Any) -> Iterable[Any]:
    """IAM lets one statement, action or resource stand without its list."""
    return [value] if isinstance(value, str | Mapping) else value
