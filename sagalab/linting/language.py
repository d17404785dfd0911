"""Rules about the language itself: what AWS refuses, in plain words, each with a cure.

What is wrong is found by sagalab.asl.check, which the local cloud's CreateStateMachine asks too; plain_words.py says
it again. The rules of the two query languages stand in query_language.py.
"""

from collections.abc import Iterator
from functools import lru_cache

from sagalab.asl.check import Problem, check
from sagalab.asl.check.problem import BAD_JSONATA, DUPLICATE, NO_END, TARGET, UNSUPPORTED_JSONATA
from sagalab.asl.check.words import Kind
from sagalab.asl.document import Machine, State
from sagalab.asl.source import Path, path_text
from sagalab.linting.plain_words import explain, explain_way
from sagalab.linting.rule import ERROR, Finding, Report, rule

_WAYS = {"StartAt", "States", "Next"}
_PATHS = {Kind.PATH, Kind.REFERENCE_PATH, Kind.BRACES}


@lru_cache(maxsize=4)
def problems(machine: Machine) -> tuple[tuple[str, Problem], ...]:
    """Return what AWS would refuse, each with the code of the rule that tells it."""
    found = [(_rule_of(problem), problem) for problem in check(machine)]
    broken = any(code == "SAGA002" for code, _ in found)
    # a broken way makes states unreachable, and a machine without an end: the cause is enough
    return tuple(
        (code, problem)
        for code, problem in found
        if not (broken and (code == "SAGA003" or problem.code == NO_END and _others(found)))
    )


def _others(found: list[tuple[str, Problem]]) -> bool:
    return any(code == "SAGA002" and problem.code != NO_END for code, problem in found)


def _rule_of(problem: Problem) -> str:
    kind, about = problem.kind, set(problem.about)
    if kind is Kind.UNREACHABLE:
        return "SAGA003"
    if kind is Kind.STATES_FIELD:
        return "SAGA202"
    if problem.code in (BAD_JSONATA, UNSUPPORTED_JSONATA) or kind in _PATHS:
        return "SAGA004"
    if kind is Kind.LANGUAGE:
        return "SAGA005"
    if kind is Kind.LAST:
        return "SAGA101" if "Retry" in problem.path else "SAGA102"
    way = kind in (Kind.SEVERAL, Kind.NONE) and about == {"Next", "End"}
    if way or problem.code in (TARGET, NO_END, DUPLICATE) or kind is Kind.MISSING and about <= _WAYS:
        return "SAGA002"
    return "SAGA001"


def found_by(machine: Machine, code: str) -> Iterator[Problem]:
    """Yield what AWS would refuse and the rule `code` tells."""
    yield from (problem for known, problem in problems(machine) if known == code)


def place_of(machine: Machine, path: Path) -> tuple[State | None, Path]:
    """Return the innermost state in which a part stands, and its place in that state (or in the machine)."""
    state: State | None = None
    scope, rest = machine.top, path
    while len(rest) >= 2 and rest[0] == "States" and rest[1] in scope.states:
        state, rest = scope.states[str(rest[1])], rest[2:]
        inner = next((each for each in state.inner if rest[: len(each.key)] == each.key), None)
        if inner is None or len(rest) == len(inner.key):
            break
        if rest[len(inner.key)] != "States" or rest[len(inner.key) + 1 :][:1] == ():
            break
        if rest[len(inner.key) + 1] not in inner.states:
            break
        scope, rest = inner, rest[len(inner.key) :]
    return state, rest


@rule("SAGA001", ERROR)
def fields(machine: Machine, report: Report) -> Iterator[Finding]:
    """A field is missing, unknown here, or holds the wrong kind of value.

    Bad:
        StartAt: Pay
        States:
          Pay: {Type: Task, Resource: "${Function}", MaxAttempts: 3, End: true}
    Good:
        StartAt: Pay
        States:
          Pay: {Type: Task, Resource: "${Function}", End: true}
    """
    for problem in found_by(machine, "SAGA001"):
        state, part = place_of(machine, problem.path)
        what, cure = explain(machine, state, part, problem)
        if state is None and len(part) >= 2 and part[0] == "States":
            at = machine.position(problem.path, key=True) or (None, None)
            yield Finding(
                report.code, report.severity, str(part[1]), what, cure, path_text(problem.path), *at
            )
        else:
            yield report(state, what, cure, path_text(part), at=problem.path)


@rule("SAGA002", ERROR)
def transitions(machine: Machine, report: Report) -> Iterator[Finding]:
    """Every state leads to a state that exists, or ends; names are unique in the whole machine.

    Bad:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 1, Next: Dnoe}
          Done: {Type: Succeed}
    Good:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 1, Next: Done}
          Done: {Type: Succeed}
    """
    for problem in found_by(machine, "SAGA002"):
        state, part = place_of(machine, problem.path)
        what, cure = explain_way(machine, state, part, problem)
        yield report(state, what, cure, path_text(part), at=problem.path)


@rule("SAGA003", ERROR)
def unreachable(machine: Machine, report: Report) -> Iterator[Finding]:
    """Every state can be reached from StartAt.

    Bad:
        StartAt: Start
        States:
          Start: {Type: Pass, End: true}
          Forgotten: {Type: Pass, End: true}
    Good:
        StartAt: Start
        States:
          Start: {Type: Pass, Next: Forgotten}
          Forgotten: {Type: Pass, End: true}
    """
    for problem in found_by(machine, "SAGA003"):
        state, _ = place_of(machine, problem.path)
        yield report(
            state,
            "Nothing leads to this state: it can never run.",
            "Point a Next, a Default, a choice rule or a Catch at it, or delete it.",
        )
