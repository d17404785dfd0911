"""AWS's words and places to the letter, where they were measured (ValidateStateMachineDefinition, public reports)."""

import pytest

from sagalab.asl.check import check
from sagalab.asl.check.resources import FIELDS
from sagalab.asl.document import read
from sagalab.asl.engine.program import Program
from sagalab.linting.lint import lint
from sagalab.localcloud.stepfunctions.running.tasks import shapes

DONE = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": "${Function}", "End": True}
NAMES = "FunctionName QueueUrl MessageBody Message TableName Key TaskDefinition StateMachineArn"
JSONATA = {"QueryLanguage": "JSONata"}


def one(state, **more):
    """A machine of one state, A."""
    return {"StartAt": "A", "States": {"A": state}, **more}


def calling(resource):
    """A Task that gives a call what it needs."""
    call = resource.partition(".")[0]
    given = {name: "x" for name in NAMES.split() if name in FIELDS.get(call, (name,))}
    return {**TASK, "Resource": f"arn:aws:states:::{resource}", "Parameters": given}


def output(expression):
    """A JSONata machine whose only state computes an expression."""
    return one({"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}, **JSONATA)


def told(definition, **options):
    return [(each.code, each.message, each.location) for each in check(read(definition), **options)]


SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"


@pytest.mark.parametrize(
    "expression, message",
    [
        ("a[1,2)", 'Expected "]", got ","'),
        ('"unterminated', "String literal must be terminated by a matching quote"),
        ("1 +", "Unexpected end of expression"),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator'),
        ("$x :=", "Unexpected end of expression"),
        ('$match("a", /abc', "No terminating / in regular expression"),
        ("phone %.other", 'The symbol "." cannot be used as a unary operator'),
        ("", "Unexpected end of expression"),
    ],
)
def test_jsonata_that_cannot_be_read(expression, message):
    assert told(output(expression)) == [("INVALID_JSONATA_EXPRESSION", message, "/States/A/Output")]


@pytest.mark.parametrize(
    "expression", ["a ! b", "$a ?? 1", "$a ?: 1", "~", "(", "a[", "function(", '"\\u00"']
)
def test_what_the_parser_stumbles_over_is_refused_and_told(expression):
    [(code, _, place)] = told(output(expression))
    assert (code, place) == ("INVALID_JSONATA_EXPRESSION", "/States/A/Output")
    assert [finding.code for finding in lint(output(expression)) if finding.severity == "error"] == [
        "SAGA004"
    ]


@pytest.mark.parametrize(
    "expression, names",
    [
        ("aaa + bbb", ["aaa", "bbb"]),
        ("$.phone", ["$"]),
        ("phone[0]", ["phone"]),
        ("{aaa: 1}", ["aaa"]),
        ("$map($states.input.a, function($x) { b })", ["b"]),
        ("$exists(foo) ? bar : 'x'", ["foo", "bar"]),
    ],
)
def test_nothing_is_at_the_top(expression, names):
    assert told(output(expression)) == [
        (
            "UNSUPPORTED_JSONATA_EXPRESSION",
            f"Reference to '{name}' at the top level is not supported.",
            "/States/A/Output",
        )
        for name in names
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.items[phone > 3]",
        "$map($states.input.a, function($x) { $x.phone })",
        "$phone",
        "$states.input.items^(>price).name",
        "$states.input.items{name: $sum(price)}",
        "$states.input ~> |$|{'a': b}|",
        "$states.input.(a & b)",
        "$contains('a', /x??/) or '??' = 'a?:b'",
        "/* why ?? */ 1",
        "$eval('1')",  # fails only when it runs (T1006)
        "$f(?, 1)",
    ],
)
def test_what_stands_in_a_path_is_not_at_the_top(expression):
    assert told(output(expression)) == []


@pytest.mark.parametrize(
    "expression, message",
    [
        ("$$", "Reference to '$$' is not supported."),
        ("$states.errorOutput.Cause", "Field '$states.errorOutput' does not exist."),
        ("$states.inptu", "Field '$states.inptu' does not exist."),
    ],
)
def test_what_states_has_not(expression, message):
    assert told(output(expression)) == [("UNSUPPORTED_JSONATA_EXPRESSION", message, "/States/A/Output")]


def test_an_error_exists_in_a_catcher():
    caught = {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "B"}
    definition = {"StartAt": "A", "States": {"A": {**TASK, "Catch": [caught]}, "B": DONE}, **JSONATA}
    assert told(definition) == []


@pytest.mark.parametrize("kind", ["Pass", "Wait", "Choice", "Succeed", "Fail", "Map", "Parallel"])
def test_only_a_task_has_a_timeout(kind):
    found = told(one({"Type": kind, "TimeoutSeconds": 5}))
    assert (SCHEMA, "Field 'TimeoutSeconds' is not supported", "/States/A") in found


@pytest.mark.parametrize("field", ["Retry", "Catch"])
@pytest.mark.parametrize("kind", ["Pass", "Wait", "Choice", "Succeed", "Fail"])
def test_only_what_works_can_retry_and_catch(kind, field):
    assert (SCHEMA, f"Field '{field}' is not supported", "/States/A") in told(one({"Type": kind, field: []}))


def loop(**more):
    return {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}, **more},
    }


