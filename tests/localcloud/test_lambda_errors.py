"""What goes wrong in a function reaches the caller, Step Functions and the log as on AWS."""

import base64
import contextlib
import json
import os

import psutil
import pytest
from cloud_processes import runs, still_there, wait_until

from sagalab.localcloud.functions import call, worker

CASES = {
    "an exception": (
        "class ErrPay(Exception): pass\ndef handler(event, context):\n    raise ErrPay('no money')\n",
        "code.handler",
        "ErrPay",
        "no money",
    ),
    "exit status": (
        "import os\ndef handler(event, context):\n    os._exit(3)\n",
        "code.handler",
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited with error: exit status 3",
    ),
    "sys.exit(0)": (
        "import sys\ndef handler(event, context):\n    sys.exit(0)\n",
        "code.handler",
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited without providing a reason",
    ),
    "exit while importing": (
        "import os\nos._exit(1)\n",
        "code.handler",
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited with error: exit status 1",
    ),
    "missing import": (
        "import no_such_module\n",
        "code.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'code': No module named 'no_such_module'",
    ),
    "missing module": (
        "",
        "other.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'other': No module named 'other'",
    ),
    "missing handler": (
        "",
        "code.handler",
        "Runtime.HandlerNotFound",
        "Handler 'handler' missing on module 'code'",
    ),
    "bad handler name": (
        "",
        "code",
        "Runtime.MalformedHandlerName",
        "Bad handler 'code': not enough values to unpack (expected 2, got 1)",
    ),
    "syntax error": (
        "def handler(:\n",
        "code.handler",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'code': ",
    ),
    "an exception while importing": (
        "raise ValueError('at import')\n",
        "code.handler",
        "ValueError",
        "at import",
    ),
    "a result that is not JSON": (
        "def handler(event, context):\n    return {1, 2}\n",
        "code.handler",
        "Runtime.MarshalError",
        "Unable to marshal response: Object of type set is not JSON serializable",
    ),
    "a result that is too large": (
        "def handler(event, context):\n    return 'x' * 6_291_556\n",
        "code.handler",
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    ),
}


@pytest.mark.parametrize(("source", "handler", "kind", "message"), CASES.values(), ids=CASES)
def test_an_error_has_awss_type_and_message(function, source, handler, kind, message):
    answer = function(source, handler).invoke({})
    assert answer["FunctionError"] == "Unhandled"
    assert answer["StatusCode"] == 200
    assert answer["Payload"]["errorType"] == kind
    assert answer["Payload"]["errorMessage"].startswith(
        message.format(id=answer["ResponseMetadata"]["RequestId"])
    )


def test_an_exception_tells_where_in_the_words_of_aws(function):
    answer = function(
        "def handler(event, context):\n    inner()\n\ndef inner():\n    raise KeyError('x')\n"
    ).invoke({})
    assert answer["Payload"] == {
        "errorMessage": "'x'",
        "errorType": "KeyError",
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "stackTrace": [
            '  File "/var/task/code.py", line 2, in handler\n    inner()\n',
            "  File \"/var/task/code.py\", line 5, in inner\n    raise KeyError('x')\n",
        ],
    }


def test_a_timeout_ends_the_worker_and_the_next_call_works(function):
    made = function(
        """
        import os, subprocess, sys, time
        def handler(event, context):
            if event == "sleep":
                print("going to sleep", flush=True)
                time.sleep(60)
            return os.getpid()
    """,
        Timeout=1,
    )
    before = psutil.Process(made.invoke()["Payload"])
    answer = made.invoke("sleep")
    request = answer["ResponseMetadata"]["RequestId"]
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request} Error: Task timed out after 1.00 seconds",
    }
    assert not runs(before)
    assert made.invoke()["Payload"] != before.pid


def test_an_import_that_hangs_times_out(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "_INIT_SECONDS", 0.5)
    (tmp_path / "code.py").write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    version = call.FunctionVersion(
        ("account", "region", "f", "1"), "code.handler", tmp_path, 128, "python3.13", ()
    )
    made = worker.Worker(version, tmp_path / "logs", "http://127.0.0.1:1")
    answer = made.call(call.Call("id", "arn", b"{}", timeout=0.5))
    assert answer.failed and b"Task timed out after 0.50 seconds" in answer.payload
    assert not psutil.pid_exists(made.pid)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the worker only")
def test_what_a_function_started_ends_with_it(function):
    made = function(
        """
        import subprocess, sys, time
        def handler(event, context):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            print(child.pid)
            time.sleep(60)
    """,
        Timeout=1,
    )
    log = base64.b64decode(made.invoke({}, LogType="Tail")["LogResult"]).decode().splitlines()
    with contextlib.suppress(psutil.NoSuchProcess):
        assert not still_there([psutil.Process(int(log[1]))])


def test_step_functions_sees_the_error_type(function, cloud, role):
    made = function("import os\ndef handler(event, context):\n    os._exit(1)\n")
    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(
        name=made.name,
        roleArn=role,
        definition=json.dumps(
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": made.name},
                        "Catch": [{"ErrorEquals": ["Runtime.ExitError"], "Next": "B"}],
                        "End": True,
                    },
                    "B": {"Type": "Pass", "End": True},
                },
            }
        ),
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    wait_until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    seen = states.describe_execution(executionArn=execution)
    assert seen["status"] == "SUCCEEDED" and json.loads(seen["output"])["Error"] == "Runtime.ExitError"
