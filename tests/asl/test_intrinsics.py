"""Intrinsic functions: what AWS documents, and what its recordings show of Java's ways."""

import pytest

from sagalab.asl import intrinsics, paths

DATA = {"text": "It's {}!", "list": [1, 1.0, True, "1", [2], [2]], "o": {"a": 1, "b": [None, True]}, "n": 2.5}
CHANCE = intrinsics.Chance(lambda: 0.5, lambda: "uuid")


def value(text, data=DATA):
    return intrinsics.compile(text, lambda path: paths.compile(path).get)(data, CHANCE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Format('Hello, {} and {}', 'you', 3)", "Hello, you and 3"),
        ("States.Format($.text, 'Pikachu')", "It's Pikachu!"),
        (r"States.Format('\{\"id\": \"{}\"\}', 'o-1')".replace(r"\"", '"'), '{"id": "o-1"}'),
        (r"States.Format('it\'s {} \\ {}', true, null)", "it's true \\ null"),
        ("States.Format('{}', $.o)", "{a=1, b=[null, true]}"),
        ("States.Array()", []),
        ("States.Array(1, 'a', $.n, States.Array(2))", [1, "a", 2.5, [2]]),
        ("States.ArrayLength($.list)", 6),
        ("States.ArrayUnique($.list)", [1, 1.0, True, "1", [2]]),
        ("States.ArrayContains($.list, '1')", True),
        ("States.ArrayContains(States.Array(1), true)", False),
        ("States.ArrayGetItem($.list, 3)", "1"),
        ("States.ArrayPartition(States.ArrayRange(1, 9, 2), 2)", [[1, 3], [5, 7], [9]]),
        ("States.ArrayRange(5, 1, -2)", [5, 3, 1]),
        ("States.ArrayRange(5, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayPartition(States.Array(1, 2, 3), 2.6)", [[1, 2], [3]]),
        ("States.Base64Decode(States.Base64Encode('Größe'))", "Größe"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.JsonMerge($.o, States.StringToJson('{\"a\": 2}'), false)", {"a": 2, "b": [None, True]}),
        ("States.JsonToString($.o)", '{"a":1,"b":[null,true]}'),
        ("States.MathAdd($.n, -2.5)", 1),
        ("States.MathRandom(10, 20)", 15),
        ("States.StringSplit('a-b,,c', ',-')", ["a", "b", "c"]),
        ("States.UUID()", "uuid"),
        ("States.Format('{} {}', States.Format('{}', $['text']), $.list[0])", "It's {}! 1"),
    ],
)
def test_a_function_gives(text, expected):
    assert value(text) == expected


def test_a_seed_gives_the_same_number():
    assert value("States.MathRandom(0, 999, 3)") == value("States.MathRandom(0, 999, 3)")


@pytest.mark.parametrize(
    "text",
    [
        "States.Format('{}')",
        "States.ArrayGetItem($.list, 9)",
        "States.ArrayRange(0, 5000, 1)",
        "States.StringToJson('{')",
        "States.Hash('x', 'CRC')",
        "States.MathAdd('1', 2)",
        "States.JsonMerge($.o, $.o, true)",
        "States.Base64Decode('%')",
        "States.ArrayPartition($.list, 0)",
    ],
)
def test_what_a_function_cannot_do_is_said_as_aws_says_it(text):
    with pytest.raises(intrinsics.IntrinsicError) as error:
        value(text)
    name, _, _ = text.partition("(")
    more = ": number of arguments do not match the occurrences of {}." if name == "States.Format" else ""
    assert str(error.value) == f"Invalid arguments in {name}{more}"


@pytest.mark.parametrize(
    "text", ["States.No()", "States.Array(", "States.Array(1", "x", "States.UUID(1)", "'a'"]
)
def test_what_is_no_call_is_refused(text):
    with pytest.raises(intrinsics.IntrinsicError):
        value(text)
