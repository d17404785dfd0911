"""Tags of machines and activities.

Source: API_TagResource, API_UntagResource, API_ListTagsForResource; 50 tags a resource
(https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html, Tagging).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.arns import parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, no_resource
from sagalab.localcloud.stepfunctions.api.store import Place

_MOST = 50

Tags = Iterable[Mapping[str, str]]


def check(given: Tags) -> None:
    """Raise ApiError TooManyTags for more than a resource can have."""
    if len({tag.get("key") for tag in given}) > _MOST:
        raise ApiError("TooManyTags", f"Too many tags: a resource can have {_MOST} at most.")


def put(tags: dict[str, str], given: Tags) -> None:
    """Add tags to those of a resource. Raises ApiError TooManyTags, and then adds none."""
    new = {tag["key"]: tag.get("value", "") for tag in given if "key" in tag}
    if len(tags | new) > _MOST:
        raise ApiError("TooManyTags", f"Too many tags: a resource can have {_MOST} at most.")
    tags.update(new)


def tag(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """TagResource."""
    with place.lock:
        put(_tags_of(given["resourceArn"], place), given["tags"])
    return {}


def untag(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """UntagResource."""
    with place.lock:
        tags = _tags_of(given["resourceArn"], place)
        for key in given["tagKeys"]:
            tags.pop(key, None)
    return {}


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListTagsForResource."""
    with place.lock:
        tags = _tags_of(given["resourceArn"], place)
        return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def _tags_of(arn: str, place: Place) -> dict[str, str]:
    """Return a resource's tags. A version or an alias has none of its own."""
    found = place.machines.get(arn) or place.activities.get(arn)
    if found is None:
        parse(arn, "stateMachine", "activity")
        raise no_resource(arn)
    return found.tags
