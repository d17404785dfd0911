"""ASL text: what is read, and where a syntax error says it is."""

import pytest

from sagalab.asl_text import AslSyntaxError, parse


@pytest.mark.parametrize(
    "text, value",
    [
        ('{"a": [1, true, null]}', {"a": [1, True, None]}),
        ('\ufeff {"a": 1}', {"a": 1}),
        ("a: {b: 1.5}", {"a": {"b": 1.5}}),
        ("t: 2024-01-01T00:00:00Z", {"t": "2024-01-01T00:00:00Z"}),
        ("1: x", {"1": "x"}),
        ("a: &x {b: 1}\nc: {<<: *x, b: 2}", {"a": {"b": 1}, "c": {"b": 2}}),
        ("", None),
    ],
)
def test_what_is_read(text, value):
    assert parse(text) == value


# (text with ▸ before the character at fault, words of the problem)
BROKEN = [
    ('{"a": 1▸,}', "comma before a closing bracket"),
    ('{"a": [1▸,]}', "comma before a closing bracket"),
    ('{"a": 1▸\n "b": 2}', "comma is missing"),
    ('{"a": 1 ▸"b": 2}', "comma or a closing bracket"),
    ('{\n  "a": {"b": 1}▸', "ends before all brackets"),
    ('{"a" ▸1}', "colon is missing"),
    ("{▸a: 1}", "double quotes"),
    ('{"a": ▸}', "value is expected"),
    ('{"a": ▸True}', "value is expected"),
    ('{"a": ▸"x}', "never closed"),
    ('{"a": "x▸\ny"}', "end of the line"),
    ('{"a": 1} ▸x', "after the end"),
    ('{"a": "▸\\q"}', "backslash"),
    ('{"a": [▸NaN]}', "not a number"),
    ('{"a": 1,\n ▸"a": 2}', "stands twice"),
    ('[{"a": {"b": 1}, "c": [{"b": 1,\n  ▸"b": 2}]}]', "stands twice"),
    ("a: 1\n▸a: 2", "stands twice"),
    ("a: ▸{% $x %}", "without quotes"),
    ("a: b▸: c", "colon"),
    ("a:\n▸\tb: 1", "tab"),
]


@pytest.mark.parametrize("marked, words", BROKEN)
def test_a_syntax_error_points_at_its_place(marked, words):
    before, _, after = marked.partition("▸")
    with pytest.raises(AslSyntaxError) as caught:
        parse(before + after)
    error = caught.value
    assert words in error.what
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert (error.line, error.column) in ((line, column), (line, column + 1))
    shown, caret = error.snippet.splitlines()[-2:]
    assert caret.strip() == "^" and shown.startswith(f"{error.line} | ")
    assert caret.index("^") == len(f"{error.line} | ") + error.column - 1
    assert error.cure


@pytest.mark.parametrize(
    "text", ["a: .nan", "a: &x [*x]", "[" * 100_000, "a: \x01", "? [1]\n: 2", "a: !!python/name:os 1"]
)
def test_what_json_does_not_have_is_an_error_too(text):
    with pytest.raises(AslSyntaxError):
        parse(text)