NO_END = ("MISSING_END_STATE", "Workflow has no terminal state", None)


@pytest.mark.parametrize(
    "definition, expected",
    [
        (loop(), [NO_END]),
        (loop(Unused={"Type": "Pass", "Next": "A"}), [NO_END]),  # then nothing of what cannot be reached
        (loop(C=DONE), [(TARGET, 'State "C" is not reachable.', "/States/C")]),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NOPE"}}},
            [(TARGET, "Missing 'Next' target: NOPE", "/States/A/Next"), NO_END],
        ),
        (
            {"StartAt": "Nope", "States": {"A": DONE}},
            [
                (TARGET, "Missing 'Next' target: Nope", "/StartAt"),
                (TARGET, 'State "A" is not reachable.', "/States/A"),
            ],
        ),
        # an inner scope may go round for ever
        (
            one({"Type": "Map", "ItemProcessor": loop(), "End": True}),
            [("DUPLICATE_STATE_NAME", "Duplicate State name: A", "/States/A/ItemProcessor/States/A")],
        ),
        (
            {"StartAt": "a/b", "States": {"a/b": DONE, "c/d": DONE}},
            [(TARGET, 'State "c/d" is not reachable.', "/States/c/d")],
        ),
        (
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Choice",
                        "Default": "Ghost",
                        "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Z"}],
                    },
                    "Z": DONE,
                },
            },
            [(TARGET, "Missing 'Next' target: Ghost", "/States/A/Default")],
        ),
    ],
)
def test_ways(definition, expected):
    assert told(definition) == expected


def test_a_machine_without_an_end_is_refused_at_null():
    [problem] = check(read(loop()))
    assert problem.words == "MISSING_END_STATE: Workflow has no terminal state at null"


def other(name, language, field):
    return (
        SCHEMA,
        f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the "
        f"'{'JSONata' if language == 'JSONPath' else 'JSONPath'}' QueryLanguage",
        field,
    )


ENUM = (SCHEMA, "Value should be one of the following: [JSONPath, JSONata]")
NO_TEXT = (SCHEMA, "Expected value of type [STRING]")
DOWN = (
    SCHEMA,
    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    "/States/A",
)


@pytest.mark.parametrize(
    "machine, state, expected",
    [
        ({}, {"Output": {"v": 1}}, [other("Output", "JSONPath", "/States/A")]),
        (JSONATA, {"InputPath": "$.a"}, [other("InputPath", "JSONata", "/States/A")]),
        (JSONATA, {"QueryLanguage": "JSONPath", "Output": {"v": 1}}, [DOWN]),  # and nothing about Output
        ({}, {"QueryLanguage": "JSONPath", "InputPath": "$.a"}, []),
        ({}, {"Assign": {"counter": 1}}, []),
        ({}, {"QueryLanguage": "foo", "Output": {"v": 1}}, [(*ENUM, "/States/A/QueryLanguage")]),
        (JSONATA, {"QueryLanguage": "jsonpath"}, [(*ENUM, "/States/A/QueryLanguage")]),
        ({"QueryLanguage": "jsonpath"}, {"Output": {"v": 1}}, [(*ENUM, "/QueryLanguage")]),
        ({"QueryLanguage": 5}, {}, [(*NO_TEXT, "/QueryLanguage")]),
        (
            {},
            {"QueryLanguage": 5, "InputPath": "$.a"},
            [(*NO_TEXT, "/States/A/QueryLanguage"), other("InputPath", "JSONata", "/States/A")],
        ),
    ],
)
def test_query_languages(machine, state, expected):
    assert told(one({**DONE, **state}, **machine)) == expected


