"""SAGALAB_CLOUD=aws, against a local cloud that stands in for AWS: the same requests, another endpoint."""

import io
import os
import re
import subprocess
import sys

import aws_stand_in
import pytest
from deployed_things import everything, expected

from sagalab.cloud import confirm as confirming
from sagalab.cloud.accounts import mask_accounts
from sagalab.cloud.connect import connect
from sagalab.cloud.local_key import local_key
from sagalab.cloud.prefix import prefix_of_participant
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.destroy import destroy, destroy_all, prefixes_under
from sagalab.errors import SagaLabError
from sagalab.orders.costs import costs_so_far, estimated_costs
from sagalab.orders.scenarios import SCENARIOS, run_scenarios
from sagalab.project import state_dir

END = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


@pytest.fixture
def aws(cloud, monkeypatch) -> pytest.MonkeyPatch:
    """An environment in which AWS is the tests' local cloud."""
    key = local_key(state_dir())
    aws_stand_in.use(monkeypatch, cloud.endpoint, cloud.region, "t-aws", (key.id, key.secret))
    return monkeypatch


def typed(monkeypatch, text: str) -> None:
    """Let a person at a terminal type this."""
    terminal = io.StringIO(text)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)


def test_it_is_aws_and_nothing_shows_the_account(aws, cloud):
    found = connect()
    assert not found.is_local and found.prefix == "t-aws" and found.account == cloud.account
    assert cloud.account not in repr(found)
    assert connect() is found


def test_nothing_is_made_before_it_is_confirmed(aws, cloud, capsys):
    account = cloud.account
    for given in ("", f"{account[-4:]}/eu-west-1", f"1111/{cloud.region}", account):
        aws.setenv("SAGALAB_CONFIRM", given)
        with pytest.raises(SagaLabError, match="Nothing was changed in the AWS account") as caught:
            deploy(progress=False)
        assert f"SAGALAB_CONFIRM={account[-4:]}/{cloud.region}" in caught.value.cure
        assert account not in str(caught.value).replace(given or "-", "")
    aws.delenv("SAGALAB_CONFIRM")
    typed(aws, "0000\n")
    with pytest.raises(SagaLabError, match="Nothing was changed"):
        deploy(progress=False)
    assert everything(cloud, "t-aws") == set()
    shown = capsys.readouterr().err
    assert f"account ••••••••{account[-4:]}, region {cloud.region}, prefix t-aws" in shown
    assert account not in shown


def test_confirmed_once_it_deploys_runs_costs_and_goes(aws, cloud):
    typed(aws, f"{cloud.account[-4:]}\n")
    found = deploy(progress=False)
    assert everything(cloud, "t-aws") == expected("t-aws")
    assert all(each.as_expected for each in run_scenarios(deployment=found))

    costs = costs_so_far(found)
    assert costs.sagas == len(SCENARIOS)
    guess = estimated_costs(len(SCENARIOS)).usage
    for name in ("transitions", "invocations", "writes", "reads", "publishes", "traces"):
        assert getattr(costs.usage, name) == pytest.approx(getattr(guess, name))
    assert 0 < costs.usage.log_gb < 2 * guess.log_gb

    destroy(progress=False)  # confirmed before
    assert everything(cloud, "t-aws") == set()


