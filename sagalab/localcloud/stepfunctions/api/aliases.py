"""Aliases of state machines: one or two versions, each with its share.

Source: API_CreateStateMachineAlias, API_UpdateStateMachineAlias, API_DescribeStateMachineAlias,
API_ListStateMachineAliases, API_DeleteStateMachineAlias.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sagalab.localcloud.stepfunctions.api.arns import Arn, parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, deleting, invalid, no_machine
from sagalab.localcloud.stepfunctions.api.machine import Alias, Machine
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

MOST = 100  # a machine

Routing = Sequence[Mapping[str, Any]]


def create(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """CreateStateMachineAlias; the same once more is the first one's answer."""
    with place.lock:
        machine = _routed(given["routingConfiguration"], place)
        if machine.deleting:
            raise deleting(machine.arn)
        name, description = given["name"], given.get("description")
        alias = machine.aliases.get(name)
        if alias is None:
            if len(machine.aliases) >= MOST:
                raise ApiError(
                    "ServiceQuotaExceededException", f"A state machine can have {MOST} aliases at most."
                )
            at = now()
            routing = [dict(route) for route in given["routingConfiguration"]]
            alias = Alias(f"{machine.arn}:{name}", name, description, routing, at, at)
            machine.aliases[name] = alias
        elif (alias.description, alias.routing) != (description, given["routingConfiguration"]):
            raise ApiError(
                "ConflictException",
                "Failed to create alias because an alias with the same name and a different routing "
                "configuration already exists.",
            )
        return {"stateMachineAliasArn": alias.arn, "creationDate": seconds(alias.created)}


def _routed(routing: Routing, place: Place) -> Machine:
    """Return the machine whose versions a routing names. Raises ApiError for a routing that is none."""
    arns = [route["stateMachineVersionArn"] for route in routing]
    told = f"[{', '.join(arns)}]"
    if len(set(arns)) < len(arns):
        raise invalid(
            f"Routing configuration must contain distinct state machine version ARNs. Received: {told}"
        )
    weights = [route["weight"] for route in routing]
    if sum(weights) != 100:
        raise invalid(f"Sum of routing configuration weights must equal 100. Received: {weights}")
    parsed = [parse(arn, "stateMachine") for arn in arns]
    if not all(arn.is_version for arn in parsed):
        raise invalid(f"Routing configuration must contain state machine version ARNs. Received: {told}")
    if len({arn.unqualified for arn in parsed}) > 1:
        raise invalid(
            f"Routing configuration must contain versions of the same state machine. Received: {told}"
        )
    machine = place.machines.get(parsed[0].unqualified)
    if machine is None or any(int(arn.qualifier or 0) not in machine.versions for arn in parsed):
        raise invalid(f"Routing configuration must contain state machine version ARNs. Received: {told}")
    return machine


def _alias_arn(text: str) -> Arn:
    arn = parse(text, "stateMachine")
    if arn.qualifier is None or arn.is_version:
        raise ApiError("InvalidArn", f"Invalid Arn: '{text}'")
    return arn


def _found(text: str, place: Place) -> Alias:
    """Return an alias. Raises ApiError InvalidArn, ResourceNotFound."""
    arn = _alias_arn(text)
    machine = place.machines.get(arn.unqualified)
    alias = None if machine is None else machine.aliases.get(arn.qualifier or "")
    if alias is None:
        raise ApiError("ResourceNotFound", "Request references a resource that does not exist.")
    return alias


def describe(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeStateMachineAlias."""
    with place.lock:
        alias = _found(given["stateMachineAliasArn"], place)
        told = {
            "stateMachineAliasArn": alias.arn,
            "name": alias.name,
            "routingConfiguration": alias.routing,
            "creationDate": seconds(alias.created),
            "updateDate": seconds(alias.updated),
        }
        if alias.description is not None:
            told["description"] = alias.description
        return told


def update(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """UpdateStateMachineAlias."""
    _alias_arn(given["stateMachineAliasArn"])
    if given.get("description") is None and not given.get("routingConfiguration"):
        raise ApiError(
            "MissingRequiredParameter", "Either the description or the RoutingConfiguration must be specified"
        )
    with place.lock:
        if given.get("routingConfiguration"):
            _routed(given["routingConfiguration"], place)
        alias = _found(given["stateMachineAliasArn"], place)
        if "description" in given:
            alias.description = given["description"]
        if given.get("routingConfiguration"):
            alias.routing = [dict(route) for route in given["routingConfiguration"]]
        alias.updated = now()
        return {"updateDate": seconds(alias.updated)}


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListStateMachineAliases of a machine, or of one of its versions."""
    arn = given["stateMachineArn"]
    with place.lock:
        machine, version = place.machine_of(arn)
        if isinstance(version, Alias):
            raise no_machine(arn)
        if machine.deleting:
            raise deleting(machine.arn)
        aliases = [
            alias
            for alias in machine.aliases.values()
            if version is None or any(route["stateMachineVersionArn"] == arn for route in alias.routing)
        ]
        chosen, more = page(aliases, given, lambda one: (one.created, one.name))
        items = [{"stateMachineAliasArn": one.arn, "creationDate": seconds(one.created)} for one in chosen]
        return {"stateMachineAliases": items, **more}


def delete(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DeleteStateMachineAlias; one that is not there is deleted already."""
    arn = _alias_arn(given["stateMachineAliasArn"])
    with place.lock:
        machine = place.machines.get(arn.unqualified)
        if machine is not None:
            machine.aliases.pop(arn.qualifier or "", None)
    return {}
