"""Choice: what each comparison takes, and where it goes when nothing holds."""

import pytest
from virtual import output, program, run, types

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.history import as_boto, time_text

DATA = {
    "n": 5,
    "f": 5.0,
    "t": "abc",
    "flag": True,
    "none": None,
    "list": [1],
    "at": "2026-01-01T00:00:00Z",
    "later": "2026-01-01T02:00:00+01:00",
    "star": "a*c",
    "date": "2026-01-01",
}


def chosen(rule, data=None):
    states = {
        "C": {"Type": "Choice", "Choices": [rule | {"Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    return run(program(states), DATA if data is None else data)


@pytest.mark.parametrize(
    ("path", "test", "holds"),
    [
        ("$.n", {"NumericEquals": 5}, True),
        ("$.n", {"NumericEqualsPath": "$.f"}, True),
        ("$.n", {"NumericLessThan": 5}, False),
        ("$.n", {"NumericLessThanEquals": 5}, True),
        ("$.n", {"NumericGreaterThanEqualsPath": "$.t"}, False),
        ("$.flag", {"NumericEquals": 1}, False),
        ("$.t", {"NumericEquals": 5}, False),
        ("$.t", {"StringEquals": "abc"}, True),
        ("$.t", {"StringLessThan": "abd"}, True),
        ("$.n", {"StringEquals": "5"}, False),
        ("$.t", {"StringMatches": "a*"}, True),
        ("$.t", {"StringMatches": "*b*c"}, True),
        ("$.t", {"StringMatches": "*b"}, False),
        ("$.t", {"StringMatches": "ab*bc"}, False),
        ("$.t", {"StringMatches": "a\\*c"}, False),
        ("$.star", {"StringMatches": "a\\*c"}, True),
        ("$.n", {"StringMatches": "*"}, False),
        ("$.flag", {"BooleanEquals": True}, True),
        ("$.n", {"BooleanEquals": True}, False),
        ("$.at", {"TimestampLessThan": "2026-01-01T00:00:01Z"}, True),
        ("$.at", {"TimestampLessThanPath": "$.later"}, True),
        ("$.later", {"TimestampEquals": "2026-01-01T01:00:00Z"}, True),
        ("$.date", {"TimestampEquals": "2026-01-01T00:00:00Z"}, False),
        ("$.at", {"IsTimestamp": True}, True),
        ("$.date", {"IsTimestamp": True}, False),
        ("$.none", {"IsNull": True}, True),
        ("$.none", {"IsPresent": True}, True),
        ("$.no", {"IsPresent": True}, False),
        ("$.no", {"IsPresent": False}, True),
        ("$.n", {"IsPresent": False}, False),
        ("$.n", {"IsNumeric": True}, True),
        ("$.flag", {"IsNumeric": True}, False),
        ("$.flag", {"IsBoolean": True}, True),
        ("$.t", {"IsString": False}, False),
        ("$$.State.Name", {"StringEquals": "C"}, True),
        ("$.list[0]", {"NumericEquals": 1}, True),
    ],
)
def test_a_comparison_holds(path, test, holds):
    assert output(chosen({"Variable": path} | test)) is holds


def test_and_or_and_not_stop_as_soon_as_they_know():
    present, missing = {"Variable": "$.no", "IsPresent": True}, {"Variable": "$.no", "NumericEquals": 1}
    assert output(chosen({"And": [present, missing]})) is False
    assert output(chosen({"Or": [{"Not": present}, missing]})) is True
    assert chosen({"Or": [present, missing]}).error == "States.Runtime"


def test_a_pattern_of_many_stars_takes_no_time():
    assert output(chosen({"Variable": "$.t", "StringMatches": "*a" * 40 + "b"}, {"t": "a" * 20_000})) is False


def test_without_a_default_the_execution_fails():
    made = program({"C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "C"}]}})
    ran = run(made, DATA)
    assert (ran.error, types(ran)[-1]) == ("States.Runtime", "ExecutionFailed")
    assert ran.cause.endswith("The state does not point to a next state.")


def test_a_condition_of_jsonata_must_be_true_or_false():
    rule = {"Condition": "{% $states.input.n %}", "Next": "S"}
    states = {"C": {"Type": "Choice", "Choices": [rule], "Default": "S"}, "S": {"Type": "Succeed"}}
    ran = run(program(states, QueryLanguage="JSONata"), DATA)
    assert ran.error == "States.QueryEvaluationError"
    assert "Expected 'boolean', but was 'number' for value: 5" in ran.cause


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Timestamp": "2026-01-01T00:00:07.5Z"}, 7.5),
        ({"Timestamp": "{% '2026-01-01T00:00:09Z' %}", "QueryLanguage": "JSONata"}, 9),
        ({"Seconds": "{% $states.input.n * 2 %}", "QueryLanguage": "JSONata"}, 10),
        ({"Seconds": 3}, 3),
    ],
)
def test_a_wait_takes_its_time(fields, seconds):
    ran = run(program({"W": {"Type": "Wait", "End": True, **fields}}), DATA)
    assert (ran.stopped - ran.started) / 1000 == seconds


def test_times_are_written_with_milliseconds():
    assert time_text(1_767_225_600_042) == "2026-01-01T00:00:00.042Z"
    ran = run(program({"W": {"Type": "Wait", "Seconds": 1, "End": True}}))
    assert str(as_boto(ran.events)[-1]["timestamp"]) == "2026-01-01 00:00:01+00:00"


def test_the_context_says_where_it_is():
    parameters = {"all.$": "$$", "redrives.$": "$$.Execution.RedriveCount"}
    context = output(run(program({"A": {"Type": "Pass", "Parameters": parameters, "End": True}}), {"x": 1}))
    assert context["redrives"] == 0
    assert context["all"]["Execution"]["Id"] == Execution().arn
    assert context["all"]["Execution"]["Input"] == {"x": 1}
    assert context["all"]["State"] == {"Name": "A", "EnteredTime": "2026-01-01T00:00:00.000Z"}
