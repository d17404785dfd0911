"""Definitions that AWS refuses are refused with InvalidDefinition; what AWS accepts is accepted."""

import copy
import json
from uuid import uuid4

import pytest
from bare_moto import ROLE, chain, jsonata
from botocore.exceptions import ClientError
from cloud_processes import wait_until

from sagalab.linting.lint import lint
from sagalab.localcloud.stepfunctions.api import definitions
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.project import ROOT

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def broken(change):
    definition = chain(("A", copy.deepcopy(TASK)), ("B", {"Type": "Pass"}))
    change(definition["States"])
    return json.dumps(definition)


def refusal(side, text):
    with pytest.raises(ClientError) as error:
        side.sfn.create_state_machine(name=f"contract-{uuid4().hex[:8]}", definition=text, roleArn=ROLE)
    return error.value.response


def all_not_last(states):
    states["A"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "B"}, {"ErrorEquals": ["X"], "Next": "B"}]


CASES = {
    "no JSON": ("{", "INVALID_JSON_DESCRIPTION: "),
    "no start": ('{"States": {"A": {"Type": "Succeed"}}}', "These fields are required: [StartAt]"),
    "unknown start": (
        '{"StartAt": "X", "States": {"A": {"Type": "Succeed"}}}',
        "Missing 'Next' target: X at /StartAt",
    ),
    "no Next": (
        broken(lambda s: s["A"].pop("Next")),
        "This object should have only one of the following fields: [Next, End] at /States/A",
    ),
    "unknown Next": (
        broken(lambda s: s["A"].update(Next="C")),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next",
    ),
    "unknown target of Catch": (
        broken(lambda s: s["A"].update(Catch=[{"ErrorEquals": ["X"], "Next": "C"}])),
        "Missing 'Next' target: C at /States/A/Catch[0]/Next",
    ),
    "States.ALL not last": (
        broken(all_not_last),
        "States.ALL must appear alone and at end of list at /States/A/Catch[0]/ErrorEquals[0]",
    ),
    "not reachable": (broken(lambda s: s["A"].update(Next="A")), 'State "B" is not reachable. at /States/B'),
    "unknown type": (
        broken(lambda s: s["B"].update(Type="Psas")),
        "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel",
    ),
    "no resource": (
        broken(lambda s: s["A"].pop("Resource")),
        "These fields are required: [Resource] at /States/A",
    ),
    "in a branch": (
        json.dumps(
            chain(("P", {"Type": "Parallel", "Branches": [chain(("X", {"Type": "Pass", "Next": "Y"}))]}))
        ),
        "Missing 'Next' target: Y at /States/P/Branches[0]/States/X/Next",
    ),
    "a field of JSONPath": (
        json.dumps(jsonata(("A", {"Type": "Pass", "InputPath": "$"}))),
        "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath'",
    ),
    "a field of JSONata": (
        json.dumps(chain(("A", {"Type": "Pass", "Output": "{% 1 %}"}))),
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata'",
    ),
    "an unknown field": (broken(lambda s: s["B"].update(Nxet="A")), "SCHEMA_VALIDATION_FAILED: "),
}


@pytest.mark.parametrize("case", CASES)
def test_refused_as_aws_refuses(adapted, case):
    text, words = CASES[case]
    answer = refusal(adapted, text)
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (
        "InvalidDefinition",
        400,
    )
    assert answer["Error"]["Message"].startswith("Invalid State Machine Definition: '")
    assert words in answer["Error"]["Message"]


def test_a_refused_update_keeps_the_definition(adapted):
    arn = adapted.machine(chain(("A", {"Type": "Pass"})))
    with pytest.raises(ClientError) as error:
        adapted.sfn.update_state_machine(stateMachineArn=arn, definition=CASES["unknown Next"][0])
    assert error.value.response["Error"]["Code"] == "InvalidDefinition"
    assert '"A"' in adapted.sfn.describe_state_machine(stateMachineArn=arn)["definition"]


TOLERANT = chain(
    ("M", {"Type": "Map", "ToleratedFailurePercentage": 50, "ItemProcessor": chain(("P", {"Type": "Pass"}))})
)


def test_a_whole_number_as_tolerated_percentage(adapted):
    assert adapted.run(TOLERANT, [1, 2]).output == [1, 2]


def test_a_refused_jsonata_definition_leaves_nothing_to_the_next(adapted):
    bad = jsonata(("A", {"Type": "Task", "Resource": "arn:aws:states:::nosuch:service"}))
    refusal(adapted, json.dumps(bad))
    assert adapted.run(chain(("A", {"Type": "Pass", "Parameters": {"a.$": "$.b"}})), {"b": 1}).output == {
        "a": 1
    }


ESCAPES = chain(
    ("A", {"Type": "Pass", "Assign": {"text": 'a "b"\n\u00fc'}}),
    ("B", {"Type": "Pass", "Parameters": {"text.$": "$text"}}),
)


def test_literals_are_read_as_json(adapted):
    assert adapted.run(ESCAPES).output == {"text": 'a "b"\nü'}


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}


