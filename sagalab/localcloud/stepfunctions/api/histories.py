"""GetExecutionHistory: the events of an execution, page by page.

Source: API_GetExecutionHistory.
"""

from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.errors import bad_token
from sagalab.localcloud.stepfunctions.api.pages import DEFAULT
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds

# what includeExecutionData=False leaves out
_DATA = ("input", "inputDetails", "output", "outputDetails")


def get(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """GetExecutionHistory. A token holds the number of the last event that was given."""
    execution = place.execution(given["executionArn"], "execution")
    events = execution.driven.events()
    if given.get("reverseOrder"):
        events = events[::-1]
    begin = _begin(given.get("nextToken"))
    end = begin + (given.get("maxResults") or DEFAULT)
    keeps = given.get("includeExecutionData", True)
    chosen = [_told(event, keeps) for event in events[begin:end]]
    more = {"nextToken": f"events-{end}"} if end < len(events) else {}
    return {"events": chosen, **more}


def _begin(token: str | None) -> int:
    if token is None:
        return 0
    prefix, _, number = token.partition("-")
    if prefix != "events" or not (number.isascii() and number.isdigit()):
        raise bad_token()
    return int(number)


def _told(event: dict[str, Any], keeps: bool) -> dict[str, Any]:
    told = {**event, "timestamp": seconds(event["timestamp"])}
    if keeps:
        return told
    return {
        key: {name: item for name, item in value.items() if name not in _DATA}
        if isinstance(value, dict)
        else value
        for key, value in told.items()
    }
