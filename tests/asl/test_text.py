"""ASL text: what is read, and where a syntax error says it is."""

import pytest

from sagalab.asl.text import AslSyntaxError, read_text


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
        (
            '{"a": ${Pause}, "b": [${jsonencode({"c": 1})}]}',
            {"a": "${Pause}", "b": ['${jsonencode({"c": 1})}']},
        ),
        ("a: !GetAtt Pay.Arn", {"a": "${Pay.Arn}"}),
        ("a: !GetAtt [Pay, Arn]", {"a": "${Pay.Arn}"}),
        ("a: !Ref Topic", {"a": "${Topic}"}),
        ("a: !Sub 'x-${Topic}'", {"a": "x-${Topic}"}),
        ("a: !Sub ['x-${T}', {T: !Ref Topic}]", {"a": "x-${T}"}),
        ("a: !Join [':', [arn, !Ref P]]", {"a": "arn:${P}"}),
        ("a: !If [Live, 5, 1]", {"a": "${If}"}),
        ("a: {Fn::GetAtt: [Pay, Arn]}", {"a": "${Pay.Arn}"}),
        ("a:\n  Fn::Sub: 'x-${Topic}'", {"a": "x-${Topic}"}),
        ("a: {Fn::Sub: x, b: 1}", {"a": {"Fn::Sub": "x", "b": 1}}),
    ],
)
def test_what_is_read(text, value):
    assert read_text(text).body == value


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
    ('{"a": ${Pause}, "b": ▸}', "value is expected"),
    ('{"NaN": [▸NaN]}', "not a number"),
    ('{"a": ▸1e999}', "number too big"),
    ("a: ▸&x [1, *x]", "alias to what it stands in"),
]


@pytest.mark.parametrize("marked, words", BROKEN)
def test_a_syntax_error_points_at_its_place(marked, words):
    before, _, after = marked.partition("▸")
    with pytest.raises(AslSyntaxError) as caught:
        read_text(before + after)
    error = caught.value
    assert words in error.what
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert (error.line, error.column) in ((line, column), (line, column + 1))
    shown, caret = error.snippet.splitlines()[-2:]
    assert caret.strip() == "^" and shown.startswith(f"{error.line} | ")
    assert caret.index("^") == len(f"{error.line} | ") + error.column - 1
    assert error.cure


@pytest.mark.parametrize(
    "text",
    [
        "a: .nan",
        "a: &x [*x]",
        "[" * 100_000,
        "- " * 100_000,
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{n}: &{n} [*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n"
            for p, n in zip("abcdefgh", "bcdefghi", strict=False)
        ),
        "a: \x01",
        "? [1]\n: 2",
        "a: !!python/name:os 1",
    ],
)
def test_what_json_does_not_have_is_an_error_too(text):
    with pytest.raises(AslSyntaxError):
        read_text(text)


JSON = """{
 "StartAt": "Pay", "TimeoutSeconds": ${Limit},
 "States": {
  "Pay": {"Type": "Task", "Retry": [{"ErrorEquals": ["A"]}, {"MaxAttempts": 2}],
          "End": true}
 }
}"""
YAML = """StartAt: Pay
States:
  Pay: &pay
    Type: Task
    Retry:
      - {ErrorEquals: [A]}
      - MaxAttempts: 2
    End: true
  Again:
    <<: *pay
    Comment: x
"""


@pytest.mark.parametrize(
    "text, path, value, key",
    [
        (JSON, (), (1, 1), (1, 1)),
        ("\ufeff" + JSON, ("StartAt",), (2, 13), (2, 2)),
        (JSON, ("TimeoutSeconds",), (2, 38), (2, 20)),
        (JSON, ("States", "Pay"), (4, 10), (4, 3)),
        (JSON, ("States", "Pay", "Retry", 1, "MaxAttempts"), (4, 77), (4, 62)),
        (JSON, ("States", "Pay", "Retry", 1), (4, 61), (4, 61)),
        (YAML, ("States", "Pay", "Retry", 1, "MaxAttempts"), (7, 22), (7, 9)),
        (YAML, ("States", "Again", "Retry", 0), (6, 9), (6, 9)),
        (YAML, ("States", "Again"), (10, 5), (9, 3)),
        (YAML, ("States", "Again", "Comment"), (11, 14), (11, 5)),
    ],
)
def test_every_part_knows_its_place(text, path, value, key):
    machine = read_text(text)
    assert (machine.position(path), machine.position(path, key=True)) == (value, key)
    assert machine.position((*path, "Nowhere")) is None
    assert machine.position((0,)) is None
