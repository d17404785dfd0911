"""The running local cloud against AWS's recordings: the same machine, the same input, the same history.

They run at once, eight at a time; each is a test of its own.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import aws_runs
import cloud_runs
import pytest

# recorded before its end
_CUT_SHORT = {"473"}


@pytest.fixture(scope="module")
def histories(cloud):
    """Start all; return a future of each history by its number."""
    runs = cloud_runs.CloudRuns(cloud)
    with ThreadPoolExecutor(8) as pool:
        yield {number: pool.submit(runs.run, number) for number in aws_runs.NUMBERS}


@aws_runs.needs_runs
@pytest.mark.parametrize("number", [number for number in aws_runs.NUMBERS if number not in _CUT_SHORT])
def test_a_run_has_aws_s_history(histories: dict[str, Future], number):
    recorded = aws_runs.recorded_run(number)
    events = histories[number].result(timeout=300)
    assert aws_runs.outcome(events) == aws_runs.outcome(recorded["events"])
    assert aws_runs.differences(recorded, SimpleNamespace(events=events)) == []
