"""AWS mode against emulators that nobody here wrote: moto as it comes and, where it is installed, ministack.

What stands in for AWS elsewhere in these tests is our own local cloud: it could share a mistake with what it tests.
"""

import subprocess
import sys
from collections.abc import Iterator

import aws_stand_in
import pytest
import typer
from typer.testing import CliRunner

from sagalab.cloud import confirm as confirming
from sagalab.cloud.connect import connect
from sagalab.commands import saga
from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import status
from sagalab.deploying.destroy import destroy
from sagalab.deploying.leftovers import by_name
from sagalab.errors import SagaLabError
from sagalab.orders.scenarios import run_scenarios

_BARE_MOTO = """
import os, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
"""


@pytest.fixture(scope="module")
def bare_moto() -> Iterator[str]:
    """The address of a server of moto, without anything of ours in it."""
    server = subprocess.Popen(
        [sys.executable, "-c", _BARE_MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.stdin.close()
        server.wait(timeout=20)


@pytest.fixture
def aws(monkeypatch):
    """Return what makes an address AWS."""

    def at(address: str):
        aws_stand_in.use(monkeypatch, address, "eu-west-1", "t-others", ("testing", "testing"))
        monkeypatch.setenv("SAGALAB_CONFIRM", confirming.place(connect()))
        return connect()

    return at


def test_moto_deploy_mend_and_destroy(aws, bare_moto):
    cloud = aws(bare_moto)
    assert not cloud.is_local and cloud.region == "eu-west-1"
    assert {change.action for change in deploy(progress=False).changes} == {"created", "updated"}  # the stock
    assert {part.state for part in status()} == {"present"}
    cloud.client("lambda").update_function_configuration(FunctionName="t-others-new-order", Timeout=3)
    assert [part.differences for part in status() if part.state != "present"] == [("Timeout",)]
    again = [change.name for change in deploy(progress=False).changes if change.action != "unchanged"]
    assert again == ["t-others-new-order"]
    destroy(progress=False)
    assert by_name() == [] and {part.state for part in status()} == {"missing"}


def test_the_roles_of_another_regions_saga_are_left_alone(aws, bare_moto, monkeypatch):
    aws(bare_moto)
    deploy(progress=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("SAGALAB_CONFIRM", confirming.place(connect()))
    assert {part.state for part in status() if part.kind == "role"} == {"not ours"}
    command = typer.Typer()
    saga.register(command)
    said = CliRunner().invoke(command, ["status"]).output
    assert "7 of them are another's, of the same name. Choose another prefix: SAGALAB_PREFIX" in said
    with pytest.raises(SagaLabError, match="serves the saga under this prefix in eu-west-1") as said:
        deploy(progress=False)
    assert "AWS_REGION=eu-west-1" in said.value.cure
    assert {change.action for change in destroy(progress=False) if change.kind == "role"} == {"not ours"}
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("SAGALAB_CONFIRM", confirming.place(connect()))
    assert {part.state for part in status()} == {"present"}
    destroy(progress=False)


def test_ministack_runs_the_scenarios(aws):
    pytest.importorskip("ministack", reason="it is installed for a comparison only")
    from tools.bench import ministack

    with ministack() as (there, _):
        aws(there.endpoint)
        ends = {each.scenario.key: each for each in run_scenarios(deployment=deploy(progress=False))}
        assert ends["4"].as_expected
        # ministack 1.5 calls every error of a function Runtime.HandlerError: no Catch of the saga names that
        assert {each.execution.status for key, each in ends.items() if key != "4"} == {"FAILED"}
        destroy(progress=False)
        assert by_name() == []
