"""Where a rule begins and ends: what counts as catching everything, as retried until done, as reading the input."""

import pytest

from sagalab.asl.document import read
from sagalab.asl.text import read_text
from sagalab.linting.lint import lint
from sagalab.linting.timing import longest

CALL = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
ALL = {"ErrorEquals": ["States.ALL"]}


def codes(machine: dict) -> set[str]:
    return {finding.code for finding in lint(machine)}


def saga(**reserve) -> dict:
    """A step and its undo; the step has the fields given."""
    release = CALL | {
        "Retry": [ALL],
        "Catch": [ALL | {"ResultPath": "$.owed", "Next": "Failed"}],
        "Next": "Failed",
    }
    return {
        "StartAt": "Reserve",
        "States": {
            "Reserve": CALL | {"End": True, "Catch": [_sold_out()]} | reserve,
            "Release": release,
            "Failed": {"Type": "Fail"},
        },
    }


def _sold_out(*errors: str) -> dict:
    return {"ErrorEquals": list(errors) or ["SoldOut"], "ResultPath": "$.error", "Next": "Release"}


@pytest.mark.parametrize(
    ("errors", "found"),
    [
        (["SoldOut"], True),
        (["States.ALL"], False),
        (["States.TaskFailed"], True),
        (["States.Timeout"], True),
        (["States.TaskFailed", "States.Timeout"], False),
    ],
)
def test_what_catches_everything(errors, found):
    assert ("SAGA301" in codes(saga(Catch=[_sold_out(*errors)]))) is found


@pytest.mark.parametrize(
    ("attempts", "error", "found"),
    [(19, "States.ALL", True), (20, "States.ALL", False), (20, "States.Timeout", True)],
)
def test_a_step_that_is_retried_often_enough_on_any_error_is_retried_until_it_is_done(attempts, error, found):
    retrier = {"ErrorEquals": [error], "MaxAttempts": attempts}
    assert ("SAGA301" in codes(saga(Retry=[retrier]))) is found


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        (CALL, True),  # a Task without Parameters sends its whole input
        (CALL | {"InputPath": None}, False),
        (CALL | {"Parameters": {"cause.$": "$.Cause", "error.$": "$['Error']"}}, False),
        (CALL | {"Parameters": {"order.$": "$.Errors"}}, True),
        (CALL | {"Parameters": {"order.$": "$['order_id']"}}, True),
        (CALL | {"Parameters": {"fixed": 1}, "ResultPath": "$.told"}, False),
        ({"Type": "Pass"}, False),
        ({"Type": "Pass", "Parameters": {"id.$": "$.order_id"}}, True),
    ],
)
def test_a_catch_throws_away_what_a_state_after_it_reads(handler, found):
    machine = {
        "StartAt": "Pay",
        "States": {
            "Pay": CALL | {"Catch": [ALL | {"Next": "Tell"}], "End": True},
            "Tell": handler | {"End": True},
        },
    }
    thrown = [finding for finding in lint(machine) if "throws the input away" in finding.what]
    assert bool(thrown) is found


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, 10),
        (
            {"Retry": [ALL | {"IntervalSeconds": 1, "BackoffRate": 1}]},
            4 * 10 + 3,
        ),  # ASL: three times, if not said
        ({"Retry": [ALL | {"IntervalSeconds": 1, "MaxAttempts": 1}]}, 2 * 10 + 1),
        ({"Retry": [ALL | {"IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 3}]}, 4 * 10 + 1 + 2 + 4),
    ],
)
def test_the_longest_time_of_a_task(fields, seconds):
    task = CALL | {"TimeoutSeconds": 10, "End": True} | fields
    assert longest(read({"StartAt": "T", "States": {"T": task}}).state("T")) == seconds


def test_the_way_on_which_nothing_assigns_a_variable_is_told_state_by_state():
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Choose",
        "States": {
            "Choose": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% true %}", "Next": "A"}],
                "Default": "B",
            },
            "A": {"Type": "Pass", "Assign": {"total": 1}, "Next": "Last"},
            "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "Last"},
            "Last": {"Type": "Pass", "Output": "{% $total %}", "End": True},
        },
    }
    (found,) = lint(machine)
    assert "on the way Choose → B → C → Last nothing has assigned it" in found.what


def test_a_variable_that_is_read_twice_in_a_state_is_told_once():
    output = {"once": "{% $total %}", "again": "{% $total %}"}
    last = {"Type": "Pass", "Output": output, "End": True}
    found = lint({"QueryLanguage": "JSONata", "StartAt": "Last", "States": {"Last": last}})
    assert [finding.state for finding in found] == ["Last"] and found.summary == "1 warning"


def test_a_finding_in_a_text_names_its_line_and_one_without_a_text_does_not():
    text = '{"StartAt": "A",\n "States": {\n  "A": {"Type": "Pass", "Next": "Gone"}}}'
    assert "line 3" in lint(read_text(text)).text()
    assert "line" not in lint({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}}}).text()
