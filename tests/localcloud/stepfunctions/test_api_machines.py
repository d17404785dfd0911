"""State machines: created once, updated, described, listed, deleted.

Source: API_CreateStateMachine, API_UpdateStateMachine, API_DescribeStateMachine, API_DeleteStateMachine.
"""

import json

import pytest
from api_asked import PASS, PREFIX, ROLE, WAIT, changed

JSONATA = {
    "QueryLanguage": "JSONata",
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Assign": {"order": "{% $states.input.id %}"}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Output": "{% $order & $sum([$count($lines)]) & $states.input %}",
            "End": True,
        },
    },
}


def test_a_machine_is_described_as_it_was_created(ask):
    arn = ask.machine()
    assert arn == f"{PREFIX}:stateMachine:m"
    told = ask("DescribeStateMachine", stateMachineArn=arn)
    assert told.pop("creationDate") > 1_700_000_000
    assert told == {
        "stateMachineArn": arn,
        "name": "m",
        "status": "ACTIVE",
        "type": "STANDARD",
        "definition": json.dumps(PASS),
        "roleArn": ROLE,
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }


def test_the_same_once_more_is_the_same_machine(ask):
    first = ask("CreateStateMachine", name="m", definition=json.dumps(PASS), roleArn=ROLE)
    spaced = json.dumps(PASS, indent=4)
    again = ask("CreateStateMachine", name="m", definition=spaced, roleArn=f"{ROLE}-2", type="STANDARD")
    assert again == first
    assert ask("DescribeStateMachine", stateMachineArn=first["stateMachineArn"])["roleArn"] == ROLE


@pytest.mark.parametrize(
    "other",
    [
        {"definition": changed(Comment="another")},
        {"type": "EXPRESS"},
        {"tracingConfiguration": {"enabled": True}},
        {"publish": True},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_machine_of_the_name_is_refused(ask, other):
    arn = ask.machine()
    given = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE} | other
    told = f"State Machine Already Exists: '{arn}'"
    assert ask.refusal("CreateStateMachine", **given) == ("StateMachineAlreadyExists", told)


@pytest.mark.parametrize("name", ["a b", "a<b", "a/b", "a:b", 'a"b', "a\x07b", "a\u0085b"])
def test_a_name_that_is_none(ask, name):
    given = {"definition": json.dumps(PASS), "roleArn": ROLE}
    assert ask.refusal("CreateStateMachine", name=name, **given) == ("InvalidName", f"Invalid Name: '{name}'")


def test_what_else_is_refused_at_creation(ask):
    good = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE}
    assert ask.code("CreateStateMachine", **good | {"definition": "{"}) == "InvalidDefinition"
    assert ask.code("CreateStateMachine", **good | {"roleArn": "role"}) == "InvalidArn"
    assert ask.refusal("CreateStateMachine", **good, versionDescription="first") == (
        "ValidationException",
        "Version description can only be set when publish is true",
    )
    assert ask("ListStateMachines")["stateMachines"] == []


def group_of(region: str = "us-east-1", name: str = "/states/none") -> dict:
    return {
        "cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:{region}:123456789012:log-group:{name}:*"}
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"level": "ALL"}, "Must specify exactly one Log Destination."),
        ({"level": "ERROR", "destinations": []}, "Must specify exactly one Log Destination."),
        ({"destinations": [group_of(), group_of("eu-west-1")]}, "Must specify exactly one Log Destination."),
        ({"level": "ALL", "destinations": [group_of()]}, "Log Destination not found."),
    ],
)
def test_a_logging_configuration_that_is_none(ask, given, words):
    create = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE, "loggingConfiguration": given}
    told = ("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {words}")
    assert ask.refusal("CreateStateMachine", **create) == told
    arn = ask.machine()
    assert ask.refusal("UpdateStateMachine", stateMachineArn=arn, loggingConfiguration=given) == told


def test_encryption_needs_its_key(ask):
    given = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE}
    own = {"type": "CUSTOMER_MANAGED_KMS_KEY"}
    assert (
        ask.code("CreateStateMachine", **given, encryptionConfiguration=own)
        == "InvalidEncryptionConfiguration"
    )
    arn = ask.machine(encryptionConfiguration=own | {"kmsKeyId": "alias/k"})
    told = ask("DescribeStateMachine", stateMachineArn=arn, includedData="METADATA_ONLY")
    assert (
        told["definition"] == "{}" and told["encryptionConfiguration"]["kmsDataKeyReusePeriodSeconds"] == 300
    )


