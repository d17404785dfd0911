"""Executions fetched from the local cloud: generated machines, growing histories, aborted runs, pages."""

import itertools
import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution

ROLE = "arn:aws:iam::123456789012:role/any"
_numbers = itertools.count()


def start(cloud, definition: dict, given: object = None) -> str:
    """Start a machine of that definition; return the execution's ARN."""
    client = cloud.client("stepfunctions")
    machine = client.create_state_machine(
        name=f"read-{next(_numbers)}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    return client.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))["executionArn"]


def run(cloud, definition: dict, given: object = None) -> Execution:
    """Start a machine of that definition, follow it to its end, and return the execution."""
    arn = start(cloud, definition, given)
    *_, last = Execution.fetch(cloud.client("stepfunctions"), arn).follow(poll=0.02, timeout=20)
    return last


# A program is a list of steps; the walk of a program is what its scope should show, in order:
# (name, status, number of attempts, walks of the scopes inside).
_leaf = st.one_of(st.just(("pass",)), st.just(("ok",)), st.tuples(st.just("fails"), st.integers(0, 2)))


def _around(inner):
    program = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        st.tuples(st.just("parallel"), st.lists(program, min_size=1, max_size=2)),
        st.tuples(st.just("map"), program, st.integers(0, 2)),
    )


programs = st.lists(st.recursive(_leaf, _around, max_leaves=4), min_size=1, max_size=3)


def machine(program: list, prefix: str = "S") -> tuple[dict, list]:
    """Return the definition of a program and its walk."""
    states, walk = {}, []
    for number, (kind, *more) in enumerate(program):
        name, then = f"{prefix}{number}", f"{prefix}{number + 1}"
        state, status, attempts, inside = {"Type": "Pass"}, "succeeded", 0, {}
        if kind in ("ok", "fails"):
            action = "listTables" if kind == "ok" else "describeTable"
            state = {
                "Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:dynamodb:{action}",
                "Arguments": {} if kind == "ok" else {"TableName": "there-is-none"},
            }  # fmt: skip
            attempts = 1
        if kind == "fails":
            (retries,) = more
            retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": retries}
            state["Retry"] = [retrier]
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": then}]
            attempts, status = retries + 1, "caught"
        if kind == "parallel":
            machines = [machine(inner, f"{name}b{i}-") for i, inner in enumerate(more[0])]
            state = {"Type": "Parallel", "Branches": [m for m, _ in machines]}
            inside = {(i, None): walk for i, (_, walk) in enumerate(machines)}
        if kind == "map":
            inner, walk_inside = machine(more[0], f"{name}i-")
            items = list(range(more[1]))
            state = {"Type": "Map", "Items": items, "ItemProcessor": inner}
            inside = {(None, i): walk_inside for i in items}
        states[name] = state | {"Next": then}
        walk.append((name, status, attempts, inside))
    end = f"{prefix}{len(program)}"
    states[end] = {"Type": "Succeed"}
    walk.append((end, "succeeded", 0, {}))
    return {"StartAt": f"{prefix}0", "States": states}, walk


def walked(execution: Execution, parent=None, branch=None, iteration=None) -> list:
    """Return the walk that the execution shows in one scope."""
    here = [v for v in execution.visits if (v.parent, v.branch, v.iteration) == (parent, branch, iteration)]
    return [
        (v.name, v.status, len(v.attempts), {
            (c.branch, c.iteration): walked(execution, v, c.branch, c.iteration)
            for c in execution.visits if c.parent is v
        })
        for v in here
    ]  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs)
def test_a_run_shows_the_walk_of_its_definition_and_its_retries(cloud, program):
    definition, walk = machine(program)
    definition["QueryLanguage"] = "JSONata"
    execution = run(cloud, definition)
    assert execution.status == "SUCCEEDED" and execution.warnings == []
    assert walked(execution) == walk
    assert execution.definition == definition


