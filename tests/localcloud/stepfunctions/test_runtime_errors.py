"""States.Runtime and what else ends an execution as it does on AWS."""

import pytest
from bare_moto import chain

SAVED = {"Type": "Pass", "Result": "saved", "End": True}
ALL = {"ErrorEquals": ["States.ALL"]}


def caught(**state) -> dict:
    task = {"Type": "Task", "Retry": [ALL], "Catch": [ALL | {"Next": "Saved"}], "End": True, **state}
    return {"StartAt": "Go", "States": {"Go": task, "Saved": SAVED}}


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("lambda:invoke", {"FunctionName": "f", "Payload.$": "$.nothing"}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S.$": "$.nothing"}}}),
        ("sns:publish", {"TopicArn": "t", "Message.$": "$.nothing"}),
    ],
)
def test_a_path_that_finds_nothing_is_neither_retried_nor_caught(adapted, resource, parameters):
    definition = caught(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)
    run = adapted.run(definition)
    assert run.about["status"] == "FAILED"
    assert run.about["error"] == "States.Runtime"
    assert "'$.nothing'" in run.about["cause"]
    assert "TaskScheduled" not in run.types


def test_a_choice_needs_its_variable(adapted):
    rule = {"Variable": "$.amount", "NumericGreaterThan": 100, "Next": "Saved"}
    definition = {
        "StartAt": "Rich",
        "States": {"Rich": {"Type": "Choice", "Choices": [rule], "Default": "Saved"}, "Saved": SAVED},
    }
    run = adapted.run(definition)
    assert run.about["error"] == "States.Runtime"
    assert run.about["cause"].endswith(
        "Invalid path '$.amount': The choice state's condition path references an invalid value."
    )
    assert adapted.run(definition, {"amount": 3}).about["status"] == "SUCCEEDED"


def test_only_is_present_may_ask_for_what_is_not_there(adapted):
    rule = {"Variable": "$.amount", "IsPresent": False, "Next": "Saved"}
    states = {"Rich": {"Type": "Choice", "Choices": [rule]}, "Saved": SAVED}
    assert adapted.run({"StartAt": "Rich", "States": states}).output == "saved"


def test_a_timestamp_s_offset_counts(adapted):
    rule = {"Variable": "$.now", "TimestampGreaterThan": "2030-01-01T09:00:00+01:00", "Next": "Saved"}
    definition = {
        "StartAt": "Late",
        "States": {"Late": {"Type": "Choice", "Choices": [rule]}, "Saved": SAVED},
    }
    now = {"now": "2030-01-01T08:30:00Z"}
    assert adapted.run(definition, now).output == "saved"


def test_a_cause_must_be_a_text(adapted):
    definition = chain(("Stop", {"Type": "Fail", "Error": "E", "CausePath": "$.error"}))
    definition["States"]["Stop"].pop("End", None)
    assert adapted.run(definition, {"error": {"Cause": "x"}}).about["error"] == "States.Runtime"
    assert adapted.run(definition, {"error": "x"}).about["cause"] == "x"


def test_a_path_may_have_any_letters(adapted):
    definition = chain(("Keep", {"Type": "Pass", "Parameters": {"a.$": "$.größe"}}))
    assert adapted.run(definition, {"größe": 3}).output == {"a": 3}


def test_a_map_run_tolerates_only_what_it_is_told(adapted):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    each = {"ProcessorConfig": config, "StartAt": "Each", "States": {"Each": {"Type": "Fail", "Error": "E"}}}
    definition = chain(("All", {"Type": "Map", "ItemProcessor": each}))
    run = adapted.run(definition, [1, 2])
    assert run.about["error"] == "States.ExceedToleratedFailureThreshold"
    assert run.types[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    definition["States"]["All"]["ToleratedFailureCount"] = 2
    assert adapted.run(definition, [1, 2]).about["status"] == "SUCCEEDED"