@pytest.mark.parametrize("owner", [("Map", "ItemProcessor"), ("Map", "Iterator"), ("Parallel", "Branches")])
def test_what_is_inside_has_no_query_language_of_its_own(owner):
    kind, field = owner
    inner = {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": DONE}}
    state = {"Type": kind, field: [inner] if kind == "Parallel" else inner, "End": True}
    place = f"/States/A/{field}" + ("[0]" if kind == "Parallel" else "")
    assert told(one(state)) == [(SCHEMA, "Field 'QueryLanguage' is not supported", place)]


INNER = {"StartAt": "P", "States": {"P": DONE}}
RULE = {"Variable": "$.x", "IsPresent": True, "Next": "A"}


@pytest.mark.parametrize(
    "state, message",
    [
        ({**TASK, "TimeoutSeconds": 0}, "Minimum value is 1"),
        ({**TASK, "TimeoutSeconds": 100_000_000}, "Maximum value is 99999999"),
        ({**TASK, "TimeoutSeconds": "60"}, "Expected value of type Integer"),
        ({**TASK, "Retry": [{"ErrorEquals": ["X"], "BackoffRate": 0.5}]}, "Minimum value is 1"),
        (
            {**TASK, "Retry": [{"ErrorEquals": ["X"], "MaxDelaySeconds": 31_622_401}]},
            "Maximum value is 31622400",
        ),
        (
            {**TASK, "Retry": [{"ErrorEquals": ["X"], "JitterStrategy": "SOME"}]},
            "Value should be one of the following: [NONE, FULL]",
        ),
        ({**TASK, "Retry": [{"ErrorEquals": []}]}, "Value cannot be empty"),
        (
            {**TASK, "Retry": [{"ErrorEquals": ["States.ALL", "X"]}]},
            "States.ALL must appear alone and at end of list",
        ),
        ({**TASK, "Catch": [{"ErrorEquals": ["X"]}]}, "These fields are required: [Next]"),
        ({**TASK, "Resource": "ChargeCard"}, "Value is not a valid resource ARN"),
        ({**TASK, "Credentials": {}}, "The field 'RoleArn' is required but was missing"),
        (
            {
                **TASK,
                "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
                "Credentials": {"RoleArn": "r"},
            },
            "The field 'Credentials' is not supported for activities",
        ),
        ({**DONE, "Next": "A"}, "There should only be one of the following fields: [Next, End]"),
        ({"Type": "Pass"}, "This object should have only one of the following fields: [Next, End]"),
        (
            {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True},
            "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (
            {"Type": "Wait", "Timestamp": "2030-02-30T09:00:00Z", "End": True},
            "String does not match RFC3339 timestamp",
        ),
        (
            {"Type": "Fail", "Error": "E", "ErrorPath": "$.e"},
            "There should only be one of the following fields: [Error, ErrorPath]",
        ),
        (
            {"Type": "Map", "End": True},
            "This object should have only one of the following fields: [ItemProcessor, Iterator]",
        ),
        ({"Type": "Parallel", "Branches": [], "End": True}, "Value cannot be empty"),
        (
            {
                "Type": "Map",
                "End": True,
                "ItemProcessor": {**INNER, "ProcessorConfig": {"Mode": "DISTRIBUTED"}},
            },
            "These fields are required: [ExecutionType]",
        ),
        (
            {
                "Type": "Map",
                "End": True,
                "ItemProcessor": {
                    **INNER,
                    "ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "STANDARD"},
                },
            },
            "Field 'ExecutionType' is not supported",
        ),
        ({"Type": "Choice", "Choices": []}, "Value cannot be empty"),
        (
            {"Type": "Choice", "Choices": [{**RULE, "Variable": "States.ArrayLength($.x)"}]},
            "Value is not a Reference Path: Reference path didn't start with '$'",
        ),
        (
            {"Type": "Choice", "Choices": [{**RULE, "And": [{"Variable": "$.x", "IsNull": True}]}]},
            "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
        ),
        (
            {
                "Type": "Choice",
                "Choices": [{"Not": {"Variable": "$.x", "IsNull": True, "Next": "A"}, "Next": "A"}],
            },
            "Field 'Next' is not supported",
        ),
        ({**DONE, "InputPath": "order"}, "Value must be a valid JSONPath."),
        ({**DONE, "ResultPath": "$.a[*]"}, "Value is not a Reference Path"),
        (
            {**DONE, "Parameters": {"a.$": "foo"}},
            "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
        ),
        ({**DONE, "Assign": {"states": 1}}, "Cannot assign to reserved variable '$states'."),
        (
            {**DONE, "Assign": {"a-b": 1}},
            "Invalid variable name 'a-b': the variable name contains invalid characters.",
        ),
        (
            {"Type": "Psas"},
            "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]",
        ),
    ],
)
def test_fields(state, message):
    definition = one(state)
    assert message in [problem.message for problem in check(read(definition))]
    assert [finding for finding in lint(definition) if finding.severity == "error"]


def test_the_place_of_a_payload_is_the_payload():
    assert told(one({**DONE, "Parameters": {"deep": {"a.$": "foo"}}}))[0][2] == "/States/A/Parameters"


@pytest.mark.parametrize(
    "resource",
    [
        "lambda:invoke.sync",
        "dynamodb:getItem.waitForTaskToken",
        "batch:submitJob.sync:2",
        "aws-sdk:s3:getObject.sync",
        "sqs:sendMessage.sinc",
        "lambda:invok",
        "lamda:invoke",
        "aws-sdk:DynamoDB:getItem",
        "aws-sdk:dynamodb:GetItem",
    ],
)
def test_integrations_that_are_not_there(resource):
    [(code, message, place)] = told(one(calling(resource)))
    assert (code, place) == (SCHEMA, "/States/A/Resource")
    assert message == (
        f"The resource provided arn:aws:states:::{resource} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )


@pytest.mark.parametrize(
    "resource",
    [
        "lambda:invoke.waitForTaskToken",
        "ecs:runTask.sync",
        "states:startExecution.sync:2",
        "sqs:sendMessage.waitForTaskToken",
        "aws-sdk:sfn:startExecution.waitForTaskToken",
        "http:invoke",
        "apigateway:invoke.waitForTaskToken",
    ],
)
def test_integrations_that_are_there(resource):
    assert told(one(calling(resource))) == []


@pytest.mark.parametrize(
    "definition, message",
    [
        (
            one(calling("ecs:runTask.sync")),
            "Express state machine does not support '.sync' service integration ",
        ),
        (
            one({**TASK, "Resource": "arn:aws:states:us-east-1:123456789012:activity:a"}),
            "Express state machine does not support Activity ARN",
        ),
        (
            one(
                {
                    "Type": "Map",
                    "End": True,
                    "ItemProcessor": {
                        **INNER,
                        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    },
                }
            ),
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
        ),
    ],
)
def test_express_machines(definition, message):
    assert told(definition) == []
    assert [found[1] for found in told(definition, express=True)] == [message]


def test_names_and_labels_have_their_lengths():
    long = "x" * 81
    assert [found[0] for found in told({"StartAt": long, "States": {long: DONE}})] == ["INVALID_STATE_NAME"]
    each = {"Type": "Map", "Label": "l" * 41, "ItemProcessor": INNER, "End": True}
    assert [found[0] for found in told(one(each))] == ["INVALID_LABEL_NAME"]


def test_labels_are_unique():
    def each(name):
        return {"Type": "Map", "Label": "lines", "ItemProcessor": {"StartAt": name, "States": {name: DONE}}}

    definition = {
        "StartAt": "A",
        "States": {"A": {**each("P"), "Next": "B"}, "B": {**each("Q"), "End": True}},
    }
    assert told(definition) == [("DUPLICATE_LABEL_NAME", "Duplicate Label name: lines", "/States/B/Label")]


def nested(kind, inner_name, **config):
    inner = {"StartAt": "P", "States": {"P": {**DONE, "Assign": {inner_name: 1}}}, **config}
    field = {"Branches": [inner]} if kind == "Parallel" else {"ItemProcessor": inner}
    return one({"Type": kind, "Assign": {"order": 1}, "End": True, **field})


def test_what_is_inside_assigns_no_variable_of_what_is_around():
    taken = ("DUPLICATE_VARIABLE_NAME", "The variable name 'order' was already defined in a parent scope.")
    assert told(nested("Parallel", "order")) == [(*taken, "/States/A/Branches[0]/States/P/Assign/order")]
    assert told(nested("Map", "order"))[0][:2] == taken
    assert told(nested("Map", "item")) == []
    distributed = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    assert told(nested("Map", "order", **distributed)) == []  # it sees nothing of what is around


@pytest.mark.parametrize(
    "state",
    [
        {**TASK, "Retry": [{"ErrorEquals": ["X"], "IntervalSeconds": 0}]},
        {"Type": "Map", "MaxConcurrency": 9_223_372_036_854_775_807, "ItemProcessor": INNER, "End": True},
        {"Type": "Wait", "Timestamp": "2030-02-01T09:00:00.5+01:00", "End": True},
        {**DONE, "Assign": {"größe.$": "$.g", "a_1": 2}},
        {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject"},
            "ItemProcessor": INNER,
            "End": True,
        },
        {**DONE, "Comment": "{% nothing"},
    ],
)
def test_taken(state):
    assert told(one(state, TimeoutSeconds=0)) == []


def test_what_is_no_expression_is_not_read():
    headers = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaders": ["{% a"]},
    }
    state = {"Type": "Map", "ItemReader": headers, "ItemProcessor": INNER, "End": True, "Comment": "{% a %}"}
    assert told(one(state, **JSONATA)) == []
    assert told(one({**TASK, "Retry": [{"ErrorEquals": ["{% phone %}"]}]}, **JSONATA)) == []


def test_what_is_named_like_a_field_is_read():
    found = told(one({**TASK, "Arguments": {"Payload": {"Comment": "{% phone %}"}}}, **JSONATA))
    assert found[0][2] == "/States/A/Arguments/Payload/Comment"


@pytest.mark.parametrize("call", ["lambda:invoke", "aws-sdk:neptune:describeDBClusters"])
@pytest.mark.parametrize("machine, field", [({}, "Parameters"), (JSONATA, "Arguments")])
def test_a_call_is_given_something(call, machine, field):
    resource = f"arn:aws:states:::{call}"
    message = f"{field} field is required for resource ARN: {resource}"
    assert told(one({**TASK, "Resource": resource}, **machine)) == [(SCHEMA, message, "/States/A")]
    assert told(one({**TASK, "Resource": resource, field: {"FunctionName": "f"}}, **machine)) == []


def test_a_call_is_given_what_it_needs():
    send = {**TASK, "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl.$": "$.queue"}}
    assert told(one(send)) == [
        (SCHEMA, "The field 'MessageBody' is required but was missing", "/States/A/Parameters")
    ]
    computed = {**TASK, "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": "{% $states.input %}"}
    assert told(one(computed, **JSONATA)) == []


@pytest.mark.parametrize("field", ["Tablename", "Note", "item", "TableName.$$"])
def test_a_call_is_given_only_what_its_api_takes(field):
    given = {"TableName.$": "$.table", "Item": {"id": {"S": "1"}}, "ReturnValues": "ALL_OLD"}
    put = {**TASK, "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": given}
    assert told(one(put)) == []
    put["Parameters"] = {**given, field: "x"}
    message = f'The field "{field}" is not supported by Step Functions'
    assert told(one(put)) == [(SCHEMA, message, "/States/A/Parameters")]


@pytest.mark.parametrize("call", FIELDS)
def test_the_fields_of_a_call_are_those_of_its_api(call):
    service, action = call.split(":")
    model = shapes.operation_of({"states": "stepfunctions"}.get(service, service), action)
    assert {shapes.written(name) for name in model.input_shape.members} == FIELDS[call]


@pytest.mark.parametrize(
    "path",
    [
        "$.items.length()",
        "$.orders[?(@.status == 'OK' && @.total > 3)].id",
        "$.a[?(@.name =~ /.*x/i)]",
        "$.a[?(@.b in ['x', 'y'])]",
        "$.a[(@.length-1)]",
        "$.a[?(@.tags contains 'x' && !(@.b size 2))]",
        "$.a[?(@.b.length() > $.least)]",
        "$.numbers.sum()",
        "$.a.[0].b",
        "$.a[-1]",
        "$.a[0:2]",
        "$['a','b']",
        "$..b",
        "$.a:b.c",
        "$.@type",
        "$.line-items[0].gr\u00f6\u00dfe",
        "$$.Map.Item.Value['a b']",
        "$order.items[*].id",
    ],
)
def test_paths_as_aws_reads_them(path):
    definition = one({**DONE, "InputPath": path, "Parameters": {"a.$": path}})
    assert told(definition) == []
    Program(read(definition))  # what is taken can be run


@pytest.mark.parametrize(
    "path", ["order", "$.a b", "$a b", "$.a[", "$.a.nothing()", "$.a[?(@.b==]", "$.a[b]"]
)
def test_what_is_no_path(path):
    assert [found[2] for found in told(one({**DONE, "InputPath": path}))] == ["/States/A/InputPath"]


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.tries > ${MaxTries}",
        "$states.input.${Field} & '${Suffix}'",
        "$${Variable}.id",
        "${Amount} + $order_${Stage}",
    ],
)
def test_placeholders_may_stand_anywhere_in_jsonata(expression):
    assert told(output(expression)) == []
    assert not [finding for finding in lint(output(expression)) if finding.code == "SAGA004"]


