"""Activities: kept, and polled by workers.

Source: API_CreateActivity, API_DescribeActivity, API_ListActivities, API_DeleteActivity, API_GetActivityTask.
"""

from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api import configurations, tags
from sagalab.localcloud.stepfunctions.api.activity import Activity
from sagalab.localcloud.stepfunctions.api.arns import check_name, parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

LONGEST_POLL_SECONDS = 60.0


def create(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """CreateActivity; its name once more is the first one's answer, whatever the tags are."""
    name = given["name"]
    check_name(name)
    encryption = configurations.encryption(given.get("encryptionConfiguration"))
    arn = place.arn("activity", name)
    with place.lock:
        activity = place.activities.get(arn)
        if activity is None:
            activity = Activity(arn, name, now(), encryption)
            tags.put(activity.tags, given.get("tags", []))
            place.activities[arn] = activity
        elif activity.encryption != encryption:
            raise ApiError(
                "ActivityAlreadyExists",
                "Activity already exists. EncryptionConfiguration may not be updated.",
            )
        return {"activityArn": arn, "creationDate": seconds(activity.created)}


def _found(arn: str, place: Place) -> Activity:
    parse(arn, "activity")
    activity = place.activities.get(arn)
    if activity is None:
        raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
    return activity


def _told(activity: Activity) -> dict[str, Any]:
    return {"activityArn": activity.arn, "name": activity.name, "creationDate": seconds(activity.created)}


def describe(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeActivity."""
    activity = _found(given["activityArn"], place)
    return {**_told(activity), "encryptionConfiguration": activity.encryption}


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListActivities, in the order of their creation."""
    chosen, more = page(list(place.activities.values()), given, lambda one: (one.created, one.name))
    return {"activities": [_told(one) for one in chosen], **more}


def delete(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DeleteActivity; one that is not there is deleted already."""
    parse(given["activityArn"], "activity")
    with place.lock:
        place.activities.pop(given["activityArn"], None)
    return {}


def get_task(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """GetActivityTask: waits up to 60 seconds; an answer without a token says that there is no task."""
    activity = _found(given["activityArn"], place)
    task = place.driver.take_activity(activity.arn, given.get("workerName"), LONGEST_POLL_SECONDS)
    return {} if task is None else {"taskToken": task[0], "input": task[1]}
