"""Rules about time: do the retries fit under the execution's TimeoutSeconds?

When that timeout strikes, the execution ends at once: no Retry, no Catch and no undo runs any more.

Worst case of a state, in seconds (`longest`):
- attempts: 1 + the sum of MaxAttempts over its retriers, each lasting TimeoutSeconds, or 0 where
  it has none (so the figure is a lower bound, and a finding is never a guess);
- waits: for each retrier, the sum over its attempts k = 0, 1, … of IntervalSeconds × BackoffRate^k,
  none longer than MaxDelaySeconds (jitter FULL only shortens them). Defaults: 1 s, 3 attempts, 2.0.
- Wait: its Seconds. Parallel: its slowest branch. Map: one item. All others: 0.
A computed number ({% … %} or a Path) counts as 0.
"""

from collections.abc import Iterator

from sagalab.asl.document import Body, Machine, Scope, State
from sagalab.asl.graph import targets
from sagalab.linting.rule import HINT, WARNING, Finding, Report, rule


@rule("SAGA105", WARNING)
def retries_do_not_fit(machine: Machine, report: Report) -> Iterator[Finding]:
    """The attempts and waits of one state fit under the execution's TimeoutSeconds.

    Bad:
        TimeoutSeconds: 60
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            TimeoutSeconds: 10
            Retry: [{ErrorEquals: [States.Timeout], IntervalSeconds: 5, MaxAttempts: 6, BackoffRate: 2}]
            End: true
    Good:
        TimeoutSeconds: 60
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            TimeoutSeconds: 10
            Retry: [{ErrorEquals: [States.Timeout], IntervalSeconds: 2, MaxAttempts: 2, BackoffRate: 2}]
            End: true
    """
    limit = _number(machine.top.body.get("TimeoutSeconds"), 0)
    for state in machine.states if limit else ():
        if state.retriers and longest(state) > limit:
            yield report(
                state,
                f"Its retries can take {_seconds(longest(state))}, and the whole execution is ended "
                f"after {_seconds(limit)}: no Catch runs then.",
                "Lower MaxAttempts, set MaxDelaySeconds, or raise the machine's TimeoutSeconds.",
                "Retry",
            )


@rule("SAGA106", HINT)
def path_does_not_fit(machine: Machine, report: Report) -> Iterator[Finding]:
    """The longest way through the machine, all retries used up, fits under its TimeoutSeconds.

    Only where something is caught, so that the timeout takes something away; a loop counts once.
    Silent where a single state is over the limit already (SAGA105).

    Bad:
        TimeoutSeconds: 60
        StartAt: Order
        States:
          Order:
            Type: Task
            Resource: "${Function}"
            TimeoutSeconds: 10
            Retry: [{ErrorEquals: [States.Timeout], IntervalSeconds: 2, MaxAttempts: 2}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}]
            End: true
          Tell:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message.$: $.error}
            TimeoutSeconds: 40
            Next: Failed
          Failed: {Type: Fail}
    Good:
        TimeoutSeconds: 600
        StartAt: Order
        States:
          Order:
            Type: Task
            Resource: "${Function}"
            TimeoutSeconds: 10
            Retry: [{ErrorEquals: [States.Timeout], IntervalSeconds: 2, MaxAttempts: 2}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}]
            End: true
          Tell:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message.$: $.error}
            TimeoutSeconds: 40
            Next: Failed
          Failed: {Type: Fail}
    """
    limit = _number(machine.top.body.get("TimeoutSeconds"), 0)
    if not limit or not any(state.catchers for state in machine.states):
        return
    if any(longest(state) > limit for state in machine.states):
        return
    total = _longest_path(machine.top)
    if total > limit:
        yield report(
            None,
            f"If every attempt runs out, an execution can take {_seconds(total)}; it is ended after "
            f"{_seconds(limit)}, and then no Catch and no undo runs.",
            "Raise the machine's TimeoutSeconds, or lower MaxAttempts.",
            "TimeoutSeconds",
        )


def longest(state: State) -> float:
    """Return the worst case of one state in seconds, as defined at the top of this file."""
    if state.type == "Wait":
        return _number(state.body.get("Seconds"), 0)
    if state.type not in ("Task", "Parallel", "Map"):
        return 0
    attempts, waits = 1.0, 0.0
    for retrier in state.retriers:
        count = _number(retrier.body.get("MaxAttempts"), 3)
        attempts += count
        waits += _waits(retrier.body, count)
    once = _number(state.body.get("TimeoutSeconds"), 0)
    if state.inner:
        once = max(_longest_path(scope) for scope in state.inner)
    return attempts * once + waits


def _waits(retrier: Body, count: float) -> float:
    interval = _number(retrier.get("IntervalSeconds"), 1)
    rate = max(1.0, _number(retrier.get("BackoffRate"), 2.0))
    ceiling = _number(retrier.get("MaxDelaySeconds"), float("inf"))
    total, wait, left = 0.0, interval, count
    while left >= 1:
        if wait >= ceiling or rate == 1.0:
            return total + left * min(wait, ceiling)
        total += wait
        if total > 1e12:
            return total
        wait *= rate
        left -= 1
    return total


def _longest_path(scope: Scope) -> float:
    """Return the worst case over all ways through a scope; an edge that closes a loop is left out."""
    done: dict[State, float] = {}
    on_the_way: set[State] = set()
    stack: list[tuple[State, bool]] = [(scope.start, False)] if scope.start else []
    while stack:
        state, finished = stack.pop()
        if finished:
            on_the_way.discard(state)
            after = [done[target] for target in targets(state, catch=True) if target in done]
            done[state] = longest(state) + max(after, default=0)
        elif state not in done and state not in on_the_way:
            on_the_way.add(state)
            stack.append((state, True))
            stack += [(target, False) for target in targets(state, catch=True) if target not in done]
    return done[scope.start] if scope.start else 0


def _number(value: object, otherwise: float) -> float:
    """Return a number of the definition; `otherwise` if missing, 0 if it is computed or no number."""
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return 0
    return float(min(value, 10**12))


def _seconds(value: float) -> str:
    if value >= 86_400:
        return f"{value / 86_400:,.0f} days"
    if value >= 7_200:
        return f"{value / 3_600:,.0f} h"
    return f"{value:,.0f} s"
