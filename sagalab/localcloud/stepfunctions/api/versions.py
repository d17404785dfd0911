"""Versions of state machines: published, listed and deleted.

Source: API_PublishStateMachineVersion, API_ListStateMachineVersions, API_DeleteStateMachineVersion.
"""

from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.arns import parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, deleting
from sagalab.localcloud.stepfunctions.api.machine import INITIAL
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

MOST = 1_000  # a machine


def publish(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """PublishStateMachineVersion: the current revision's version, a new one where it has none."""
    with place.lock:
        machine = place.machine(given["stateMachineArn"])
        if machine.deleting:
            raise deleting(machine.arn)
        wanted, current = given.get("revisionId"), machine.revision.id or INITIAL
        if wanted is not None and wanted != current:
            raise ApiError(
                "ConflictException",
                f"Failed to publish the State Machine version for revision {wanted}. "
                f"The current State Machine revision is {current}.",
            )
        if machine.version_of(machine.revision) is None and len(machine.versions) >= MOST:
            raise ApiError(
                "ServiceQuotaExceededException", f"A state machine can have {MOST} versions at most."
            )
        version = machine.publish(given.get("description"), now())
        return {"creationDate": seconds(version.created), "stateMachineVersionArn": version.arn}


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListStateMachineVersions, the youngest first."""
    with place.lock:
        arn = given["stateMachineArn"]
        machine = place.machines.get(arn)
        if machine is None:
            parse(arn, "stateMachine")
            raise ApiError("InvalidArn", f"Invalid Arn: '{arn}'")  # the only error that this list has for it
        chosen, more = page(list(machine.versions.values()), given, lambda one: (-one.number,))
        items = [{"stateMachineVersionArn": one.arn, "creationDate": seconds(one.created)} for one in chosen]
        return {"stateMachineVersions": items, **more}


def delete(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DeleteStateMachineVersion; one that is not there is deleted already."""
    arn = parse(given["stateMachineVersionArn"], "stateMachine")
    if not arn.is_version:
        raise ApiError("InvalidArn", f"Invalid Arn: '{arn.text}'")
    with place.lock:
        machine = place.machines.get(arn.unqualified)
        if machine is None:
            return {}
        names = [
            alias.name
            for alias in machine.aliases.values()
            if any(route["stateMachineVersionArn"] == arn.text for route in alias.routing)
        ]
        if names:
            raise ApiError(
                "ConflictException",
                "Version to be deleted must not be referenced by an alias. "
                f"Current list of aliases referencing this version: [{', '.join(names)}]",
            )
        machine.versions.pop(int(arn.qualifier or 0), None)
    return {}
