"""JSONPath: what a path finds, and AWS's words where it finds nothing."""

import pytest

from sagalab.asl import paths

ROOT = {
    "a": {"b": [{"c": 1, "d": "x"}, {"c": 2, "d": "y"}], "größe": 3},
    "delivery-partner": "p",
    "it's": 4,
    "none": None,
    "files": [{"name": "a.csv", "n": 1}, {"name": "it's b.csv", "n": 2}, {"name": "c", "n": 3}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", ROOT),
        ("$.a.b[1].c", 2),
        ("$['a']['b'][0][\"d\"]", "x"),
        ("$.a.b[-1].c", 2),
        ("$.delivery-partner", "p"),
        ("$.a.größe", 3),
        ("$['it\\'s']", 4),
        ("$.none", None),
        ("$.a.b[*].c", [1, 2]),
        ("$..c", [1, 2]),
        ("$..größe", [3]),
        ("$.a.b[0:1]", [{"c": 1, "d": "x"}]),
        ("$.a.b[?(@.c > 1)].d", ["y"]),
        ("$.a.b[?(@.c > 9)]", []),
        ("$.a.missing[*]", []),
        ("$.files[?(@.name == 'a.csv')].n", [1]),
        ('$.files[?(@.name == "it\'s b.csv")].n', [2]),
        ("$.files[?(@.name =~ /A.*/i)].n", [1]),
        ("$.files[?(@.name =~ /csv/)].n", []),
        ("$.files[?(@.n in [2, 3] && @.n > 2)].n", [3]),
        ("$.files[?(@.name nin ['a.csv', 'c'])].n", [2]),
    ],
)
def test_a_path_finds(path, found):
    assert paths.compile(path).get(ROOT) == found


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("$.a.no.c", "Missing property in path $['a']['no']"),
        ("$.no", "No results for path: $['no']"),
        ("$.a.b[7].c", "No results for path: $['a']['b'][7]['c']"),
        ("$.delivery-partner.x", "No results for path: $['delivery-partner']['x']"),
    ],
)
def test_what_is_not_there_is_said_as_aws_does(path, words):
    with pytest.raises(paths.NoMatch) as missing:
        paths.compile(path).get(ROOT)
    assert missing.value.reason == words


def test_a_reference_path_is_steps():
    assert paths.reference("$") == ()
    assert paths.reference("$.a['b'][0].c") == ("a", "b", 0, "c")
    for text in ("$.a[*]", "$..a", "$.a[?(@.b)]"):
        with pytest.raises(paths.PathError):
            paths.reference(text)


@pytest.mark.parametrize("text", ["", "a.b", "$.a[", "$.a b"])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(paths.PathError):
        paths.compile(text)
