"""Map Runs: described, listed and changed; and their child executions.

Source: API_DescribeMapRun, API_ListMapRuns, API_UpdateMapRun.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine.told import MapRunChanged
from sagalab.localcloud.stepfunctions.api import kept
from sagalab.localcloud.stepfunctions.api.arns import parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, invalid
from sagalab.localcloud.stepfunctions.api.execution import Execution
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven

_COUNTED = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted"}


def map_run(arn: str, place: Place) -> tuple[Execution, dict[str, Any]]:
    """Return the execution that a Map Run belongs to, and what the engine notes of the run.

    Raises ApiError InvalidArn, ResourceNotFound.
    """
    name = parse(arn, "mapRun").name
    for execution in list(place.executions.values()):
        if execution.machine.name == name and arn in execution.driven.map_runs:
            return execution, execution.driven.map_runs[arn]
    raise ApiError("ResourceNotFound", f"Map Run Does Not Exist: '{arn}'")


def children(arn: str, place: Place) -> list[Execution]:
    """Return the executions that a Map Run started."""
    with place.lock:
        return list(place.map_run_children.get(arn, {}).values())


def child_started(driven: "Driven", place: Place) -> None:
    """Keep an execution that a Map Run started."""
    names = driven.execution
    arn = driven.map_run or ""
    parent = driven.parent
    with place.lock:
        outer = place.executions.get(parent.execution.arn) if parent is not None else None
        if outer is None:  # an express execution's, which nobody finds
            return
        label = parse(arn, "mapRun").label
        one = Execution(
            arn=names.arn,
            name=names.name,
            kind="express" if names.kind == "EXPRESS" else "execution",
            machine=outer.machine,
            revision=outer.revision,
            input=driven.text,
            machine_arn=f"{outer.machine.arn}/{label}",
            map_run=arn,
            label=label,
            driven=driven,
        )
        place.executions[one.arn] = place.map_run_children[arn][one.arn] = one
        kept.ended(one, place)  # it is forgotten with its age, as if it had ended already


def describe(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeMapRun."""
    arn = given["mapRunArn"]
    execution, about = map_run(arn, place)
    status = about["status"]
    items, executions = about.get("items", 0), about.get("executions", 0)
    now_are = Counter(one.status() for one in children(arn, place))
    running, stopped = now_are["RUNNING"], 0
    if status != "RUNNING":  # a Map Run that ends stops its children, and hears no more of them
        stopped = max(0, running + now_are["ABORTED"] - about["counts"].get("ABORTED", 0))
        running = 0
    each = items // executions if executions else 0  # items of a child
    told: dict[str, Any] = {
        "mapRunArn": arn,
        "executionArn": execution.arn,
        "status": status,
        "startDate": seconds(about["started"]),
        "stopDate": seconds(about.get("stopped")),
        "maxConcurrency": about.get("concurrency") or 0,
        "toleratedFailurePercentage": about.get("percentage") or 0.0,
        "toleratedFailureCount": about.get("count") or 0,
        "itemCounts": _counts(about, "item_counts", items, running * each, stopped * each),
        "executionCounts": _counts(about, "counts", executions, running, stopped),
        "redriveCount": about.get("redrives", 0),
        "redriveDate": seconds(execution.driven.redriven_ms) if about.get("redrives") else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _counts(about: Mapping[str, Any], of: str, total: int, running: int, stopped: int) -> dict[str, int]:
    told = {name: about[of].get(status, 0) for status, name in _COUNTED.items()}
    left = total - sum(told.values())
    running, stopped = min(running, left), min(stopped, left)
    told["aborted"] += stopped
    return {
        "pending": left - running - stopped,
        "running": running,
        **told,
        "total": total,
        "resultsWritten": total if about.get("written") else 0,
        "failuresNotRedrivable": 0,
        "pendingRedrive": 0,
    }


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListMapRuns of an execution."""
    execution = place.execution(given["executionArn"], "execution")
    runs = list(execution.driven.map_runs.items())
    chosen, more = page(runs, given, lambda one: (-one[1]["started"], one[0]))
    items = []
    for arn, about in chosen:
        item = {
            "executionArn": execution.arn,
            "mapRunArn": arn,
            "stateMachineArn": f"{execution.machine.arn}/{parse(arn, 'mapRun').label}",
            "startDate": seconds(about["started"]),
        }
        if about.get("stopped") is not None:
            item["stopDate"] = seconds(about["stopped"])
        items.append(item)
    return {"mapRuns": items, **more}


def update(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """UpdateMapRun of one that is under way: it goes on with the new numbers."""
    execution, about = map_run(given["mapRunArn"], place)
    if about["status"] != "RUNNING":
        raise invalid("Map Run is not in progress and cannot be updated")
    execution.driven.tell(
        MapRunChanged(
            now(),
            given["mapRunArn"],
            given.get("maxConcurrency"),
            given.get("toleratedFailureCount"),
            given.get("toleratedFailurePercentage"),
        )
    )
    return {}
