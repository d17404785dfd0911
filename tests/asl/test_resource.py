"""What a Resource names, and which text of a state AWS takes for what."""

import pytest

from sagalab.asl.document import read
from sagalab.asl.expressions import expressions, jsonata_of, kind_of
from sagalab.asl.reference_path import is_reference_path
from sagalab.asl.resource import read_resource, waits_for_token


@pytest.mark.parametrize(
    "arn, kind, service, action, pattern",
    [
        ("arn:aws:states:::lambda:invoke", "service", "lambda", "invoke", None),
        (
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "service",
            "lambda",
            "invoke",
            "waitForTaskToken",
        ),
        ("arn:aws:states:::states:startExecution.sync:2", "service", "states", "startExecution", "sync:2"),
        ("arn:aws:states:::ecs:runTask.sync", "service", "ecs", "runTask", "sync"),
        ("arn:aws:states:::ecs:runTask.later", "service", "ecs", "runTask", "later"),
        ("arn:aws:states:::aws-sdk:dynamodb:query", "aws-sdk", "dynamodb", "query", None),
        ("arn:${AWS::Partition}:states:::sns:publish", "service", "sns", "publish", None),
        ("arn:aws-cn:states:::http:invoke", "http", "http", "invoke", None),
        ("arn:aws:lambda:eu-west-1:123456789012:function:pay:7", "lambda", "lambda", "pay:7", None),
        ("arn:aws:lambda:${AWS::Region}:1:function:${Pay}", "lambda", "lambda", "${Pay}", None),
        ("arn:aws:states:eu-west-1:123456789012:activity:pack", "activity", "states", "pack", None),
        ("arn:aws:states:eu-west-1:123456789012:stateMachine:pay", "unknown", "", "", None),
        ("${PayFunction.Arn}", "placeholder", "", "", None),
        ("${PayFunction.Arn}:live", "placeholder", "", "", None),
        ("Pay", "unknown", "", "", None),
        ("", "unknown", "", "", None),
    ],
)
def test_a_resource_is_read(arn, kind, service, action, pattern):
    found = read_resource(arn)
    assert (found.arn, found.kind, found.service, found.action, found.pattern) == (
        arn,
        kind,
        service,
        action,
        pattern,
    )
    assert found.waits_for_token == (pattern == "waitForTaskToken") == waits_for_token(arn)
    assert found.waits_for_job == (pattern in ("sync", "sync:2"))


def test_a_history_names_the_service_as_aws_does():
    assert read_resource("arn:aws:states:::aws-sdk:dynamodb:query").type == "aws-sdk:dynamodb"
    assert read_resource("arn:aws:states:::dynamodb:getItem").type == "dynamodb"


def test_many_placeholders_take_no_time():
    assert read_resource("${a}" * 20_000 + ":").kind == "placeholder"


@pytest.mark.parametrize(
    "text, kind",
    [
        ("$", "path"),
        ("$.a[?(@.b > 1)]", "path"),
        ("$['a b']", "path"),
        ("$$", "context"),
        ("$$.Task.Token", "context"),
        ("$order.id", "variable"),
        ("$größe", "variable"),
        ("$5", "text"),
        ("States.Format('{}\n', $.a)", "intrinsic"),
        ("States.UUID()", "intrinsic"),
        ("Format", "text"),
        ("${Topic}", "placeholder"),
        ("to ${Topic}", "text"),
        ("{% $x %}", "jsonata"),
        ("{% $x", "text"),
    ],
)
def test_what_a_text_looks_like(text, kind):
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "path", ["$", "$.a-b.c", "$[0]", "$['a b'][\"c\"][12].d", "$x", "$x.y", "$$.Task", "$.größe"]
)
def test_a_reference_path_names_one_place(path):
    assert is_reference_path(path)


@pytest.mark.parametrize("path", ["", "a", "$.", "$..a", "$.*", "$.a[*]", "$[0:2]", "$.a[?(@.b)]", "$.a b"])
def test_what_may_find_several_values_is_no_reference_path(path):
    assert not is_reference_path(path)