def test_an_error_beside_a_placeholder_is_told():
    assert [found[0] for found in told(output("${Amount} +"))] == ["INVALID_JSONATA_EXPRESSION"]


@pytest.mark.parametrize("rule", [3, None, "x", [], True])
def test_a_rule_is_an_object(rule):
    wrong = (SCHEMA, "Expected value of type [OBJECT]", "/States/A/Choices[0]")
    assert told(one({"Type": "Choice", "Choices": [rule]})) == [NO_END, wrong]


def test_a_condition_is_jsonata_or_a_word():
    def choice(condition):
        rule = {"Condition": condition, "Next": "B"}
        states = {"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Succeed"}}
        return {"StartAt": "A", "States": states, **JSONATA}

    for condition in ("{% true %}", True, False, "${Condition}"):
        assert told(choice(condition)) == []
    braces = "JSONata string must start with {% and end with %}"
    assert told(choice("$states.input.ready")) == [(SCHEMA, braces, "/States/A/Choices[0]/Condition")]
    assert told(choice(1)) == [
        (SCHEMA, "Expected value of type [STRING, BOOLEAN]", "/States/A/Choices[0]/Condition")
    ]


def test_an_empty_resource_is_no_arn():
    assert told(one({**TASK, "Resource": ""})) == [
        (SCHEMA, "Value is not a valid resource ARN", "/States/A/Resource")
    ]