def test_a_running_execution_grows(cloud):
    states = {
        "Before": {"Type": "Pass", "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 15, "Next": "After"},
        "After": {"Type": "Succeed"},
    }
    arn = start(cloud, {"StartAt": "Before", "States": states}, {"a": 1})
    seen = list(Execution.fetch(cloud.client("stepfunctions"), arn).follow(poll=0.02, timeout=20))
    assert seen[0].status == "RUNNING" and seen[-1].status == "SUCCEEDED"
    lengths = [len(execution.events) for execution in seen]
    assert lengths == sorted(set(lengths))
    assert seen[-1].path == ["Before", "W", "After"] and seen[-1].output == {"a": 1}
    assert seen[-1].warnings == [] and seen[-1].arn == arn and arn.endswith(seen[-1].name)
    assert seen[-1].stopped > seen[-1].started


def test_an_execution_that_somebody_stopped(cloud):
    arn = start(cloud, {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3000, "End": True}}})
    client = cloud.client("stepfunctions")
    client.stop_execution(executionArn=arn, error="Enough", cause="by hand")
    *_, execution = Execution.fetch(client, arn).follow(poll=0.02, timeout=20)
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Enough", "by hand")
    assert [v.status for v in execution.visits] == ["aborted"] * len(execution.visits)


def test_an_execution_that_is_not_there(cloud):
    arn = "arn:aws:states:us-east-1:123456789012:execution:none:none"
    with pytest.raises(SagaLabError, match="There is no execution"):
        Execution.fetch(cloud.client("stepfunctions"), arn)


ARN = "arn:aws:states:us-east-1:123456789012:execution:m:e"


def _event(number: int, event_type: str = "PassStateEntered") -> dict:
    event = {"id": number, "previousEventId": number - 1, "type": event_type, "timestamp": 1_700_000_000}
    if event_type == "PassStateEntered":
        event["stateEnteredEventDetails"] = {"name": f"S{number}", "input": "{}"}
    return event


def _page(stub: Stubber, events: list, token: str | None, after: str | None, reverse: bool) -> None:
    asked = {
        "executionArn": ARN, "maxResults": 100 if reverse else 1000, "reverseOrder": reverse,
        "includeExecutionData": True, **({"nextToken": after} if after else {}),
    }  # fmt: skip
    answer = {"events": events, **({"nextToken": token} if token else {})}
    stub.add_response("get_execution_history", answer, asked)


def test_pages_of_the_service():
    """The local cloud answers in one page and in one order; the service's pages are played by a stub."""
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        _page(stub, [_event(1, "ExecutionStarted"), _event(2)], "more", None, reverse=False)
        _page(stub, [_event(3)], None, "more", reverse=False)
        stub.add_client_error("describe_state_machine_for_execution", "AccessDeniedException")
        execution = Execution.fetch(client, ARN)
        assert execution.path == ["S2", "S3"] and execution.definition is None
        follow = execution.follow(poll=0)
        assert next(follow) is execution
        _page(stub, [_event(6), _event(5)], "older", None, reverse=True)
        _page(stub, [_event(4), _event(3)], "oldest", "older", reverse=True)
        grown = next(follow)
        assert grown.path == ["S2", "S3", "S4", "S5", "S6"] and grown.status == "RUNNING"
        _page(stub, [_event(7, "ExecutionSucceeded"), _event(6)], "older", None, reverse=True)
        assert [e.status for e in follow] == ["SUCCEEDED"]
        stub.assert_no_pending_responses()


def test_a_throttled_read_of_the_definition_is_not_taken_for_none():
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        for definition in (None, '{"StartAt": "S2", "States": {"S2": {"Type": "Succeed"}}}'):
            _page(stub, [_event(1, "ExecutionStarted")], None, None, reverse=False)
            if definition is None:
                stub.add_client_error("describe_state_machine_for_execution", "ThrottlingException")
                with pytest.raises(ClientError, match="Throttling"):
                    Execution.fetch(client, ARN)
            else:  # one that is known is not asked for
                assert list(Execution.fetch(client, ARN, definition).machine.top.states) == ["S2"]
        stub.assert_no_pending_responses()
