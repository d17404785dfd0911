"""What is wrong with a JSONata expression: in words, at which column (`{%` are the first two), and where in it."""

import pytest

from sagalab.linting.jsonata_text import free_variables, parse_problem, unknown_functions
from sagalab.linting.lint import lint

LONG = "a" * 44


@pytest.mark.parametrize(
    ("expression", "what", "column", "shown"),
    [
        ("", "it is empty", 3, "▸"),
        ("a +", "it ends too early", 6, "a +▸"),
        ("(1", "“)” is expected before the end", 5, "(1▸"),
        ("1 2", "“2” cannot stand here", 5, "1 ▸2"),
        ("$a $b", "“$b” cannot stand here", 6, "$a ▸$b"),
        ("'abc", "a text in quotes is never closed", 3, "▸'abc"),
        ("'it' & \"it's", "a text in quotes is never closed", 10, "'it' & ▸\"it's"),
        ("'a\\\\' & 'b", "a text in quotes is never closed", 11, "'a\\\\' & ▸'b"),
        ("a.`b c", "a name in backquotes is never closed", 5, "a.▸`b c"),
        ("a /* b", "a comment is never closed", 5, "a ▸/* b"),
        ("'a\\q'", "\\q stands for nothing in a text", 5, "'a▸\\q'"),
        ("x := 1", "The left side of := must be a variable name (start with $)", 3, "▸x := 1"),
        ("$sum(1, )", "The symbol ) cannot be used as a unary operator", 11, "$sum(1, ▸)"),
        (f"{LONG} bbb", "“bbb” cannot stand here", 48, f"…{LONG[:23]} ▸bbb"),
        (f"a {LONG}", f"“{LONG}” cannot stand here", 5, f"a ▸{LONG[:16]}…"),
    ],
)
def test_an_expression_that_does_not_parse(expression, what, column, shown):
    found = parse_problem(expression)
    assert (found.what, found.column, found.shown) == (what, column, shown)
    assert found.cure


@pytest.mark.parametrize("expression", ["1", "$states.input", "$map([1, 2], function($n) { $n + 1 })"])
def test_an_expression_that_parses_has_no_problem(expression):
    assert parse_problem(expression) is None


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("$total + $tax + $total", ("total", "tax")),
        ("$map(items, function($n) { $n + $tax })", ("tax",)),
        ("($x := $y; $x + $z)", ("y", "z")),
        ("($x := 1; $f := function($n) { $n = 0 ? $x : $f($n - 1) }; $f(3))", ()),
        ("items@$item#$place.($item.price + $place + $tax)", ("tax",)),
        ("$.total + $$.total", ()),
        ("$states.input.total", ("states",)),
        ("$map(names, $uppercase)", ("uppercase",)),
    ],
)
def test_the_variables_that_an_expression_reads_and_does_not_bind(expression, names):
    assert free_variables(expression) == names


def test_a_function_that_there_is_not_is_told_with_the_one_that_is_meant():
    assert unknown_functions("$summ(a) + $map(b, function($n) { $uppercas($n) })") == (
        ("summ", "sum"),
        ("uppercas", "uppercase"),
    )
    assert unknown_functions("($own := function($n) { $n }; $own($sum(a)))") == ()


def test_half_a_character_is_a_finding_and_no_traceback():
    state = {"Type": "Pass", "Output": "{% '\ud800' %}", "End": True}
    [finding] = lint({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}})
    assert "half a character" in finding.what + finding.cure
