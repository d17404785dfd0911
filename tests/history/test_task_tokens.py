"""Who waits for a task token is read from the history, and so is the token."""

import json
from typing import Any

import pytest
from recorded import recording

from sagalab.history.execution import Execution
from sagalab.history.task_tokens import token_of, waiting_visit, waits_for_token

_SUBMITTED = 5  # so many events of the recording happened when the task waits


def _events(parameters: Any = None) -> list[dict]:
    """Return the recorded events until the task waits; `parameters`: what it was called with instead."""
    events = json.loads(json.dumps(recording("token_times_out")["events"][:_SUBMITTED]))
    if parameters is not None:
        events[2]["taskScheduledEventDetails"]["parameters"] = json.dumps(parameters)
    return events


def test_a_task_that_was_submitted_with_a_token_waits():
    assert waits_for_token(_events()[-1])


def test_before_that_it_does_not_wait_yet():
    assert not any(waits_for_token(event) for event in _events()[:-1])
    assert not waits_for_token({})  # nothing has happened yet


def test_a_job_that_is_waited_for_has_no_token():
    events = _events()
    events[-1]["taskSubmittedEventDetails"]["resource"] = "startExecution.sync:2"
    assert not waits_for_token(events[-1])


def test_the_waiting_visit_is_found_and_none_after_its_end():
    visit = waiting_visit(Execution.from_history(_events()))
    assert visit is not None and (visit.name, visit.status) == ("Ask", "running")
    assert waiting_visit(Execution.from_history(recording("token_times_out")["events"])) is None
    assert waiting_visit(Execution.from_history(_events()[:2])) is None  # entered, and not yet tried


@pytest.mark.parametrize(
    ("parameters", "token"),
    [
        ({"QueueUrl": "q", "MessageBody": {"task_token": "abc"}}, "abc"),
        ({"MessageBody": json.dumps({"order": 1, "task_token": "abc"})}, "abc"),
        ({"Entries": [{"body": "no JSON {"}, {"body": "{no JSON"}, {"task_token": "abc"}]}, "abc"),
        ({"task_token": {"task_token": "within"}}, "within"),
        ({"MessageBody": {"another_name": "abc"}}, None),
        ({"task_token": 7}, None),
    ],
)
def test_the_token_stands_in_what_the_task_was_called_with(parameters, token):
    visit = waiting_visit(Execution.from_history(_events(parameters)))
    assert visit is not None and token_of(visit) == token


def test_the_token_may_have_another_name():
    visit = waiting_visit(Execution.from_history(_events()))
    assert visit is not None and token_of(visit, "token") == "<uuid:1>"
