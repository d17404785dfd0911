"""moto's adapted interpreter in a process of its own: a machine and an input in, a history out.

The process is alone because the adaptations change moto for good. Waits and retries take no time there.
A function answers by its payload: `{"fail": name}` raises that error as often as `"times"` says, anything
else comes back. `Old.run()` returns the events as the interpreter keeps them.
"""

import json
import os
import subprocess
import sys
import threading
from typing import Any


class Old:
    """The process, and a way to ask it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=os.environ | {"SAGALAB_TIME_SCALE": "0", "PYTHONIOENCODING": "utf-8"},
        )

    def run(self, definition: str, text: str) -> list[dict[str, Any]]:
        """Run a machine to its end; return its events, or one with the error that it could not be read."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([definition, text]), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait(10)


def _serve() -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    from sagalab.localcloud import adaptations

    adaptations.install()
    calls: dict[str, int] = {}

    def invoke(parameters: dict, region: str, state_credentials: Any) -> dict[str, Any]:
        payload = json.loads(parameters["Payload"])
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload}
        if isinstance(payload, dict) and "fail" in payload:
            key = json.dumps(payload)
            calls[key] = calls.get(key, 0) + 1
            if calls[key] <= payload.get("times", 1):
                failed = {"errorMessage": "as told", "errorType": payload["fail"]}
                return answer | {"FunctionError": "Unhandled", "Payload": failed}
        return answer

    lambda_eval_utils._invoke_lambda_function = invoke
    out = sys.stdout
    for line in sys.stdin:
        calls.clear()
        print(json.dumps(_run(*json.loads(line)), default=str), file=out, flush=True)


def _run(definition: str, text: str) -> list[dict[str, Any]]:
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.evaluation_details import AWSExecutionDetails
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext

    from sagalab.localcloud.stepfunctions import definitions

    try:
        definitions.check(definition)
        program = definitions.parsed(definition)
    except Exception as error:
        return [{"type": "Refused", "words": str(error)}]
    value = json.loads(text)
    arn = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
    context = {
        "Execution": {"Id": arn, "Input": value, "Name": "run", "RoleArn": "role", "StartTime": "2026"},
        "StateMachine": {"Id": arn.replace("execution", "stateMachine"), "Name": "machine"},
    }
    env = Environment(
        AWSExecutionDetails(account="123456789012", region="us-east-1", role_arn="role"),
        "STANDARD",
        context,
        EventHistoryContext.of_program_start(),
        None,
        {},
    )
    env.states.reset(input_value=value)
    details = EventDetails(executionStartedEventDetails={"input": text, "roleArn": "role"})
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type="ExecutionStarted",
        event_details=details,
        update_source_event_id=False,
    )
    worker = threading.Thread(target=program.eval, args=(env,), daemon=True)
    worker.start()
    worker.join(20)
    if worker.is_alive():
        return [{"type": "Hung"}]
    return env.event_manager.get_event_history()


if __name__ == "__main__":
    _serve()
