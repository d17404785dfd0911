"""The engine against AWS: the recorded runs, with their functions' words turned into small tasks."""

import aws_runs
import pytest

# Fetched while it still ran: it holds ExecutionStarted alone.
CUT_SHORT = {"473"}


@aws_runs.needs_runs
@pytest.mark.parametrize("number", [number for number in aws_runs.NUMBERS if number not in CUT_SHORT])
def test_the_history_is_that_of_aws(number):
    run = aws_runs.recorded_run(number)
    ours = aws_runs.rehearsed(run)
    assert aws_runs.outcome(ours.events) == aws_runs.outcome(run["events"])
    assert aws_runs.differences(run, ours) == []


def test_a_difference_is_found():
    run = {"events": [{"id": 1, "previousEventId": 0, "type": "A", "d": {"x": "<uuid:1>", "y": 1}}]}

    class Ours:
        events = [{"id": 1, "previousEventId": 0, "type": "A", "d": {"x": "any", "y": 2}}]

    assert aws_runs.differences(run, Ours()) == ["1 A/d/y: 1, here 2"]
