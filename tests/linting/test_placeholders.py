"""What is filled in at deployment is no mistake, wherever it stands; and what is no machine is told as what it is."""

import pytest

from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.linting.lint import ERROR, lint


def errors(text):
    return [(finding.code, finding.what) for finding in lint(read_text(text)) if finding.severity == ERROR]


def machine(states):
    return '{"StartAt": "A", "States": {%s}}' % states  # noqa: UP031


DONE = '"B": {"Type": "Succeed"}'


@pytest.mark.parametrize(
    "states",
    [
        '"A": {"Type": "Pass", "End": ${Last}}',
        '"A": {"Type": "Pass", "Next": "${Next}"}, ' + DONE,
        '"A": {"Type": "${Type}", "Next": "B"}, ' + DONE,
        '"A": ${State}, ' + DONE,
        '"A": {"Type": "Pass", "Next": "B"}, "B": ${Rest}',
        '"A": {"Type": "Pass", "Next": "Done"}, "${Last}": {"Type": "Succeed"}',
        '"A": {"Type": "Wait", "Seconds": -${N}, "Next": "B"}, ' + DONE,
        '"A": {"Type": "Wait", "Seconds": ${Hours}00, "Next": "B"}, ' + DONE,
        '"A": {"Type": "Wait", "Seconds": ${A}${B}, "Next": "B"}, ' + DONE,
        '"A": {"Type": "Wait", "Seconds": {"Ref": "Pause"}, "Next": "B"}, ' + DONE,
        '"A": {"Type": "Task", "Resource": {"Fn::GetAtt": ["F", "Arn"]}, "Next": "B"}, ' + DONE,
        *(
            '"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "%s": %s, "Next": "B"}], "Default": "B"}, '  # noqa: UP031
            % (operator, value)
            + DONE
            for operator, value in (
                ("NumericGreaterThan", "${Limit}"),
                ("NumericGreaterThan", '"${Limit}"'),
                ("BooleanEquals", "${Flag}"),
                ("IsPresent", "${Flag}"),
                ("TimestampLessThan", '"${Day}T00:00:00Z"'),
                ("StringEquals", '{"Ref": "Stage"}'),
            )
        ),
    ],
)
def test_no_error_where_something_is_filled_in(states):
    assert errors(machine(states)) == []


def test_all_states_filled_in():
    assert errors('{"StartAt": "A", "States": ${States}}') == []


def test_a_state_may_be_called_ref():
    assert errors('{"StartAt": "Ref", "States": {"Ref": {"Type": "Wait", "End": true}}}')


def test_what_does_not_depend_on_it_is_still_told():
    states = '"A": {"Type": "Pass", "Next": "${Next}"}, "B": {"Type": "Pass", "Next": "Nowhere"}'
    assert [code for code, _ in errors(machine(states))] == ["SAGA002"]


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: 2010-09-09\nResources: {M: {Type: AWS::StepFunctions::StateMachine}}",
        "stepFunctions: {stateMachines: {m: {definition: {StartAt: A}}}}",
        '{"Resources": {"M": {"Properties": {"DefinitionString": {"Fn::Join": ["", ["{"]]}}}}}',
    ],
)
def test_a_template_is_told_as_such(text):
    [finding] = lint(read_text(text))
    assert "template" in finding.cure


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("StartAt: A\n---\nStartAt: B\n", "a second document begins here"),
        ("A: [", "a quote or a bracket is never closed"),
        ("A: 'it's'", "a text where none can stand"),
        ("A: [a]]", "a closing bracket too many"),
        ('A: "\\q"', "a backslash that YAML does not know here"),
        ("A: @b", "a sign with which no text begins"),
        ("A: *b", "an alias (*name) of nothing"),
        ("A: - b", "a list (-) where none can stand"),
        ("- a\nb: c", "an entry that belongs to nothing"),
        ("A: 1\nb\n", "a name without a colon"),
        ('A: "{% $x & "a" %}"', "double quotes inside double quotes"),
        ("A: {% $x %}", "a JSONata expression without quotes"),
        ("A: {Seconds: ${Pause}}\n", "a placeholder without quotes between { and }"),
    ],
)
def test_yaml_in_words(text, problem):
    with pytest.raises(AslSyntaxError) as error:
        read_text(text)
    assert error.value.problem == problem


@pytest.mark.parametrize(
    ("path", "names"),
    [("$.a.$b", []), ('$["$b"]', []), ("$['$b']", []), ("$ähnlich.x", ["$ähnlich"])],
)
def test_what_looks_like_a_variable_in_a_path(path, names):
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": path}, "End": True}}}
    told = [finding.what for finding in lint(machine)]
    assert told == [f"It reads {name}, which no state assigns." for name in names]


def test_a_file_of_yaml_may_begin_with_a_brace():
    text = "{StartAt: A, States: {A: {Type: Pass, End: true}}}"
    assert lint(read_text(text, is_yaml=True)) == []
    with pytest.raises(AslSyntaxError, match="double quotes"):
        read_text(text)
    with pytest.raises(AslSyntaxError, match="double quotes"):  # neither: as JSON it is explained
        read_text("{StartAt: A, States: {", is_yaml=True)
