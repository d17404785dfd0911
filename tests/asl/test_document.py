"""The tree of a machine: what stands where, who inherits what, what leads where; any value is read."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines_known import KNOWN

from sagalab.asl.document import read
from sagalab.asl.expressions import expressions
from sagalab.asl.graph import around, common_places, nested, reach, running_order
from sagalab.asl.source import path_text
from sagalab.asl.text import AslSyntaxError, read_text

NESTED = {
    "StartAt": "Pay",
    "States": {
        "Pay": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Retry": [7, {"ErrorEquals": ["A", 1], "MaxAttempts": 0, "JitterStrategy": "FULL"}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Both"}, {"Next": "Nowhere"}, {"Next": 1}],
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Each"}, {"Condition": "{% true %}"}],
            "Default": "Done",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                None,
                {"StartAt": "In", "States": {"In": {"Type": "Pass", "Next": "Out"}, "Out": {"Type": "Fail"}}},
                {"StartAt": "Gone", "States": {"Odd": 5, "Alone": {"Type": "Pass", "End": True}}},
            ],
            "Next": "Done",
        },
        "Each": {
            "Type": "Map",
            "Iterator": {"StartAt": "Old", "States": {"Old": {"Type": "Succeed"}}},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                "StartAt": "One",
                "States": {"One": {"Type": "Wait", "Seconds": 1, "End": True}},
            },
            "End": True,
        },
        "Done": {"Type": "Succeed", "Next": "Pay"},
    },
}


def test_states_stand_in_the_order_of_the_text_with_their_places():
    machine = read(NESTED)
    assert [path_text(state.path) for state in machine.states] == [
        "States.Pay",
        "States.Which",
        "States.Both",
        "States.Both.Branches[1].States.In",
        "States.Both.Branches[1].States.Out",
        "States.Both.Branches[2].States.Alone",
        "States.Each",
        "States.Each.ItemProcessor.States.One",
        "States.Done",
    ]
    both = machine.state("Both")
    assert [scope.branch for scope in both.inner] == [1, 2]
    assert [scope.start and scope.start.name for scope in machine.scopes] == ["Pay", "In", None, "One"]
    assert machine.scopes[2].start_at == "Gone"
    assert [scope.is_distributed for scope in machine.scopes] == [False, False, False, True]
    assert machine.state("One").scope.branch is None and machine.state("Odd") is None


def test_the_place_of_a_part_leads_to_its_body():
    machine = read(NESTED)
    for state in machine.states:
        assert at(NESTED, state.path) is state.body
        for part in (*state.retriers, *state.catchers, *state.rules):
            assert at(NESTED, part.path) is part.body
        for way in state.transitions:
            assert at(NESTED, way.path) == way.target_name
        for found in expressions(state):
            assert at(NESTED, (*state.path, *found.path)) is found.text


def at(value, path):
    for step in path:
        value = value[step]
    return value


def test_ways_lead_to_states_of_the_scope_or_to_none():
    machine = read(NESTED)
    ways = [(way.source.name, way.kind, way.index, way.target_name, way.target) for way in ways_of(machine)]
    state = machine.state
    assert ways == [
        ("Pay", "next", None, "Which", state("Which")),
        ("Pay", "catch", 0, "Both", state("Both")),
        ("Pay", "catch", 1, "Nowhere", None),
        ("Which", "choice", 0, "Each", state("Each")),
        ("Which", "default", None, "Done", state("Done")),
        ("Both", "next", None, "Done", state("Done")),
        ("In", "next", None, "Out", state("Out")),
    ]
    assert [name for name in machine.by_name if state(name).ends] == ["Done", "One", "Each", "Alone", "Out"]
    assert not state("Out").succeeds and state("Done").succeeds


def ways_of(machine):
    return [way for state in machine.states for way in state.transitions]


def test_a_retrier_has_awss_defaults():
    [retrier] = read(NESTED).state("Pay").retriers
    assert (retrier.index, retrier.errors, retrier.max_attempts, retrier.jitter) == (1, ("A",), 0, True)
    assert (retrier.interval_seconds, retrier.backoff_rate, retrier.max_delay_seconds) == (1, 2.0, None)


@pytest.mark.parametrize(
    "machine, outer, inner, expected",
    [
        (None, None, None, ("JSONPath", "JSONPath")),
        (None, "JSONata", None, ("JSONata", "JSONPath")),  # the Map's own language is its own only
        (None, None, "JSONata", ("JSONPath", "JSONata")),
        ("JSONata", None, None, ("JSONata", "JSONata")),
        ("JSONata", "JSONPath", "JSONPath", ("JSONata", "JSONata")),  # AWS refuses JSONPath in JSONata
        # whatever is not exactly JSONPath counts as JSONata (so AWS answered), a placeholder as nothing
        ("Latin", None, None, ("JSONata", "JSONata")),
        (None, 7, "jsonpath", ("JSONata", "JSONata")),
        (None, "${Language}", None, ("JSONPath", "JSONPath")),
    ],
)
def test_the_query_language_is_inherited_from_the_machine(machine, outer, inner, expected):
    definition = deepcopy(NESTED)
    each = definition["States"]["Each"]
    for body, language in ((definition, machine), (each, outer), (each["ItemProcessor"], "JSONata"),
                           (each["ItemProcessor"]["States"]["One"], inner)):  # fmt: skip
        if language is not None:
            body["QueryLanguage"] = language
    tree = read(definition)
    assert (tree.state("Each").query_language, tree.state("One").query_language) == expected


def test_ways_through_a_scope():
    machine = read(NESTED)
    pay, done, both, alone = (machine.state(name) for name in ("Pay", "Done", "Both", "Alone"))
    assert [state.name for state in reach([pay], catch=False)] == ["Pay", "Which", "Each", "Done"]
    assert [state.name for state in reach([pay], catch=True)] == ["Pay", "Which", "Each", "Done", "Both"]
    assert [state.name for state in reach([pay], catch=True, stop=[done, both])] == ["Pay", "Which", "Each"]
    assert [state.name for state in nested([both, done])] == ["Both", "In", "Out", "Alone", "Done"]
    assert around(alone) == [alone, both]
    assert common_places(alone, pay) == (both, pay)
    assert common_places(alone, machine.state("In")) == (both, both)
    assert [state.name for state in running_order(pay, [pay, done, machine.state("Which")])] == [
        "Pay",
        "Which",
        "Done",
    ]
    with pytest.raises(ValueError):
        common_places(pay, read(NESTED).state("Pay"))


def test_a_made_tree_does_not_change():
    machine = read(NESTED)
    for part in (machine, machine.top, machine.states[0], machine.states[0].catchers[0], ways_of(machine)[0]):
        with pytest.raises(AttributeError):
            part.body = {}
    with pytest.raises(TypeError):
        machine.top.states["New"] = machine.states[0]


def test_depth_is_bounded_by_memory_only():
    depth = 20_000
    body = {"Type": "Pass", "End": True}
    for level in range(depth):
        body = {
            "Type": "Parallel",
            "Branches": [{"StartAt": "S", "States": {"S": body}}],
            "Comment": str(level),
        }
    machine = read({"StartAt": "S", "States": {"S": body}})
    assert len(machine.states) == depth + 1 and len(list(nested(machine.top.states.values()))) == depth + 1
    assert len(around(machine.states[-1])) == depth + 1
    text = '{"States": {"S": {"Type": "Pass", "Result": ' + '{"a":' * depth + '"x"' + "}" * (depth + 3)
    [state] = read_text(text).states
    [found] = [found for found in expressions(state) if found.text == "x"]
    assert len(found.path) == depth + 1
    assert read_text(text).position((*state.path, *found.path)) == (1, text.index('"x"') + 1)


WORDS = st.sampled_from(
    "States StartAt Type Task Pass Choice Parallel Map Branches ItemProcessor Iterator Choices Default Next "
    "Catch Retry ErrorEquals Resource QueryLanguage JSONata JSONPath Comment End a.$ $.a {%$a%} ${A}".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=2), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_value_is_read(value):
    machine = read(value)
    assert machine.body is value
    for state in machine.states:
        assert at(value, state.path) is state.body and state.name in repr(state)
        assert state.resource is None or state.type == "Task"
        parts = [*state.retriers, *state.catchers, *state.rules, *state.transitions]
        assert all(part.path and part.body is not None for part in parts)
        for retrier in state.retriers:
            assert retrier.max_attempts is not None and retrier.interval_seconds is not None
        assert all(at(value, (*state.path, *found.path)) is found.text for found in expressions(state))


def parts_of(value, path=()):
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from parts_of(item, (*path, step))


FINITE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(FINITE) | st.dictionaries(st.text(), FINITE), st.sampled_from([None, 0, 2]), st.booleans())
def test_what_json_writes_is_read_back_and_every_place_is_right(value, indent, plain):
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    machine = read_text(text)
    assert machine.body == value
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    for path, part in parts_of(value):
        line, column = machine.position(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert decoder.raw_decode(rest)[0] == part
        if path and isinstance(path[-1], str):
            line, column = machine.position(path, key=True)
            assert decoder.raw_decode(lines[line - 1][column - 1 :])[0] == path[-1]


@given(st.text(alphabet="{}[]:,\"\\ \n$a1-.&*!#|>'\t%@é", max_size=30))
def test_any_text_is_read_or_is_a_syntax_error_with_a_place(text):
    try:
        read_text(text)
    except AslSyntaxError as error:
        assert error.line >= 1 and error.column >= 1 and error.snippet.endswith("^")


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_machine_is_read_whole(name):
    definition = KNOWN[name]
    machine = read(definition)
    written = [
        path
        for path, part in parts_of(definition)
        if path and path[-1] == "Type" and "Parameters" not in path
    ]
    assert len(machine.states) >= 1
    assert {(*state.path, "Type") for state in machine.states} <= set(written)
    assert all(way.target is not None for way in ways_of(machine))
    assert all(state.resource is not None and state.resource.kind != "unknown"
               for state in machine.states if state.type == "Task")  # fmt: skip
