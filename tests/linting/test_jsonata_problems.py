"""What is wrong with a JSONata expression: in words, at which column (`{%` are the first two), and where in it."""

import pytest

from sagalab.linting.jsonata_text import parse_problem

LONG = "a" * 44


@pytest.mark.parametrize(
    ("expression", "what", "column", "shown"),
    [
        ("", "it is empty", 3, "▸"),
        ("a +", "it ends too early", 6, "a +▸"),
        ("(1", "“)” is expected before the end", 5, "(1▸"),
        ("1 2", "“2” cannot stand here", 5, "1 ▸2"),
        ("$a $b", "“$b” cannot stand here", 6, "$a ▸$b"),
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
