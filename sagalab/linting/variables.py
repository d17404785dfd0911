"""Rules about workflow variables: is each one assigned on every path before it is read?

What holds (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html):
- Assign of a state takes effect when the state succeeds, Assign of a catcher when it catches, Assign of
  a choice rule when it matches (the Choice state's own Assign goes with Default);
- all expressions of a state, those in Assign and Output too, read the values from before the state;
- a branch or an item processor reads the variables of outer scopes; what it assigns is gone at its
  end; a distributed Map's items cannot read outer variables.
"""

import difflib
import re
from collections import deque
from collections.abc import Iterator

from sagalab.asl.document import Machine, Scope, State
from sagalab.asl.expressions import expressions, jsonata_of
from sagalab.asl.graph import ways
from sagalab.asl.parts import Transition
from sagalab.asl.source import path_text
from sagalab.linting.jsonata_text import FUNCTIONS, free_variables
from sagalab.linting.language import found_by, place_of
from sagalab.linting.rule import ERROR, WARNING, Finding, Report, rule


@rule("SAGA201", WARNING)
def read_before_assigned(machine: Machine, report: Report) -> Iterator[Finding]:
    """A variable that a state reads is assigned on every path that leads there, Catch edges included.

    Bad:
        QueryLanguage: JSONata
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Assign: {order: "{% $states.result.Payload %}"}
            Catch: [{ErrorEquals: [States.ALL], Next: Show}]
            Next: Show
          Show: {Type: Succeed, Output: "{% $order %}"}
    Good:
        QueryLanguage: JSONata
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Assign: {order: "{% $states.result.Payload %}"}
            Catch: [{ErrorEquals: [States.ALL], Assign: {order: "{% $states.input %}"}, Next: Show}]
            Next: Show
          Show: {Type: Succeed, Output: "{% $order %}"}
    """
    if any(isinstance(assign, str) for state in machine.states for assign in _assigns(state)):
        return  # an expression makes the variables: which, only a run can say
    known = _assigned_on_all_paths(machine)
    anywhere = sorted({name for state in machine.states for name in _assigned_in(state)})
    for state in machine.states:
        if state not in known:
            continue  # never reached
        told: set[str] = set()
        for part, name in _reads(state):
            if name in known[state] or name in told or name in FUNCTIONS and name not in anywhere:
                continue
            told.add(name)
            yield report(state, *_explain(state, name, anywhere, known), part)


@rule("SAGA202", ERROR)
def states_out_of_place(machine: Machine, report: Report) -> Iterator[Finding]:
    """$states.errorOutput exists in a Catch only, $states.result only once the task has answered.

    Bad:
        QueryLanguage: JSONata
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Assign: {error: "{% $states.errorOutput %}"}
            End: true
    Good:
        QueryLanguage: JSONata
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], Assign: {error: "{% $states.errorOutput %}"}, Next: Failed}]
            End: true
          Failed: {Type: Fail}
    """
    for problem in found_by(machine, "SAGA202"):
        state, place = place_of(machine, problem.path)
        part = path_text(place)
        (name,) = problem.about
        if name == "errorOutput":
            what = f"{part} reads $states.errorOutput, which exists in a Catch only."
            cure = 'Assign it in the catcher ("error": "{% $states.errorOutput %}"), and read $error here.'
        elif name != "result":
            what = f"{part} reads $states.{name}, and $states has no such field."
            cure = "It has input, context, result and errorOutput."
        else:
            what = f"{part} reads $states.result, and there is no result here."
            cure = (
                "A result exists in Assign and Output of a Task, Parallel or Map. "
                "Here: $states.input or a variable."
            )
        yield report(state, what, cure, part, at=problem.path)


def _reads(state: State) -> Iterator[tuple[str, str]]:
    """Yield (place, name) of every variable that a state reads, `states` left out."""
    if state.query_language == "JSONata":
        for found in jsonata_of(state):
            for name in free_variables(found.code):
                if name != "states" and re.fullmatch(r"\w+", name):
                    yield found.place, name
        return
    for found in expressions(state):
        if found.is_read and found.key != "ResultPath":
            bare = re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "''", found.text)
            for name in re.findall(r"(?<![\w$.])\$([^\W\d]\w*)", bare):
                if name != "states":
                    yield found.place, name


def _names(assign: object) -> set[str]:
    return {name.removesuffix(".$") for name in assign} if isinstance(assign, dict) else set()


def _assigns(state: State) -> list[object]:
    """Return the Assign of a state, and those of its ways."""
    return [state.body.get("Assign"), *(way.body.get("Assign") for way in state.transitions)]


def _assigned_in(state: State) -> set[str]:
    return set().union(*(_names(assign) for assign in _assigns(state)))


def _assigned_along(way: Transition) -> set[str]:
    """Return what is assigned when this way is taken; next and default carry the state's own Assign."""
    return _names(way.body.get("Assign"))


def _assigned_on_all_paths(machine: Machine) -> dict[State, frozenset[str]]:
    """Return for each state that can be reached the variables that hold a value whenever it is entered."""
    known: dict[State, frozenset[str]] = {}

    def walk(scope: Scope, outer: frozenset[str]) -> None:
        if scope.start is None:
            return
        known[scope.start] = outer
        waiting = deque([scope.start])
        while waiting:
            state = waiting.popleft()
            for way, target in ways(state):
                after = known[state] | _assigned_along(way)
                before = known.get(target)
                merged = after if before is None else before & after
                if merged != before:
                    known[target] = merged
                    waiting.append(target)

    for scope in machine.scopes:  # outer scopes come first
        if scope.owner is None:
            walk(scope, frozenset())
        elif scope.owner in known:
            walk(scope, frozenset() if scope.is_distributed else known[scope.owner])
    return known


def _explain(
    state: State, name: str, anywhere: list[str], known: dict[State, frozenset[str]]
) -> tuple[str, str]:
    if name not in anywhere:
        near = difflib.get_close_matches(name, anywhere, 1)
        return (
            f"It reads ${name}, which no state assigns.",
            f"Did you mean ${near[0]}?" if near else f"Assign {name} in a state before this one.",
        )
    scope = state.scope
    while scope.owner is not None and not scope.is_distributed and name not in _scope_names(scope):
        state, scope = scope.owner, scope.owner.scope
    if name not in _scope_names(scope):
        if scope.is_distributed:
            return (
                f"It reads ${name}, and the items of a distributed Map cannot read outer variables.",
                "Pass the value in by ItemSelector.",
            )
        return (
            f"It reads ${name}, which is assigned only in a branch or an item processor: gone at its end.",
            "Take it out of the result of the Parallel or Map, and assign it there.",
        )
    way = _way_without(scope, state, name)
    return (
        f"It reads ${name}, and on the way {' → '.join(way)} nothing has assigned it.",
        f"Assign {name} on that way too: in the first state, or in the Assign of the catcher.",
    )


def _scope_names(scope: Scope) -> set[str]:
    return set().union(*(_assigned_in(state) for state in scope.states.values()))


def _way_without(scope: Scope, goal: State, name: str) -> list[str]:
    """Return the shortest way from the start to `goal` on which nothing assigns the variable."""
    if scope.start is None:
        return [goal.name]
    came_from: dict[State, State | None] = {scope.start: None}
    waiting = deque([scope.start])
    while waiting and goal not in came_from:
        state = waiting.popleft()
        for way, target in ways(state):
            if target not in came_from and name not in _assigned_along(way):
                came_from[target] = state
                waiting.append(target)
    names: list[str] = []
    step: State | None = goal
    while step is not None:
        names.append(step.name)
        step = came_from.get(step)
    return names[::-1]
