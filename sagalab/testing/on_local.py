"""Tests on the local cloud: whole machines by StartExecution, single states by TestState."""

import contextlib
import io
import json
import shutil
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from sagalab import settings
from sagalab.asl.placeholder import has_placeholder
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.testing import mocked, through_teststate
from sagalab.testing.places import OneState, WholeRun
from sagalab.testing.single import StateTest

LONGEST_RUN_SECONDS = 60.0
_POLL_SECONDS = 0.05
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        for service in ("states.amazonaws.com", "lambda.amazonaws.com")
    ],
}


class OnLocal:
    """The local cloud. What tests need is made when it is needed, and removed by `close()`."""

    def __init__(self) -> None:
        if settings.on_aws():
            raise SagaLabError(
                "The tests are to run on the local cloud, and SAGALAB_CLOUD says aws.",
                "Take SAGALAB_CLOUD away, or say --asl-on aws.",
            )
        self._cloud: Any = None
        self._folder: Path | None = None
        self._role = ""
        self._function: tuple[str, str] | None = None  # name, ARN
        self._machines: dict[str, str] = {}  # definition: ARN

    def open(self) -> None:
        """Start the local cloud where it does not run."""
        self._connected()

    def run(self, asked: WholeRun) -> Execution:
        """Run a whole machine by StartExecution.

        Without mocks and faults its functions are called, where the saga that has them is deployed. Else each
        Task is answered by a mock function, as a rehearsal answers it: a run that no mock names is stubbed.
        An execution that still runs after LONGEST_RUN_SECONDS is stopped, and returned as RUNNING.
        """
        cloud = self._connected()
        real = None if asked.mocks or asked.faults else self._deployed(asked)
        if real is not None:
            return self._execute(real, asked)
        name = f"run-{uuid4().hex[:12]}"
        answers = mocked.answers_of(asked.machine, asked.mocks, asked.faults, cloud.time_scale)
        mocked.write_answers(self._answers(), name, answers)
        definition = mocked.mocked_definition(asked.machine, self._mock_function(), name)
        return self._execute(through_teststate.filled(definition), asked)

    def state(self, asked: OneState) -> StateTest:
        """Test a single state by TestState."""
        return through_teststate.tested(self._connected(), asked)

    def close(self) -> None:
        """Remove the machines, the function and the role that were made."""
        if self._cloud is None:
            return
        with contextlib.suppress(Exception):  # a cloud that is gone has nothing left of ours
            for arn in self._machines.values():
                self._cloud.client("stepfunctions").delete_state_machine(stateMachineArn=arn)
            if self._function is not None:
                self._cloud.client("lambda").delete_function(FunctionName=self._function[0])
            if self._role:
                self._cloud.client("iam").delete_role(RoleName=self._role.rpartition("/")[2])
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connected(self) -> Any:
        if self._cloud is None:
            from sagalab.cloud.connect import connect

            self._cloud = connect()
            made = self._cloud.client("iam").create_role(
                RoleName=f"asl-test-{uuid4().hex[:8]}", AssumeRolePolicyDocument=json.dumps(_TRUST)
            )
            self._role = made["Role"]["Arn"]
        return self._cloud

    def _deployed(self, asked: WholeRun) -> dict[str, Any] | None:
        """Return the definition with the ARNs of what is deployed; None when some name is not."""
        from sagalab.deploying.deployment import deployment
        from sagalab.deploying.machines import substitute

        if not has_placeholder(json.dumps(asked.machine.body)):
            return dict(asked.machine.body)
        try:
            return substitute(asked.machine.body, deployment(self._cloud))
        except SagaLabError:
            return None

    def _answers(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="asl-test-"))
        return self._folder

    def _mock_function(self) -> str:
        if self._function is None:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("code.py", mocked.SOURCE)
            name = f"asl-test-{uuid4().hex[:8]}"
            made = self._cloud.client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=self._role,
                Handler="code.handler",
                Code={"ZipFile": packed.getvalue()},
                Timeout=900,
                Environment={"Variables": {"ASL_TEST_FOLDER": str(self._answers())}},
            )
            self._function = name, made["FunctionArn"]
        return self._function[1]

    def _execute(self, definition: dict[str, Any], asked: WholeRun) -> Execution:
        client = self._cloud.client("stepfunctions")
        text = json.dumps(definition)
        arn = self._machines.get(text)
        if arn is None:
            name = f"asl-test-{uuid4().hex[:10]}"
            made = client.create_state_machine(name=name, definition=text, roleArn=self._role)
            arn = self._machines[text] = made["stateMachineArn"]
        value = {} if asked.input is None else asked.input
        started = client.start_execution(stateMachineArn=arn, input=json.dumps(value))["executionArn"]
        return self._wait(client, started, asked)

    def _wait(self, client: Any, started: str, asked: WholeRun) -> Execution:
        until = time.monotonic() + LONGEST_RUN_SECONDS
        while client.describe_execution(executionArn=started)["status"] == "RUNNING":
            if time.monotonic() > until:
                break
            time.sleep(_POLL_SECONDS)
        fetched = Execution.fetch(client, started)
        run = Execution.from_history(
            mocked.unwrapped([dict(event) for event in fetched.events]), asked.machine.body
        )
        run.arn, run.time_scale = started, self._cloud.time_scale
        if run.status == "RUNNING":
            client.stop_execution(executionArn=started)
        return run
