"""Calls that AWS refuses while one works: words from every public function, and no false answer from a failed read.

A local cloud stands in for AWS, and its clients answer as an account does whose quota is used up.
"""

import contextlib
import json
import sys
from collections import Counter

import aws_stand_in
import pytest
import typer
from botocore.exceptions import ClientError
from typer.testing import CliRunner

import sagalab
from sagalab.cloud import confirm as confirming
from sagalab.cloud.connect import connect
from sagalab.cloud.local_key import local_key
from sagalab.commands import costs
from sagalab.commands import runs as scenarios
from sagalab.commands.saga import costs_in_words
from sagalab.deploying.deployment import NotDeployed
from sagalab.errors import SagaLabError
from sagalab.ledger.inbox import notifications
from sagalab.orders import runs
from sagalab.project import state_dir

SERVICES = ("dynamodb", "iam", "lambda", "logs", "sns", "sqs", "stepfunctions")


@pytest.fixture(scope="module")
def deployed(cloud):
    """The saga on an AWS that the tests' local cloud stands in for."""
    patch = pytest.MonkeyPatch()
    key = local_key(state_dir())
    aws_stand_in.use(patch, cloud.endpoint, cloud.region, "t-refused", (key.id, key.secret))
    patch.setenv("AWS_MAX_ATTEMPTS", "1")
    patch.setattr(runs, "AWS_POLL", runs.LOCAL_POLL)
    patch.setenv("SAGALAB_CONFIRM", confirming.place(connect()))
    yield sagalab.deploy(progress=False)
    sagalab.destroy(progress=False)
    patch.undo()


@contextlib.contextmanager
def heard(cloud, hears):
    """Let `hears` be called before each call of AWS."""
    events = [cloud.client(service).meta.events for service in SERVICES]
    for each in events:
        each.register("before-call", hears)
    try:
        yield
    finally:
        for each in events:
            each.unregister("before-call", hears)


@contextlib.contextmanager
def refused(cloud, operation: str = "", code: str = "ThrottlingException"):
    """Let AWS refuse an operation, or all; yield what it refused."""
    seen: Counter[str] = Counter()

    def refuse(model, **_):
        if operation in ("", model.name):
            seen[model.name] += 1
            raise ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}}, model.name)

    with heard(cloud, refuse):
        yield seen


@contextlib.contextmanager
def counted(cloud):
    """Yield how often each operation was asked for each thing."""
    seen: Counter[tuple] = Counter()

    def see(model, params, **_):
        body = str(params["body"])
        seen[model.name, params["url_path"], body] += 1

    with heard(cloud, see):
        yield seen


ASKS = {
    "status": lambda found: sagalab.status(),
    "deployment": lambda found: sagalab.deployment(),
    "deploy": lambda found: sagalab.deploy(progress=False),
    "deploy_machine": lambda found: sagalab.deploy_machine(found, "more", sagalab.definition("saga")),
    "destroy": lambda found: sagalab.destroy(progress=False),
    "start": lambda found: sagalab.start(sagalab.make_order(), deployment=found),
    "run": lambda found: sagalab.run(sagalab.make_order(), timeout=0, deployment=found),
    "wait": lambda found: sagalab.wait(f"{found.machine()}:x".replace("stateMachine", "execution"), 0, deployment=found),
    "run_scenario": lambda found: sagalab.run_scenario("4", deployment=found),
    "run_scenarios": lambda found: sagalab.run_scenarios(deployment=found),
    "forget": lambda found: sagalab.forget(found.cloud, "one"),
    "costs_so_far": lambda found: sagalab.costs_so_far(found),
    "tables": lambda found: sagalab.tables(found),
    "notifications": lambda found: notifications(found),
    "parked": lambda found: sagalab.parked(found),
    "resume": lambda found: sagalab.resume("one", deployment=found),
    "FailureLab.run": lambda found: sagalab.FailureLab(found).run(),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKS)
def test_every_function_says_it_in_words(deployed, name):
    with (
        refused(deployed.cloud) as seen,
        pytest.raises(SagaLabError, match="more calls .* than it allows") as said,
    ):
        ASKS[name](deployed)
    assert seen and said.value.cure and not isinstance(said.value, NotDeployed)


