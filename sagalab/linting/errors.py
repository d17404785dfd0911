"""Rules about Retry and Catch: which retrier or catcher gets an error, and what a Catch leaves behind."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from sagalab.asl.document import Machine, State
from sagalab.asl.error_names import BY_NAME, is_known
from sagalab.asl.expressions import expressions
from sagalab.asl.graph import reach, ways
from sagalab.asl.parts import Catcher, Retrier
from sagalab.linting.rule import ERROR, WARNING, Finding, Report, rule


def catches_everything(catchers: Iterable[Catcher | Retrier]) -> bool:
    """Tell whether no error of a task gets past these catchers (or retriers).

    States.TaskFailed is any error but a timeout, so it needs States.Timeout beside it
    (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
    """
    names = {name for catcher in catchers for name in catcher.errors}
    return "States.ALL" in names or {"States.TaskFailed", "States.Timeout"} <= names


@rule("SAGA101", ERROR)
def all_last_in_retry(machine: Machine, report: Report) -> Iterator[Finding]:
    """In Retry, States.ALL stands alone in its retrier, and that retrier is the last.

    Step Functions refuses the machine otherwise: a retrier after it would never be used.

    Bad:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry:
              - {ErrorEquals: [States.ALL], MaxAttempts: 1}
              - {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 3}
            End: true
    Good:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry:
              - {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 3}
              - {ErrorEquals: [States.ALL], MaxAttempts: 1}
            End: true
    """
    yield from _all_alone_and_last(machine, report, "Retry", "retrier")


@rule("SAGA102", ERROR)
def all_last_in_catch(machine: Machine, report: Report) -> Iterator[Finding]:
    """In Catch, States.ALL stands alone in its catcher, and that catcher is the last.

    Bad:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [CardRefused, States.ALL], ResultPath: $.error, Next: Failed}]
            End: true
          Failed: {Type: Fail}
    Good:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Failed}]
            End: true
          Failed: {Type: Fail}
    """
    yield from _all_alone_and_last(machine, report, "Catch", "catcher")


def _all_alone_and_last(machine: Machine, report: Report, field: str, word: str) -> Iterator[Finding]:
    for state in machine.states:
        items = _entries(state, field)
        for item in items:
            names = item.errors
            if "States.ALL" not in names:
                continue
            part = f"{field}[{item.index}]"
            if len(names) > 1:
                others = ", ".join(name for name in names if name != "States.ALL") or "itself"
                yield report(
                    state,
                    f"States.ALL stands beside {others} in one {word}.",
                    f"Leave States.ALL alone: it is all of them. Give {others} a {word} before it.",
                    part,
                )
            if item is not items[-1]:
                yield report(
                    state,
                    f"States.ALL is not in the last {word}: those after it would never be used.",
                    f"Move the {word} with States.ALL to the end of {field}.",
                    part,
                )


def _entries(state: State, field: str) -> Sequence[Catcher | Retrier]:
    return state.retriers if field == "Retry" else state.catchers


@rule("SAGA103", WARNING)
def never_used(machine: Machine, report: Report) -> Iterator[Finding]:
    """An error name that an earlier retrier (or catcher) of the state has already is never used.

    Bad:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry:
              - {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 3}
              - {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 9}
            End: true
    Good:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry:
              - {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 3}
              - {ErrorEquals: [Lambda.SdkClientException], MaxAttempts: 9}
            End: true
    """
    for state in machine.states:
        for field, word in (("Retry", "retrier"), ("Catch", "catcher")):
            seen: set[str] = set()
            for item in _entries(state, field):
                names = item.errors
                for name in dict.fromkeys(names):
                    if name in seen and name != "States.ALL":
                        yield report(
                            state,
                            f"{name} stands in an earlier {word} already: this one never gets it.",
                            f"Take {name} out of one of the two.",
                            f"{field}[{item.index}]",
                        )
                seen.update(names)


@rule("SAGA104", WARNING)
def catch_throws_input_away(machine: Machine, report: Report) -> Iterator[Finding]:
    """In JSONPath a Catch without ResultPath puts the error in the place of the whole input.

    What comes next then has no order to undo. Silent where nothing after it reads the input.

    Bad:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], Next: Apologise}]
            End: true
          Apologise:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message.$: $.order_id}
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Apologise}]
            End: true
          Apologise:
            Type: Task
            Resource: "arn:aws:states:::sns:publish"
            Parameters: {TopicArn: "${Topic}", Message.$: $.order_id}
            Next: Failed
          Failed: {Type: Fail}
    """
    for state in machine.states:
        if state.query_language != "JSONPath":
            continue
        for way, target in ways(state):
            if way.kind != "catch" or way.body.get("ResultPath", "$") != "$":
                continue
            reader = next((after for after in _in_order(state, target) if _reads_input(after)), None)
            if reader is not None:
                yield report(
                    state,
                    f"This Catch throws the input away: {reader.name} then gets the error and nothing else.",
                    'Add "ResultPath": "$.error" to the catcher: the error is added, the input stays.',
                    f"Catch[{way.index}]",
                )


def _in_order(state: State, target: State) -> list[State]:
    following = reach([target], catch=False)
    return [
        target,
        *(other for other in state.scope.states.values() if other in following and other is not target),
    ]


def _reads_input(state: State) -> bool:
    """Tell whether a JSONPath state needs more of its input than the error: Error and Cause."""
    if state.query_language != "JSONPath" or state.body.get("InputPath", "$") is None:
        return False
    if state.type == "Task" and "Parameters" not in state.body:
        return True
    return any(
        re.match(r"\$[.\[]", found.text) and not re.match(r"\$(\.|\[')(Error|Cause)\b", found.text)
        for found in expressions(state)
        if found.key != "ResultPath"
    )


@rule("SAGA107", WARNING)
def nothing_is_called_so(machine: Machine, report: Report) -> Iterator[Finding]:
    """A retrier or catcher names an error that never comes, or that nothing takes.

    Names that begin with `States.` are those of the language: a misspelt one takes nothing. And no retrier or
    catcher takes States.Runtime.

    Bad:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.TimeOut], MaxAttempts: 3}]
            End: true
    Good:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.Timeout], MaxAttempts: 3}]
            End: true
    """
    for state in machine.states:
        for field, word in (("Retry", "retrier"), ("Catch", "catcher")):
            for item in _entries(state, field):
                for name in dict.fromkeys(item.errors):
                    part = f"{field}[{item.index}]"
                    if not is_known(name):
                        near = difflib.get_close_matches(name, BY_NAME, 1)
                        yield report(
                            state,
                            f"There is no error {name}: this {word} never takes anything by that name.",
                            f"Write {near[0]}." if near else "Take one of the names of notebooks/errors.md.",
                            part,
                        )
                    elif name in BY_NAME and BY_NAME[name].terminal and name != "States.DataLimitExceeded":
                        yield report(
                            state,
                            f"{name} is taken by no {word}: the execution ends.",
                            f"Mend what leads to it, and take {name} out.",
                            part,
                        )