JSONPATH = {
    "Type": "Task",
    "Comment": "$.not.read",
    "Resource": "arn:aws:states:::sns:publish",
    "InputPath": "$.order",
    "Parameters": {"Message.$": "States.Format('{}', $.id)", "Comment": "$.a", "all": [{"b.$": "$$.Task"}]},
    "ResultPath": "$.sent",
    "TimeoutSecondsPath": "$limit",
    "Assign": {"note.$": "$"},
    "Retry": [{"ErrorEquals": ["A"], "Comment": "why"}],
    "Catch": [{"ErrorEquals": ["B"], "ResultPath": "$.error", "Next": "X"}],
    "Next": "X",
}


def told(body, **machine):
    [state] = read({**machine, "States": {"S": body}}).states
    return {found.place: (found.kind, found.taken, found.is_read) for found in expressions(state)}


def test_which_field_of_a_jsonpath_state_takes_what():
    plain = ("text", "plain", False)
    assert told(JSONPATH) == {
        "Type": plain,
        "Resource": plain,
        "InputPath": ("path", "path", True),
        "Parameters.Message.$": ("intrinsic", "path or function", True),
        "Parameters.Comment": ("path", "value", False),
        "Parameters.all[0].b.$": ("context", "path or function", True),
        "ResultPath": ("path", "reference path", True),
        "TimeoutSecondsPath": ("variable", "reference path", True),
        "Assign.note.$": ("path", "path or function", True),
        "Retry[0].ErrorEquals[0]": plain,
        "Catch[0].ErrorEquals[0]": plain,
        "Catch[0].ResultPath": ("path", "reference path", True),
        "Catch[0].Next": plain,
        "Next": plain,
    }
    choice = {
        "Type": "Choice",
        "Choices": [
            {"And": [{"Variable": "$.a", "StringEqualsPath": "$x.b"}], "Assign": {"c.$": "$.d"}, "Next": "X"}
        ],
    }
    found = told(choice)
    assert found["Choices[0].And[0].Variable"] == ("path", "path", True)
    assert found["Choices[0].And[0].StringEqualsPath"] == ("variable", "path", True)
    assert found["Choices[0].Assign.c.$"] == ("path", "path or function", True)
    assert told({"Type": "Pass", "Result": {"a.$": "$.b"}})["Result.a.$"] == ("path", "value", False)
    assert told({"Type": "Fail", "CausePath": "$.a"})["CausePath"] == ("path", "path or function", True)
    items = {"Type": "Map", "ItemReader": {"ReaderConfig": {"MaxItemsPath": "$.n", "InputType": "CSV"}}}
    assert told(items)["ItemReader.ReaderConfig.MaxItemsPath"] == ("path", "reference path", True)
    assert told(items)["ItemReader.ReaderConfig.InputType"] == ("text", "value", False)


def test_a_jsonata_state_computes_what_stands_between_its_signs():
    body = {
        "Type": "Task",
        "Resource": "{% $no %}",
        "Arguments": {"Comment": "{% 1 %}", "a.$": "$.a", "b": "${B}", "c": ["x {% 2 %}"]},
        "TimeoutSeconds": "{% 3 %}",
        "Branches": [{"States": {}, "note": "{% 4 %}"}],
    }
    assert told(body, QueryLanguage="JSONata") == {
        "Type": ("text", "plain", False),
        "Resource": ("jsonata", "plain", False),
        "Arguments.Comment": ("jsonata", "jsonata", True),
        "Arguments.a.$": ("text", "jsonata", False),
        "Arguments.b": ("placeholder", "jsonata", False),
        "Arguments.c[0]": ("text", "jsonata", False),
        "TimeoutSeconds": ("jsonata", "jsonata", True),
    }
    [state] = read({"QueryLanguage": "JSONata", "States": {"S": body}}).states
    assert [found.code for found in jsonata_of(state)] == [" 1 ", " 3 "]