def test_a_harness_of_an_agent_is_invoked_and_waited_for_in_no_other_way():
    """connect-bedrockagentcore.html (since June 2026): request and response alone."""
    harness = {
        **TASK,
        "Resource": "arn:aws:states:::bedrockagentcore:invokeHarness",
        "Arguments": {"HarnessArn": "h"},
    }
    assert told(one(harness, **JSONATA)) == []
    for pattern in (".sync", ".waitForTaskToken"):
        [(code, _, place)] = told(one({**harness, "Resource": harness["Resource"] + pattern}, **JSONATA))
        assert (code, place) == (SCHEMA, "/States/A/Resource")


def test_the_lint_says_what_may_be_meant():
    put = {**TASK, "Resource": "arn:aws:states:::dynamodb:putItem", "TimeoutSeconds": 5}
    put["Parameters"] = {"TableName": "t", "Item": {}, "ReturnValue": "ALL_OLD", "Note": 1}
    found = {each.what: each.cure for each in lint(one(put)) if each.code == "SAGA001"}
    assert found == {
        "dynamodb:putItem takes no ReturnValue.": "Did you mean ReturnValues?",
        "dynamodb:putItem takes no Note.": "Delete Note.",
    }


def test_an_empty_type_is_none_of_the_types():
    [(code, message, place)] = told(one({"Type": "", "End": True}))
    assert (code, place) == (SCHEMA, "/States/A/Type")
    assert message.startswith("The field 'Type' should have one of these values: [Task, Wait")


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_has_not_is_an_error_wherever_it_stands(number):
    [finding] = lint(one({**DONE, "Result": [number]}))
    assert (finding.severity, finding.code) == ("error", "SAGA001")
