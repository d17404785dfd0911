"""The definition that a history tells, where no other one is known: only what was entered is in it."""

from typing import Any


def ran_definition(visits: list[Any]) -> dict[str, Any]:
    """Return ASL in which every visit's state stands, and every way that was taken, in that order."""
    top: dict[str, Any] = {"States": {}}
    bodies: dict[int, dict[str, Any]] = {}  # the state of each visit, by the visit's id()
    last: dict[tuple[Any, ...], Any] = {}
    for visit in visits:
        scope = top if visit.parent is None else _inner(bodies[id(visit.parent)], visit.branch)
        body = scope["States"].setdefault(visit.name, {"Type": visit.type})
        bodies[id(visit)] = body
        thread = (id(visit.parent), visit.branch, visit.iteration, visit.round)
        before = last.get(thread)
        if before is None:
            scope.setdefault("StartAt", visit.name)
        else:
            _lead(bodies[id(before)], before, visit.name)
        last[thread] = visit
    for visit in last.values():
        body = bodies[id(visit)]
        if visit.status == "succeeded" and not {"Next", "Catch", "Choices"} & set(body):
            body["End"] = True
    return top


def _inner(owner: dict[str, Any], branch: int | None) -> dict[str, Any]:
    """Return the machine inside a state that visits are in: a branch's, or a Map's processor."""
    if owner["Type"] != "Parallel":
        made: dict[str, Any] = owner.setdefault("ItemProcessor", {"States": {}})
        return made
    branches = owner.setdefault("Branches", [])
    while len(branches) <= (branch or 0):
        branches.append(None)
    branches[branch or 0] = branches[branch or 0] or {"States": {}}
    return branches[branch or 0]


def _lead(body: dict[str, Any], before: Any, target: str) -> None:
    """Let a state lead to the next one as its visit did: by a catcher, a rule or its Next."""
    if before.status == "caught":
        catchers = body.setdefault("Catch", [])
        if all(catcher["Next"] != target for catcher in catchers):
            errors = [before.caught_error] if before.caught_error else []
            catchers.append({"ErrorEquals": errors, "Next": target})
    elif body["Type"] == "Choice":
        rules = body.setdefault("Choices", [])
        if all(rule["Next"] != target for rule in rules):
            rules.append({"Next": target})
    else:
        body.setdefault("Next", target)