def test_what_was_refused_is_no_verdict_and_no_missing_saga(deployed):
    execution = sagalab.run_scenario("33", deployment=deployed)
    for operation in ("BatchGetItem", "Query", "ReceiveMessage"):
        with refused(deployed.cloud, operation) as seen, pytest.raises(SagaLabError, match="more calls"):
            sagalab.verdict(execution, deployed)
        assert seen[operation] == 1


def test_destroy_is_not_kept_from_deleting_by_costs_that_cannot_be_read(deployed):
    sagalab.run_scenario("4", deployment=deployed)
    for code in ("ThrottlingException", "AccessDeniedException"):
        with refused(deployed.cloud, "GetExecutionHistory", code) as seen:
            assert costs_in_words(deployed.cloud, [deployed.prefix]).startswith(
                "What it has cost is not known: AWS "
            )
        assert seen
    assert costs_in_words(deployed.cloud, [deployed.prefix]).startswith("It has cost ")
    assert costs_in_words(deployed.cloud, ["t-never"]) == ""


def test_costs_estimate_without_an_account_and_then_say_what_cannot_be_read(deployed):
    app = typer.Typer()
    costs.register(app)
    scenarios.register(app)
    with refused(deployed.cloud, "ListExecutions") as seen:
        shown = CliRunner().invoke(app, ["costs"])
    assert seen and "estimate: 200 sagas" in shown.output and "so far" not in shown.output
    assert isinstance(shown.exception, SagaLabError) and not isinstance(shown.exception, NotDeployed)
    shown = CliRunner().invoke(app, ["costs", "--json"])
    assert set(json.loads(shown.output)) == {"prices", "estimate", "so far"}


def test_the_scenarios_are_judged_at_once(deployed):
    """Each look into the queue waits two seconds on AWS."""
    app = typer.Typer()
    costs.register(app)
    scenarios.register(app)
    with counted(deployed.cloud) as seen:
        shown = CliRunner().invoke(app, ["scenarios"])
    assert shown.exit_code == 0 and "7 of 7 as expected" in shown.output
    assert Counter(name for name, *_ in seen.elements())["ReceiveMessage"] <= 7


def test_what_dynamodb_hands_back_is_deleted_with_the_next_call(deployed, monkeypatch):
    monkeypatch.setattr(sys.modules["sagalab.orders.forget"], "_PAUSE_SECONDS", 0)
    order = sagalab.make_order()
    sagalab.run(order, deployment=deployed)
    client, asked = deployed.cloud.client("dynamodb"), []

    def hand_back(params, **_):
        asked.append(params)
        if len(asked) == 1:
            requests = json.loads(params["body"])["RequestItems"]
            return type("Http", (), {"status_code": 200}), {"UnprocessedItems": requests}
        return None

    client.meta.events.register("before-call.dynamodb.BatchWriteItem", hand_back)
    try:
        sagalab.forget(deployed.cloud, order["order_id"])
    finally:
        client.meta.events.unregister("before-call.dynamodb.BatchWriteItem", hand_back)
    assert len(asked) == 2
    assert all(sagalab.tables(deployed, order["order_id"])[name].empty for name in ("orders", "payments"))


def test_nothing_is_asked_twice(deployed):
    """A room shares the account's quotas: ListTagsForResource of Step Functions has one call a second."""
    for ask in (sagalab.status, lambda: sagalab.deploy(progress=False)):
        with counted(deployed.cloud) as seen:
            ask()
        often = {key[0] for key, times in seen.items() if times > 1}
        assert often <= {"GetRole", "GetQueueUrl", "GetFunction", "DescribeLogGroups", "DescribeStateMachine"}
        names = Counter(name for name, *_ in seen.elements())
        assert names["GetFunction"] <= 8 and names["DescribeTable"] == 5  # two are durable, or not there
    with counted(deployed.cloud) as seen:
        sagalab.deployment()
    # each page of the list is asked for once: other tests' machines may be on it, too
    assert max(seen.values()) == 1
    names = Counter(name for name, *_ in seen)
    assert names.keys() == {"ListStateMachines", "DescribeStateMachine", "GetQueueUrl"}
    assert names["DescribeStateMachine"] == names["GetQueueUrl"] == 1