def test_an_update_makes_a_revision_only_where_something_changes(ask):
    arn = ask.machine()
    same = ask("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(PASS, indent=2), roleArn=ROLE)
    assert "revisionId" not in same
    first = ask("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(WAIT))["revisionId"]
    again = ask("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(WAIT))["revisionId"]
    second = ask("UpdateStateMachine", stateMachineArn=arn, roleArn=f"{ROLE}-2")["revisionId"]
    assert first == again != second
    told = ask("DescribeStateMachine", stateMachineArn=arn)
    assert (told["revisionId"], told["definition"], told["roleArn"]) == (
        second,
        json.dumps(WAIT),
        f"{ROLE}-2",
    )


def test_an_update_that_is_none(ask):
    arn = ask.machine()
    code, words = ask.refusal("UpdateStateMachine", stateMachineArn=arn)
    assert code == "MissingRequiredParameter" and words.startswith("Either the definition, the role ARN")
    assert ask.code("UpdateStateMachine", stateMachineArn=arn, definition="[]") == "InvalidDefinition"
    assert ask.code("UpdateStateMachine", stateMachineArn=arn, roleArn="x") == "InvalidArn"
    assert ask.refusal("UpdateStateMachine", stateMachineArn=f"{arn}2", roleArn=ROLE) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{arn}2'",
    )
    assert (
        ask.code("UpdateStateMachine", stateMachineArn=f"{arn}/label", roleArn=ROLE) == "ValidationException"
    )


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("m", "Invalid Arn: 'Invalid ARN prefix: m'"),
        (f"{PREFIX}:activity:m", "Invalid Arn: 'Resource type not valid in this context: activity'"),
        ("arn:aws:states:us-east-1:1234:stateMachine:m", None),
    ],
)
def test_an_arn_that_is_none(ask, arn, words):
    for operation in (
        "DescribeStateMachine",
        "DeleteStateMachine",
        "StartExecution",
        "PublishStateMachineVersion",
    ):
        code, told = ask.refusal(operation, stateMachineArn=arn)
        assert code == "InvalidArn" and (words is None or told == words)


def test_machines_are_listed_by_name_page_by_page(ask):
    for name in "cadb":
        ask.machine(name=name)
    names, given = [], {}
    while True:
        page = ask("ListStateMachines", maxResults=3, **given)
        names.append([item["name"] for item in page["stateMachines"]])
        if "nextToken" not in page:
            break
        given = {"nextToken": page["nextToken"]}
    assert names == [["a", "b", "c"], ["d"]]
    assert set(page["stateMachines"][0]) == {"stateMachineArn", "name", "type", "creationDate"}
    for token in ("nonsense", "bm9uc2Vuc2U=", "WzEsMl0="):
        assert ask.refusal("ListStateMachines", nextToken=token) == (
            "InvalidToken",
            "Invalid Token: 'Invalid token'",
        )


def test_a_deleted_machine_ends_what_runs_and_is_gone(ask):
    arn = ask.machine(WAIT)
    execution = ask.start(arn)
    assert ask("DeleteStateMachine", stateMachineArn=arn) == {}
    assert ask("DescribeExecution", executionArn=execution)["status"] == "ABORTED"
    assert ask.code("DescribeStateMachine", stateMachineArn=arn) == "StateMachineDoesNotExist"
    assert ask("DeleteStateMachine", stateMachineArn=arn) == {}
    assert ask.machine() == arn


def test_nothing_is_done_with_a_machine_that_is_being_deleted(ask):
    arn = ask.machine()
    ask.api.place("us-east-1").machines[arn].deleting = True
    assert ask("DescribeStateMachine", stateMachineArn=arn)["status"] == "DELETING"
    given = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE}
    assert ask.code("CreateStateMachine", **given) == "StateMachineDeleting"
    for operation in ("StartExecution", "PublishStateMachineVersion", "ListStateMachineAliases"):
        assert ask.code(operation, stateMachineArn=arn) == "StateMachineDeleting"
    assert ask.code("UpdateStateMachine", stateMachineArn=arn, roleArn=ROLE) == "StateMachineDeleting"


def test_the_variables_that_states_read_are_told(ask):
    told = ask("DescribeStateMachine", stateMachineArn=ask.machine(JSONATA))
    assert told["variableReferences"] == {"B": ["order", "lines"]}
    paths = {
        "StartAt": "P",
        "States": {
            "P": {
                "Type": "Pass",
                "Parameters": {
                    "a.$": "$order.id",
                    "b.$": "States.Format('{} $no', $name)",
                    "c.$": "$$.Execution.Id",
                },
                "End": True,
            }
        },
    }
    told = ask("DescribeStateMachine", stateMachineArn=ask.machine(paths, "paths"))
    assert told["variableReferences"] == {"P": ["order", "name"]}


def test_a_definition_is_validated_without_a_machine(ask):
    assert ask("ValidateStateMachineDefinition", definition=json.dumps(PASS)) == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }
    bad = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass"}, "B": {"Type": "Pass"}}})
    told = ask("ValidateStateMachineDefinition", definition=bad, maxResults=1)
    assert (told["result"], len(told["diagnostics"]), told["truncated"]) == ("FAIL", 1, True)
    [found] = ask("ValidateStateMachineDefinition", definition='{"a": ')["diagnostics"]
    assert found["code"] == "INVALID_JSON_DESCRIPTION" and "end-of-input" in found["message"]
    assert (
        ask.code("ValidateStateMachineDefinition", definition="{}", maxResults=101) == "ValidationException"
    )
