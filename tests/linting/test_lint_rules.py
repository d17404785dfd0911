"""Every lint rule keeps what its docstring promises: the bad example is found, the good one is clean."""

import pytest

from sagalab.asl.text import read_text
from sagalab.linting.lint import ERROR, HINT, RULES, WARNING, lint


def by_code(rules=RULES):
    return [pytest.param(rule, id=rule.code) for rule in rules]


@pytest.mark.parametrize("rule", by_code())
def test_the_bad_example_is_found_by_this_rule_alone(rule):
    assert {finding.code for finding in lint(read_text(rule.bad).body)} == {rule.code}


@pytest.mark.parametrize("rule", by_code())
def test_the_good_example_is_clean(rule):
    assert lint(read_text(rule.good).body) == []


@pytest.mark.parametrize("rule", by_code())
def test_a_finding_says_what_where_and_what_to_do(rule):
    for finding in lint(read_text(rule.bad).body):
        assert finding.severity == rule.severity
        assert finding.what.endswith((".", "?")) or "character" in finding.what
        assert finding.cure.endswith((".", "?"))
        assert finding.state or finding.path


def test_codes_are_unique_and_severities_known():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert {rule.severity for rule in RULES} <= {ERROR, WARNING, HINT}
    assert all(rule.title.endswith(".") for rule in RULES)


def test_variables_that_an_expression_makes_are_not_called_unassigned():
    keep = {"Type": "Pass", "Assign": "{% $states.input %}", "Next": "Show"}
    show = {"Type": "Succeed", "Output": "{% $order %}"}
    assert lint({"QueryLanguage": "JSONata", "StartAt": "Keep", "States": {"Keep": keep, "Show": show}}) == []
    keep["Assign"] = {"more": "{% $states.input %}"}
    [finding] = lint({"QueryLanguage": "JSONata", "StartAt": "Keep", "States": {"Keep": keep, "Show": show}})
    assert finding.code == "SAGA201"


@pytest.mark.parametrize(("field", "near"), [("Retry", "ErrorEquals"), ("Catch", "ErrorEquals")])
def test_a_field_that_a_retrier_does_not_have_is_near_one_that_it_has(field, near):
    pay = {
        "Type": "Task",
        "Resource": "${Pay}",
        field: [{"Errors": ["States.ALL"], "Next": "Done"}],
        "Next": "Done",
    }
    found = lint(
        {"QueryLanguage": "JSONata", "StartAt": "Pay", "States": {"Pay": pay, "Done": {"Type": "Succeed"}}}
    )
    assert f"Did you mean {near}?" in {each.cure for each in found}
