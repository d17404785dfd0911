"""What a function prints is in CloudWatch Logs when Invoke has answered, one entry an event, as on AWS."""

import base64


def events(cloud, function) -> list[str]:
    found = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function.name}")["events"]
    return [event["message"] for event in found]


def test_prints_and_logging_stand_between_start_and_report(function, cloud):
    made = function(
        """
        import logging, sys
        def handler(event, context):
            print("one\\ntwo")
            logging.getLogger().warning("watch\\nout")
            logging.getLogger().info("not shown")
            print("to stderr", file=sys.stderr)
    """,
        MemorySize=256,
    )
    request = made.invoke()["ResponseMetadata"]["RequestId"]
    start, one, two, warning, err, end, report = events(cloud, made)
    assert start == f"START RequestId: {request} Version: $LATEST"
    assert (one, two, err) == ("one", "two", "to stderr")
    assert warning.startswith("[WARNING]\t") and warning.endswith(f"Z\t{request}\twatch\nout")
    assert end == f"END RequestId: {request}"
    assert report.startswith(f"REPORT RequestId: {request}\tDuration: ")
    assert "\tMemory Size: 256 MB\t" in report and "\tInit Duration: " in report


def test_an_error_is_one_event_with_its_traceback(function, cloud):
    made = function("def handler(event, context):\n    raise ValueError('no')\n")
    made.invoke()
    assert events(cloud, made)[1] == (
        "[ERROR] ValueError: no\nTraceback (most recent call last):\n"
        "  File \"/var/task/code.py\", line 2, in handler\n    raise ValueError('no')"
    )


def test_what_was_printed_before_a_timeout_or_the_end_is_there(function, cloud):
    made = function(
        """
        import os, time
        def handler(event, context):
            print("before", event)
            time.sleep(60) if event == "timeout" else os._exit(1)
    """,
        Timeout=1,
    )
    timeout = made.invoke("timeout")["ResponseMetadata"]["RequestId"]
    ended = made.invoke("end")["ResponseMetadata"]["RequestId"]
    lines = events(cloud, made)
    assert lines[1] == "before timeout" and lines[2].endswith(
        f"Z {timeout} Task timed out after 1.00 seconds"
    )
    assert "before end" in lines
    assert f"RequestId: {ended} Error: Runtime exited with error: exit status 1" in lines


def test_the_tail_is_four_kilobytes(function):
    answer = function("def handler(event, context):\n    print('x' * 10_000)\n").invoke(LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert len(tail) == 4096 and "REPORT RequestId" in tail


def test_much_output_does_not_block(function, cloud):
    made = function(
        "def handler(event, context):\n    for n in range(3000):\n        print(n, 'y' * 100)\n", Timeout=20
    )
    assert "FunctionError" not in made.invoke()