def each(processor, **more):
    """A machine of one Map, whose items pass through a state."""
    states = {"One": {"Type": "Pass", "Parameters": {"line.$": "$"}, "End": True}}
    return chain(
        ("Each", {"Type": "Map", "ItemProcessor": {**processor, "StartAt": "One", "States": states}, **more})
    )


@pytest.mark.parametrize(
    "definition",
    [each(DISTRIBUTED), each({}, QueryLanguage="JSONata", Items=[1, 2], ToleratedFailurePercentage=5)],
)
def test_taken_as_aws_takes_it(adapted, definition):
    """Items that run as express executions, and JSONPath inside a JSONata Map."""
    made = adapted.sfn.create_state_machine(
        name=f"contract-{uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
    )
    started = adapted.sfn.start_execution(stateMachineArn=made["stateMachineArn"], input="[1, 2]")
    arn = started["executionArn"]
    wait_until(lambda: adapted.sfn.describe_execution(executionArn=arn)["status"] != "RUNNING")
    answer = adapted.sfn.describe_execution(executionArn=arn)
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", [{"line": 1}, {"line": 2}])


SHARED = ROOT.parent / "shared"


@pytest.mark.skipif(not SHARED.exists(), reason="the cases and AWS's recorded runs are not here")
def test_creation_and_lint_agree_on_every_machine_at_hand(adapted):
    """What creation refuses, the lint calls an error, and the reverse. A placeholder is filled in before creation."""
    differ, count = {}, 0
    for path in sorted([*SHARED.glob("cases/*.json"), *SHARED.glob("aws-runs/*.json")]):
        try:
            definition = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # a placeholder where a value stands: never sent as it is
        text = definition.get("definition") or json.dumps(definition)
        if "StartAt" not in text or "${" in text:
            continue
        count += 1
        words = ""
        try:
            adapted.sfn.create_state_machine(name=f"agree-{count}", definition=text, roleArn=ROLE)
        except ClientError as error:
            words = error.response["Error"]["Message"]
        if bool(words) != bool(lint(json.loads(text)).count("error")):
            differ[path.name] = words
    assert count > 180
    assert not differ


def test_what_the_local_cloud_has_not_is_said_when_it_runs(adapted):
    ask = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": {"Method": "GET"}}
    run = adapted.run(chain(("A", ask)))
    assert run.about["status"] == "FAILED" and "it has no HTTPS endpoints" in run.about["cause"]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (jsonata(("A", {"Type": "Pass", "Output": "{% ${Sum} %}"})), "INVALID_JSONATA_EXPRESSION: "),
        (
            chain(("A", {"Type": "Wait", "Seconds": "${P}"})),
            "Expected value of type Integer at /States/A/Seconds",
        ),
        (chain(("A", {"Type": "Wait", "Seconds": {"Ref": "P"}})), "Expected value of type Integer"),
        (chain(("A", {"Type": "Task", "Resource": "${F}"})), "Value is not a valid resource ARN"),
        (
            chain(("A", {"Type": "Task", "Resource": {"Fn::GetAtt": ["F", "Arn"]}})),
            "Expected value of type [STRING]",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "${N}"}}},
            "Missing 'Next' target: ${N} at",
        ),
    ],
    ids=str,
)
def test_a_placeholder_that_was_not_filled_in_is_refused(definition, words):
    assert not lint(definition).count("error")
    with pytest.raises(ApiError) as refused:
        definitions.accept(json.dumps(definition), "STANDARD")
    assert words in str(refused.value)


def test_a_placeholder_in_plain_text_is_text():
    definition = chain(("Ref", {"Type": "Pass", "Parameters": {"a": "${Name}", "b": {"Ref": "x"}}}))
    definitions.accept(json.dumps(definition), "STANDARD")
    definitions.accept(json.dumps(chain(("${A}", {"Type": "Succeed"}))), "STANDARD")


def test_diagnostics(adapted):
    def validated(definition, **more):
        text = definition if isinstance(definition, str) else json.dumps(definition)
        answer = adapted.sfn.validate_state_machine_definition(definition=text, **more)
        return answer["result"], answer["diagnostics"], answer["truncated"]

    assert validated(chain(("A", {"Type": "Pass"}))) == ("OK", [], False)
    loop = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    missing = {
        "severity": "ERROR",
        "code": "MISSING_TRANSITION_TARGET",
        "message": "Missing 'Next' target: B",
        "location": "/States/A/Next",
    }
    endless = {"severity": "ERROR", "code": "MISSING_END_STATE", "message": "Workflow has no terminal state"}
    assert validated(loop) == ("FAIL", [missing, endless], False)
    assert validated(loop, maxResults=1) == ("FAIL", [missing], True)
    assert validated("{")[1][0]["code"] == "INVALID_JSON_DESCRIPTION"
    waits = {**TASK, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
    assert validated(chain(("A", waits)))[0] == "OK"
    assert validated(chain(("A", waits)), type="EXPRESS")[0] == "FAIL"
    with pytest.raises(ClientError, match="maxResults"):
        validated(loop, maxResults=101)
