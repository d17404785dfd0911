"""What AWS refuses: in its words where they were recorded, the cases from the field, and what the lint makes of both."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagalab.asl.check import check
from sagalab.asl.document import read
from sagalab.asl.text import read_text
from sagalab.linting.lint import lint
from sagalab.project import ROOT, STATEMACHINE

SHARED = ROOT.parent / "shared"
SEED = json.loads((STATEMACHINE / "saga.asl.json").read_text(encoding="utf-8"))
HARDENED = json.loads((STATEMACHINE / "hardened.asl.json").read_text(encoding="utf-8"))
TASK = {"Type": "Task", "Resource": "${Function}", "End": True}
NAMES = "FunctionName QueueUrl MessageBody Message TableName Key TaskDefinition StateMachineArn"
CALL = {**TASK, "Parameters": dict.fromkeys(NAMES.split(), "x")}


def words(definition, **options) -> list[str]:
    return [problem.words for problem in check(read(definition), **options)]


def one(state, **more) -> dict:
    """A machine of one state."""
    return {"StartAt": "A", "States": {"A": state}, **more}


def recorded(pattern: str) -> list[Path]:
    return sorted(SHARED.glob(pattern))


@pytest.mark.parametrize("path", recorded("aws-runs/refused/*.json"), ids=lambda path: path.stem)
def test_what_aws_refused_is_refused_in_its_words(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    found = ", ".join(words(json.loads(case["definition"]), express=case["type"] == "EXPRESS"))
    assert f"Invalid State Machine Definition: '{found}'" == case["error"]["message"]


def test_nothing_that_aws_ran_is_refused():
    cases = recorded("aws-runs/*.json")
    if not cases:
        pytest.skip("../shared/aws-runs is not here")
    refused = {}
    for path in cases:
        case = json.loads(path.read_text(encoding="utf-8"))
        refused[path.name] = words(json.loads(case["definition"]))
    assert not {name: found for name, found in refused.items() if found}


CLEAN = {"hyphen-in-reference-path", "index-in-error-path", "variable-in-path-fields", "line-break-in-format",
         "placeholder-unquoted-number", "placeholder-in-jsonata", "jsonpath-state-in-jsonata-map",
         "yaml-cloudformation-tags"}  # fmt: skip


@pytest.mark.parametrize("path", recorded("cases/lint-*"), ids=lambda path: path.stem)
def test_the_cases_from_the_field(path):
    machine = read_text(path.read_text(encoding="utf-8"))
    errors = lint(machine).count("error")
    assert bool(check(machine)) == bool(errors) == (path.stem.removeprefix("lint-") not in CLEAN)


@pytest.mark.parametrize("name", sorted(path.name for path in STATEMACHINE.glob("*.json")))
def test_our_own_machines_are_taken(name):
    assert words(json.loads((STATEMACHINE / name).read_text(encoding="utf-8"))) == []


JSONATA = {"QueryLanguage": "JSONata"}
REFUSED = [
    (one({**CALL, "Resource": "arn:aws:states:::lambda:invok"}), "is not recognized"),
    (one({**CALL, "Resource": "arn:aws:states:::sqs:sendMessage.sinc"}), "is not recognized. The value"),
    (
        one({**TASK, "Retry": [{"ErrorEquals": []}]}),
        "Value cannot be empty at /States/A/Retry[0]/ErrorEquals",
    ),
    (
        one({**TASK, "Retry": [{"ErrorEquals": ["X"], "MaxAttempts": -1}]}),
        "Minimum value is 0 at /States/A/Retry[0]/MaxAttempts",
    ),
    (one({**TASK, "Retry": 3}), "Expected value of type [ARRAY] at /States/A/Retry"),
    (one({**TASK, "Catch": [True]}), "Expected value of type [OBJECT] at /States/A/Catch[0]"),
    (one({**TASK, "TimeoutSeconds": 5, "HeartbeatSeconds": 5}), "HeartbeatSeconds must be smaller"),
    (one({**TASK, "TimeoutSeconds": "{% 5"}, **JSONATA), "JSONata string must start with {% and end with %}"),
    (
        one({"Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": True}),
        "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
    ),
    (one({"Type": "Pass", "ResultPath": "$$.a", "End": True}), "Value is not a Reference Path"),
    (one({"Type": "Pass", "ResultPath": "$.a[*]", "End": True}), "Value is not a Reference Path"),
    (one({"Type": "Pass", "Parameters": {"a.$": "hello"}, "End": True}), "must be a valid JSONPath"),
    (one({"Type": "Pass", "Parameters": {"a.$": "States.Nothing($.a)"}, "End": True}), "must be a valid"),
    (
        one({"Type": "Pass", "Output": "{% $$ %}", "End": True}, **JSONATA),
        "Reference to '$$' is not supported. at /States/A/Output",
    ),
    (
        one({"Type": "Pass", "Output": "{% $sum(items.price) %}", "End": True}, **JSONATA),
        "Reference to 'items'",
    ),
    (one({"Type": "Pass", "Output": " {% 1 %}", "End": True}, **JSONATA), "must start with"),
    (
        one({**TASK, "Output": "{% $states.errorOutput %}"}, **JSONATA),
        "Field '$states.errorOutput' does not exist.",
    ),
    (one({"Type": "Succeed", "Assign": {"x": 1}}), "Field 'Assign' is not supported"),
    (
        one({"Type": "Choice", "Choices": [{"Variable": "$.a", "Next": "A"}]}),
        "There should only be one of the following fields: [StringEquals",
    ),
    (one({"Type": "Choice", "Choices": [], "Default": "A"}), "Value cannot be empty at /States/A/Choices"),
    (
        one({"Type": "Parallel", "Branches": [3], "End": True}),
        "Expected value of type [OBJECT] at /States/A/Branches[0]",
    ),
    (one({"Type": "Fial"}), "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed"),
    (one(TASK, TimeoutSeconds=-1), "Minimum value is 0 at /TimeoutSeconds"),
    (
        {"StartAt": "A", "States": {"A": {**TASK, "End": False, "Next": "A"}}},
        "MISSING_END_STATE: Workflow has no terminal state at null",
    ),
]


@pytest.mark.parametrize("definition, expected", REFUSED, ids=[expected for _, expected in REFUSED])
def test_refused(definition, expected):
    assert expected in ", ".join(words(definition))
    assert lint(definition).count("error")


TAKEN = [
    one({"Type": "Pass", "Output": "{% $states.input.items[price > 5].name %}", "End": True}, **JSONATA),
    one(
        {"Type": "Pass", "Output": "{% $map($states.input, function($x) { $x.a }) %}", "End": True}, **JSONATA
    ),
    one({"Type": "Pass", "Output": "{% $states.input ~> |$|{'a': b}| %}", "End": True}, **JSONATA),
    one({"Type": "Pass", "Output": "{% '??' & $string(1) %}", "End": True}, **JSONATA),
    one(
        {"Type": "Pass", "Parameters": {"a.$": "$$.Execution.Id", "b.$": "$x.y", "c.$": "$..z"}, "End": True}
    ),
    one({**CALL, "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem"}),
    one({**TASK, "Resource": "${Function}"}),
    one({**TASK, "Credentials": {"RoleArn.$": "$.role"}}),
    one({"Type": "Fail", "ErrorPath": "States.Format('{}', $.e)", "CausePath": "$.c"}),
]


@pytest.mark.parametrize("definition", TAKEN, ids=range(len(TAKEN)))
def test_taken(definition):
    assert words(definition) == []
    assert not lint(definition).count("error")


ODD = st.sampled_from([None, True, 7, -1.5, "", "x", "$.x", "{% 1", "{% a ! b %}", [], [3], {}, {"a": 1}])


@given(st.sampled_from([SEED, HARDENED]), st.data())
def test_lint_and_check_agree_on_whatever_was_changed(machine, data):
    """Any part of a machine becomes something else: nothing raises, and an error of the lint is a refusal."""
    changed = copy.deepcopy(machine)
    place = changed
    for _ in range(data.draw(st.integers(1, 6))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(ODD)
            break
        place = place[key]
    assert bool(words(changed)) == bool(lint(changed).count("error"))
