"""JSONPath: what a path finds, and AWS's words where it finds nothing."""

import pytest

from sagalab.asl import paths

ROOT = {
    "a": {"b": [{"c": 1, "d": "x"}, {"c": 2, "d": "y"}], "größe": 3},
    "delivery-partner": "p",
    "it's": 4,
    "none": None,
    "least": 1,
    "long": [{"text": "a" * 60 + "!"}],
    "numbers": [1, 2, 6],
    "rows": [{"id": 1, "tags": ["x", "y"]}, {"id": 2, "tags": []}],
    "xmlns:ns": "u",
    "files": [{"name": "a.csv", "n": 1}, {"name": "it's b.csv", "n": 2}, {"name": "c", "n": 3}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", ROOT),
        ("$.a.b[1].c", 2),
        ("$['a']['b'][0][\"d\"]", "x"),
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
        ("$.a.b[*].missing", []),
        ("$.none[*]", []),
        ("$.files[?(@.name == 'a.csv')].n", [1]),
        ('$.files[?(@.name == "it\'s b.csv")].n', [2]),
        ("$.files[?(@.name =~ /A.*/i)].n", [1]),
        ("$.files[?(@.name =~ /csv/)].n", []),
        ("$.files[?(@.name =~ /(?=a).*/)].n", [1]),
        ("$.files[?(@.n =~ /[13]/)].name", ["a.csv", "c"]),
        ("$.long[?(@.text =~ /(a+)+/)]", []),
        ("$.files[?(@.n in [2, 3] && @.n > 2)].n", [3]),
        ("$.files[?(@.name nin ['a.csv', 'c'])].n", [2]),
        ("$.files[?(@.name CONTAINS 'csv' || @.n == 3)].n", [1, 2, 3]),
        ("$.files[?(!(@.name contains 'csv'))].n", [3]),
        ("$.files[?(!@.missing && @['n'] >= 3)].n", [3]),
        ("$.files[?(@.n == '2')].n", [2]),
        ("$.files[?(@.missing != 1)].n", [1, 2, 3]),
        ("$.files[?(@.missing == null)]", []),
        ("$.files[?(@.n > $.least)].n", [2, 3]),
        ("$.files[?(@.n > $.a.b.length())].n", [3]),
        ("$.rows[?(@.tags size 2)].id", [1]),
        ("$.rows[?(@.tags empty true)].id", [2]),
        ("$.rows[?(@.tags anyof ['y', 'z'])].id", [1]),
        ("$.rows[?(@.tags noneof ['y'])].id", [2]),
        ("$.rows[?(@.tags subsetof ['x', 'y', 'z'])].id", [1, 2]),
        ("$.rows[?(@.tags.length() > 1)].id", [1]),
        ("$.numbers[?(@ > 1)]", []),
        ("$.a[?(@.b)]", [ROOT["a"]]),
        ("$..[?(@.d)].c", [1, 2]),
        ("$.files.length()", 3),
        ("$.a.length()", 2),
        ("$.files[?(@.n > 1)].length()", [2, 2]),
        ("$..c.length()", 2),
        ("$.numbers[(@.length-1)]", 6),
        ("$.rows[( @.length - 2 )].id", 1),
        ("$.numbers[0, 2]", [1, 6]),
        ("$.numbers[-2:]", [2, 6]),
        ("$.rows.[0].id", 1),
        ("$.xmlns:ns", "u"),
        ("$['none', 'least']", {"none": None, "least": 1}),
        ("$.rows.*.id", [1, 2]),
    ],
)
def test_a_path_finds(path, found):
    assert paths.compile(path).get(ROOT) == found


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("$.a.no.c", "Missing property in path $['a']['no']"),
        ("$.a.no[*]", "Missing property in path $['a']['no']"),
        ("$.a.no.length()", "Missing property in path $['a']['no']"),
        (
            "$.delivery-partner.x[*]",
            "Expected to find an object with property ['x'] in path $['delivery-partner']",
        ),
        ("$.a[1:2]", "What stands in brackets can only be applied to arrays, in path $['a']"),
        ("$.a.@odd", "No results for path: $.a.@odd"),
        ("$.numbers.sum()", "No results for path: $.numbers.sum()"),
        ("$.numbers[-1]", "No results for path: $['numbers'][-1]"),
        ("$.numbers[(@.length-9)]", "No results for path: $.numbers[(@.length-9)]"),
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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "$.a[",
        "$.a b",
        "$.a[b]",
        "$.a[?]",
        "$.a[?(@.b ==)]",
        "$.a[?(@.b]",
        "$.",
        "$..",
        "$.a.wide()",
        "$.a[?(@.b =~ /(/)]",
        "$.a[?(1)]",
        "$.a[?(@.b in [1)]",
        "$.a[?(" + "!" * 200 + "@.b)]",
    ],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(paths.PathError):
        paths.compile(text)