def run_cli(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "sagalab", *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60,
        env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip


def test_the_command_line_asks_or_is_told_yes(aws, cloud):
    refused = run_cli("deploy")
    assert refused.returncode == 2 and "Nothing was changed" in refused.stderr
    made = run_cli("deploy", "--yes", "--json")
    assert made.returncode == 0 and "It costs about $" in made.stderr
    gone = run_cli("destroy", "--all-of", "t-aws", "--yes", "--json")
    assert gone.returncode == 0 and "Under t-aws: t-aws." in gone.stderr and "It has cost" in gone.stderr
    assert cloud.account not in refused.stderr + made.stderr + gone.stderr
    assert everything(cloud, "t-aws") == set()


@pytest.mark.parametrize(
    ("unset", "changed", "what"),
    [
        (("AWS_REGION",), {}, "No AWS region is set"),
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), {}, "There are no AWS credentials here"),
        (("AWS_SECRET_ACCESS_KEY",), {}, "There are no AWS credentials here"),
        ((), {"AWS_PROFILE": "nobody"}, "profile .nobody. could not be found"),
        ((), {"AWS_REGION": "eu west 1"}, "That is no AWS region"),
        ((), {"AWS_ENDPOINT_URL": "nonsense"}, "A setting of AWS means nothing"),
        ((), {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS does not answer"),
        ((), {"SAGALAB_PREFIX": "1-is-no-letter"}, "cannot be a prefix"),
    ],
)
def test_what_is_missing_is_said_with_its_cure(aws, unset, changed, what):
    for name in unset:
        aws.delenv(name)
    for name, value in changed.items():
        aws.setenv(name, value)
    aws.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SagaLabError, match=what) as caught:
        deploy(progress=False)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("AccessDenied", "does not allow"),
        ("ThrottlingException", "more calls from this account than it allows"),
    ],
)
def test_what_aws_answers_is_said_with_its_cure(aws, cloud, code, what):
    """The answer comes from the wire: the client of IAM gets it in place of the stand-in's. (All: test_aws_errors.py.)"""
    from botocore.awsrequest import AWSResponse

    aws.setenv("SAGALAB_CONFIRM", confirming.place(connect()))
    message = f"User: arn:aws:iam::{cloud.account}:user/a is not authorized"
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"

    class Raw:
        def stream(self, *_, **__):
            yield body.encode()

    def refuse(request, **_):
        return AWSResponse(request.url, 403, {}, Raw())

    aws.setenv("AWS_MAX_ATTEMPTS", "1")
    events = connect().client("iam").meta.events
    events.register("before-send", refuse)
    try:
        with pytest.raises(SagaLabError, match=what) as caught:
            deploy(progress=False)
    finally:
        events.unregister("before-send", refuse)
        destroy(progress=False)
    assert caught.value.cure and cloud.account not in str(caught.value)


def test_the_prefix_comes_from_the_users_name(monkeypatch):
    monkeypatch.delenv("SAGALAB_PREFIX", raising=False)
    assert prefix_of_participant(on_aws=False) == "saga"
    names = {"anna": "anna", "Ärger.M": "rger-m", "a_b@c.org": "a-b-c-org", "x" * 50: "x" * 20}
    for user, prefix in names.items():
        monkeypatch.setattr("getpass.getuser", lambda user=user: user)
        assert prefix_of_participant(on_aws=True) == prefix
    for user in ("codespace", "Root", "42", ""):
        monkeypatch.setattr("getpass.getuser", lambda user=user: user)
        with pytest.raises(SagaLabError, match="prefix of your own"):
            prefix_of_participant(on_aws=True)
    monkeypatch.setenv("SAGALAB_PREFIX", "mine")
    assert prefix_of_participant(on_aws=True) == "mine"


def test_all_of_a_prefix_is_found_and_goes_and_nothing_else(cloud):
    mine = ("t-all", "t-all-explore-1a2b")
    for prefix in (*mine, "t-allother"):
        deploy_machine(deploy(cloud, prefix=prefix, progress=False), "odd-name", END)
    neighbours = everything(cloud, "t-allother")
    queues = cloud.client("sqs")
    foreign = queues.create_queue(QueueName="t-all-foreign-notifications")["QueueUrl"]

    found = prefixes_under("t-all", cloud)
    assert found == sorted(mine)
    destroy_all(found, cloud, progress=False)

    assert everything(cloud, "t-all") == {("queue", "t-all-foreign-notifications")}
    assert everything(cloud, "t-allother") == neighbours
    queues.delete_queue(QueueUrl=foreign)
    assert prefixes_under("t-all", cloud) == []
    destroy(cloud, prefix="t-allother", progress=False)


def test_a_text_shows_no_account():
    text = mask_accounts("arn:aws:iam::123456789012:role/x of 1234567890123")
    assert re.fullmatch(r"arn:aws:iam::•{8}9012:role/x of 1234567890123", text)
