"""State machines: created, updated, described, listed and deleted.

Source: API_CreateStateMachine, API_UpdateStateMachine, API_DescribeStateMachine, API_ListStateMachines,
API_DeleteStateMachine, API_DescribeStateMachineForExecution.
"""

from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api import configurations, definitions, log_groups, tags
from sagalab.localcloud.stepfunctions.api.arns import check_name, check_role, parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, deleting, invalid, labelled, no_machine
from sagalab.localcloud.stepfunctions.api.machine import Alias, Machine, Revision
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.api.variables import variable_references
from sagalab.localcloud.stepfunctions.running.clock import now

_NOTHING_TO_UPDATE = "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"


def create(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """CreateStateMachine: the same machine once more is the first one's answer."""
    _check_description(given)
    check_name(given["name"])
    check_role(given["roleArn"])
    arn = place.arn("stateMachine", given["name"])
    kind = given.get("type", "STANDARD")
    at = now()
    revision = Revision(
        given["definition"],
        given["roleArn"],
        configurations.logging(given.get("loggingConfiguration"), log_groups.there),
        configurations.tracing(given.get("tracingConfiguration")),
        configurations.encryption(given.get("encryptionConfiguration")),
        at,
    )
    first = (given.get("publish", False), given.get("versionDescription"))
    definitions.accept(given["definition"], kind)
    tags.check(given.get("tags", []))
    with place.lock:
        machine = place.machines.get(arn)
        if machine is not None:
            _check_same(machine, revision, kind, first)
            at = machine.created
        else:
            machine = Machine(arn, given["name"], kind, revision, at, first=first)
            tags.put(machine.tags, given.get("tags", []))
            place.machines[arn] = machine
        told = {"stateMachineArn": arn, "creationDate": seconds(at)}
        if first[0]:
            told["stateMachineVersionArn"] = machine.publish(first[1], at).arn
        return told


def _check_description(given: Mapping[str, Any]) -> None:
    if given.get("versionDescription") is not None and not given.get("publish", False):
        raise invalid("Version description can only be set when publish is true")


def _check_same(machine: Machine, asked: Revision, kind: str, first: tuple[bool, str | None]) -> None:
    """Raise what AWS says of a name that is taken; a repetition of its creation is taken (role and tags aside)."""
    if machine.deleting:
        raise deleting(machine.arn)
    has = machine.revision
    same = (
        machine.type == kind
        and machine.first == first
        and has.logging == asked.logging
        and has.tracing == asked.tracing
        and has.encryption == asked.encryption
        and has.updated(0, definition=asked.definition) is has
    )
    if not same:
        raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{machine.arn}'")


def update(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """UpdateStateMachine: a new revision where something changes; `publish` makes it a version at once."""
    arn = given["stateMachineArn"]
    with place.lock:
        machine = place.machine(arn)
        if machine.deleting:
            raise deleting(arn)
        asked = (
            "definition",
            "roleArn",
            "loggingConfiguration",
            "tracingConfiguration",
            "encryptionConfiguration",
        )
        if not any(key in given for key in asked):
            raise ApiError("MissingRequiredParameter", _NOTHING_TO_UPDATE)
        _check_description(given)
        if "roleArn" in given:
            check_role(given["roleArn"])
        if "definition" in given:
            definitions.accept(given["definition"], machine.type)
        at = now()
        machine.revision = machine.revision.updated(at, **_changes(given))
        told: dict[str, Any] = {"updateDate": seconds(at)}
        if machine.revision.id is not None:
            told["revisionId"] = machine.revision.id
        if given.get("publish"):
            told["stateMachineVersionArn"] = machine.publish(given.get("versionDescription"), at).arn
        return told


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    changes = {"definition": given.get("definition"), "role_arn": given.get("roleArn")}
    if "loggingConfiguration" in given:
        changes["logging"] = configurations.logging(given["loggingConfiguration"], log_groups.there)
    if "tracingConfiguration" in given:
        changes["tracing"] = configurations.tracing(given["tracingConfiguration"])
    if "encryptionConfiguration" in given:
        changes["encryption"] = configurations.encryption(given["encryptionConfiguration"])
    return changes


def describe(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeStateMachine, of a machine or of a version."""
    arn = given["stateMachineArn"]
    with place.lock:
        machine, part = place.machine_of(arn)
        if isinstance(part, Alias):
            raise no_machine(arn)
        revision = part.revision if part else machine.revision
        told = {
            "stateMachineArn": arn,
            "name": machine.name,
            "status": "DELETING" if machine.deleting else "ACTIVE",
            "type": machine.type,
            "creationDate": seconds(part.created if part else machine.created),
            **_settings(revision, given.get("includedData")),
        }
        if part is not None and part.description:
            told["description"] = part.description
        return told


def _settings(revision: Revision, included: str | None) -> dict[str, Any]:
    """Return what an answer tells of a revision."""
    # METADATA_ONLY hides only what a key of the caller's own encrypts
    hidden = included == "METADATA_ONLY" and revision.encryption["type"] != "AWS_OWNED_KEY"
    told: dict[str, Any] = {
        "definition": "{}" if hidden else revision.definition,
        "roleArn": revision.role_arn,
        "loggingConfiguration": revision.logging,
        "tracingConfiguration": revision.tracing,
        "encryptionConfiguration": revision.encryption,
    }
    if revision.id is not None:
        told["revisionId"] = revision.id
    used = {} if hidden else variable_references(definitions.tree(revision.definition))
    if used:
        told["variableReferences"] = used
    return told


def describe_for_execution(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeStateMachineForExecution: the machine as it was when the execution began."""
    execution = place.execution(given["executionArn"], "execution", "express")
    told = {
        "stateMachineArn": execution.machine_arn,
        "name": execution.machine.name,
        "updateDate": seconds(execution.revision.created),
        **_settings(execution.revision, given.get("includedData")),
    }
    if execution.map_run is not None:
        told |= {"mapRunArn": execution.map_run, "label": execution.label}
    return told


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListStateMachines, by name."""
    chosen, more = page(list(place.machines.values()), given, lambda one: (one.name,))
    items = [
        {
            "stateMachineArn": one.arn,
            "name": one.name,
            "type": one.type,
            "creationDate": seconds(one.created),
        }
        for one in chosen
    ]
    return {"stateMachines": items, **more}


def delete(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DeleteStateMachine: DELETING until its executions, which are stopped, are over."""
    arn = given["stateMachineArn"]
    with place.lock:
        machine = place.machines.get(arn)
        if machine is None:
            if parse(arn, "stateMachine").label is not None:
                raise labelled(arn)
            return {}
        machine.deleting = True
        running = [one for one in place.runs(machine) if one.status() == "RUNNING"]
    for one in running:  # AWS ends them at their next transition
        one.driven.stop()
    forget_if_over(place, machine)
    return {}


def forget_if_over(place: Place, machine: Machine) -> None:
    """Let a machine that is being deleted go once none of its executions runs."""
    with place.lock:
        if machine.deleting and place.machines.get(machine.arn) is machine:
            if all(one.status() != "RUNNING" for one in place.runs(machine)):
                del place.machines[machine.arn]
