"""The table of error names says what the interpreter does: who takes which error, and which ones nothing takes."""

import pytest

from sagalab.asl.backoff import retrier_for
from sagalab.asl.engine.errors import matches
from sagalab.asl.error_names import BY_NAME, ERROR_NAMES, is_known
from sagalab.course.error_table import page
from sagalab.linting.lint import lint
from sagalab.project import NOTEBOOKS
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:sfn:listActivities",
    "Parameters": {},
    "End": True,
}
named = pytest.mark.parametrize("error", ERROR_NAMES, ids=lambda each: each.name)
COMES_AS_IT_IS = [each for each in ERROR_NAMES if not (each.wildcard or each.terminal)]


def caught(state, catcher, **given):
    """Return whether a catcher for this name takes the error of the state."""
    saved = {"Type": "Pass", "Result": "caught", "End": True}
    body = {**state, "Catch": [{"ErrorEquals": [catcher], "Next": "Saved"}]}
    machine = {"StartAt": "A", "States": {"A": body, "Saved": saved}}
    return rehearse(machine, {"big": "x" * 200_000}, **given).output == "caught"


@named
def test_its_columns_are_what_the_interpreter_does(error):
    if error.wildcard:
        assert matches([error.name], "ErrProcessPayment")
        return
    if not error.terminal:
        assert matches(["States.TaskFailed"], error.name) is error.by_task_failed
    if not error.terminal:
        assert error.by_name and error.by_all and matches([error.name], error.name)
        assert matches(["States.ALL"], error.name)
    assert matches(["States.Timeout"], error.name) is error.by_timeout
    if not error.terminal:  # the formula of the back-off, for lint and panel, reads the same names
        for name in ("States.ALL", "States.TaskFailed", "States.Timeout", error.name):
            retrier = {"ErrorEquals": [name]}
            assert (retrier_for([retrier], error.name) is retrier) is matches([name], error.name), name


@pytest.mark.parametrize("error", COMES_AS_IT_IS, ids=lambda each: each.name)
def test_a_task_that_fails_with_it_is_caught_as_the_table_says(error):
    for catcher, takes in (
        ("States.ALL", error.by_all), ("States.TaskFailed", error.by_task_failed),
        ("States.Timeout", error.by_timeout), (error.name, error.by_name),
    ):  # fmt: skip
        assert caught(TASK, catcher, tasks={"A": fails(error.name)}) is takes, catcher


@pytest.mark.parametrize("catcher", ["States.ALL", "States.Runtime", "States.TaskFailed"])
def test_nothing_takes_a_path_that_is_not_there(catcher):
    assert BY_NAME["States.Runtime"].terminal
    assert not caught({**TASK, "InputPath": "$.nothing"}, catcher)


@pytest.mark.parametrize("catcher", ["States.ALL", "States.DataLimitExceeded"])
def test_a_result_that_is_too_large_is_taken_and_an_output_is_not(catcher):
    large = {"A": {"text": "x" * 300_000}}
    assert caught(TASK, catcher, tasks=large)
    both = {"A": {"text": "x" * 200_000}}
    assert not caught({**TASK, "ResultPath": "$.more"}, catcher, tasks=both)


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        ({"TimeoutSeconds": 5}, {"States.Timeout": True, "States.HeartbeatTimeout": False}),
        (
            {"TimeoutSeconds": 50, "HeartbeatSeconds": 5},
            {"States.Timeout": True, "States.HeartbeatTimeout": True},
        ),
    ],
    ids=["timeout", "heartbeat"],
)
def test_a_missed_heartbeat_is_taken_by_both_its_names_and_a_timeout_by_one(limit, names):
    token = {**TASK, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", **limit}
    token["Parameters"] = {"QueueUrl": "https://sqs/q", "MessageBody.$": "$$.Task.Token"}
    for name, takes in {**names, "States.ALL": True, "States.TaskFailed": False}.items():
        assert caught(token, name, tasks={"A": never_answers()}) is takes, name


def test_a_retrier_takes_a_missed_heartbeat_by_its_second_name():
    token = {**TASK, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": 5}
    token["Parameters"] = {"QueueUrl": "https://sqs/q", "MessageBody.$": "$$.Task.Token"}
    token["Retry"] = [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 2}]
    ran = rehearse({"StartAt": "A", "States": {"A": token}}, tasks={"A": never_answers()})
    assert (ran.error, ran.visits[0].tries) == ("States.Timeout", 3)


def test_a_choice_without_a_match_ends_the_execution():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.big", "IsNull": True, "Next": "B"}]}
    ran = rehearse({"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}, {"big": 1})
    assert ran.error == "States.Runtime"  # BY_NAME["States.NoChoiceMatched"].here


def test_the_lint_knows_the_same_names():
    machine = {"StartAt": "A", "States": {"A": {**TASK, "Retry": [{"ErrorEquals": ["States.Timout"]}]}}}
    [finding] = [each for each in lint(machine) if each.code == "SAGA107"]
    assert "There is no error States.Timout" in finding.what and "States.Timeout" in finding.cure
    assert all(
        is_known(name) for name in [*BY_NAME, "ErrMine", "Lambda.Anything", "States.Http.StatusCode.404"]
    )


def test_the_page_of_the_course_is_made_from_the_table():
    assert (NOTEBOOKS / "errors.md").read_text(encoding="utf-8") == page()
