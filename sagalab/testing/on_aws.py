"""Tests on AWS, when they are asked for by name: single states by TestState with a mock; whole machines without mocks."""

import json
import time
from typing import Any

from sagalab import settings
from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import when_allowed
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.testing import through_teststate
from sagalab.testing.places import NotHere, OneState, WholeRun
from sagalab.testing.single import StateTest

LONGEST_RUN_SECONDS = 900.0
_POLL_SECONDS = 1.0


class OnAws:
    """AWS. Nothing is made there: a whole machine must be deployed, and with mocks it is not run."""

    def __init__(self) -> None:
        settings.choose_aws()
        self._cloud: Any = None

    def open(self) -> None:
        """Ask AWS who we are."""
        self._connected()

    @explained
    def run(self, asked: WholeRun) -> Execution:
        """Start an execution of the machine that is deployed under the file's name, and wait for its end.

        Account and region are confirmed first. Raises NotHere for a test with mocks or faults, and
        SagaLabError when the machine is not deployed, or differs from the file.
        """
        if asked.mocks or asked.faults:
            raise NotHere(
                "a whole machine with mocks runs in a rehearsal or on the local cloud; on AWS its functions are called"
            )
        from sagalab.cloud.confirm import confirm
        from sagalab.deploying.deployment import deployment
        from sagalab.deploying.machines import name_of, substitute

        cloud = self._connected()
        confirm(cloud)
        deployed = deployment(cloud)
        arn = deployed.machine(name_of(asked.file))
        client = cloud.client("stepfunctions")
        there = json.loads(client.describe_state_machine(stateMachineArn=arn)["definition"])
        if there != substitute(asked.machine.body, deployed):
            raise SagaLabError(
                f"What is deployed as {name_of(asked.file)} is not what {asked.file} says.",
                f"Deploy it: sagalab deploy --machine {asked.file}",
            )
        value = {} if asked.input is None else asked.input
        started = client.start_execution(stateMachineArn=arn, input=json.dumps(value))["executionArn"]
        until = time.monotonic() + LONGEST_RUN_SECONDS

        def runs() -> bool:
            return client.describe_execution(executionArn=started)["status"] == "RUNNING"

        while when_allowed(runs, seconds=LONGEST_RUN_SECONDS) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        run = when_allowed(Execution.fetch, client, started, seconds=LONGEST_RUN_SECONDS)
        run.time_scale = 1.0
        return run

    def state(self, asked: OneState) -> StateTest:
        """Test a single state by TestState; with a mock nothing is called or changed."""
        return through_teststate.tested(self._connected(), asked)

    def close(self) -> None:
        """Nothing was made."""

    def _connected(self) -> Any:
        if self._cloud is None:
            from sagalab.cloud.connect import connect

            self._cloud = connect()
        return self._cloud
