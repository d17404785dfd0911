"""diagram(): all kinds of states and labels, escapes, wrong definitions, one layout for many frames."""

import json

import pytest
from picture_structure import structure
from runs_drawn import LAMBDA, NESTED, run

from sagalab.asl.document import read
from sagalab.pictures.choice_labels import choice_label
from sagalab.pictures.diagram import diagram
from sagalab.pictures.labels import seconds_label
from sagalab.saga.roles import sagas


def test_parallel_and_map_are_boxes_in_boxes():
    shown = structure(diagram(NESTED).svg())
    assert set(shown.states) == {"Both", "A", "Each", "Pick", "Other", "Far", "One", "Bad"}
    assert shown.clusters == 5  # Both, its two branches, Each, Far
    assert "Map, distributed" in shown.texts["Far"]
    assert shown.edges["Both", "Bad"] == {"catch"} and shown.edges["Pick", "Other"] == {"catch"}


def test_iterations_are_counted_and_steps_numbered_across_scopes():
    shown = structure(
        diagram(NESTED, run(NESTED, {"Each": {"items": 3}, "Pick": ["ok", "Gone", "ok"]})).svg()
    )
    assert "items 3 ✓" in shown.texts["Each"] and "3 visits: 2 ✓ 1 ↷" in shown.texts["Pick"]
    assert shown.labels["Pick", "Other"][0] == "1" and shown.labels["Both", "Far"] == ["2"]
    failed = structure(diagram(NESTED, run(NESTED, {"Each": {"items": 3}, "Pick": ["ok", "Boom"]})).svg())
    assert "items 1 ✓ 1 ✗" in failed.texts["Each"] and "caught" in failed.states["Both"]
    assert failed.labels["Both", "Bad"] == ["1", "States.ALL", "(Boom)"]


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ({"Variable": "$.a", "StringEquals": "x"}, '$.a = "x"'),
        ({"Variable": "$.a", "NumericGreaterThanEqualsPath": "$.b"}, "$.a ≥ $.b"),
        ({"Variable": "$.a", "StringMatches": "x*"}, '$.a like "x*"'),
        ({"Variable": "$.a", "IsPresent": False}, "$.a is not present"),
        ({"Variable": "$.a", "TimestampLessThan": "2026"}, '$.a < "2026"'),
        (
            {
                "And": [
                    {"Variable": "$.a", "BooleanEquals": True},
                    {
                        "Or": [
                            {"Variable": "$.b", "NumericEquals": 1},
                            {"Not": {"Variable": "$.c", "IsNull": True}},
                        ]
                    },
                ]
            },
            "$.a = true and ($.b = 1 or not ($.c is null))",
        ),
        ({"Condition": "{% $states.input.total > 100 %}"}, "total > 100"),
        ({"Variable": "$.a", "FutureOperator": 3}, "$.a FutureOperator 3"),
        (
            {"Not": {"Or": [{"Variable": "$.a", "IsNull": True}, {"Variable": "$.b", "IsNull": True}]}},
            "not ($.a is null or $.b is null)",
        ),
        ({"Variable": "$.a", "StringEquals": {"b": 1}}, "$.a = …"),
        ({}, "?"),
        ("nonsense", "?"),
    ],
)
def test_choice_rules_in_short(rule, label):
    assert choice_label(rule) == label


def test_rules_with_one_target_are_one_edge():
    rules = [{"Condition": "{% a %}", "Next": "Y"}, {"Condition": "{% b %}", "Next": "Y"}]
    machine = {"StartAt": "X", "States": {"X": {"Type": "Choice", "Choices": rules, "Default": "Z"}}}
    machine["States"] |= {"Y": {"Type": "Succeed"}, "Z": {"Type": "Succeed"}}
    shown = structure(diagram(machine).svg())
    assert shown.labels["X", "Y"] == ["a", "or b"] and shown.labels["X", "Z"] == ["otherwise"]
    taken = structure(diagram(machine, run(machine, {"X": {"go": "Z"}})).svg())
    assert "taken" in taken.edges["X", "Z"] and "taken" not in taken.edges["X", "Y"]


def test_a_loop_is_numbered_in_short():
    machine = {
        "StartAt": "Look",
        "States": {
            "Look": {"Type": "Task", "Resource": LAMBDA, "Next": "Ready?"},
            "Ready?": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% r %}", "Next": "Done"}],
                "Default": "Look",
            },
            "Done": {"Type": "Succeed"},
        },
    }
    looping = run(machine, {"Ready?": [{"go": "Look"}] * 9 + [{"go": "Done"}]})
    shown = structure(diagram(machine, looping).svg())
    assert shown.labels["Look", "Ready?"] == ["1, 3 … ×10"] and shown.labels["Ready?", "Done"][0] == "20"
    assert any("10 visits: 10 ✓" in text for text in shown.texts["Look"])


WEIRD = [
    'sns:Notify"<b>&amp;"\\N\\l',
    "Größe prüfen – ß",
    "order",
    "Order",
    "注文を処理する",
    "A" * 80,
    "]]> -- <!--",
    "%&$ {x|y}",
]


def test_weird_names_are_shown_as_they_are():
    states = {name: {"Type": "Pass", "Next": after} for name, after in zip(WEIRD, WEIRD[1:], strict=False)}
    machine = {"StartAt": WEIRD[0], "States": {**states, WEIRD[-1]: {"Type": "Pass", "End": True}}}
    shown = structure(diagram(machine).svg())
    assert list(shown.ids) == [f"n{number}" for number in range(len(WEIRD))]
    for name in WEIRD:
        assert "".join(shown.texts[name][:-1]).replace("\xa0", " ").replace(" ", "") == name.replace(" ", "")
    assert len(shown.texts["A" * 80]) > 3, "a long name is wrapped"
    assert all(max(map(len, texts)) <= 36 for texts in shown.texts.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"States": None},
        {"StartAt": "X"},
        {"StartAt": "X", "States": {"X": None}},
        {"StartAt": 3, "States": {"3": {}}},
        {"StartAt": "X", "States": {"X": {"Type": "Choice", "Choices": "no", "Default": "Y"}}},
        {
            "StartAt": "X",
            "States": {"X": {"Type": "Task", "Catch": [{"Next": "Y"}, 3], "Retry": [{}, 4], "Next": ["Z"]}},
        },
        {"StartAt": "X", "States": {"X": {"Type": "Parallel", "Branches": [{}, 3], "End": True}}},
        {"StartAt": "X", "States": {"X": {"Type": "Map", "ItemProcessor": {}, "Next": "X"}}},
    ],
)
def test_a_wrong_definition_draws_as_far_as_it_goes(wrong):
    structure(diagram(wrong).svg())


def test_a_missing_target_is_marked():
    shown = structure(diagram({"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "Nowhere"}}}).svg())
    assert "missing" in shown.states["Nowhere"] and "not in the definition" in shown.texts["Nowhere"]


def test_a_run_of_another_version_draws_what_it_did():
    old = {
        "StartAt": "X",
        "States": {"X": {"Type": "Pass", "Next": "Gone"}, "Gone": {"Type": "Pass", "End": True}},
    }
    new = {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": True}}}
    shown = structure(diagram(new, run(old)).svg())
    assert "succeeded" in shown.states["Gone"] and "taken" in shown.edges["X", "Gone"]


def test_a_fallback_is_no_compensation():
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Try elsewhere"}]
    machine = {
        "StartAt": "Try",
        "States": {
            "Try": {"Type": "Task", "Resource": LAMBDA, "Catch": catch, "Next": "Done"},
            "Try elsewhere": {"Type": "Task", "Resource": LAMBDA, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }
    assert sagas(read(machine)) == []


def test_text_and_errors_of_the_arguments():
    assert diagram(json.dumps(NESTED)).source == diagram(NESTED).source
    with pytest.raises(ValueError):
        diagram("{")
    with pytest.raises(ValueError, match="needs a definition"):
        diagram(None)


def test_frames_of_a_run_keep_one_layout():
    whole = run(NESTED, {"Each": {"items": 2}, "Pick": "Gone"})
    sizes = {
        diagram(NESTED, whole.at(k), room_for=whole).svg().split('viewBox="')[1].split('"')[0]
        for k in range(0, len(whole.events) + 1, 5)
    }
    assert len(sizes) == 1


def test_durations_can_be_left_out():
    assert "178 ms" in diagram(NESTED, run(NESTED)).source
    assert " ms" not in diagram(NESTED, run(NESTED), times=False).source


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.012, "12 ms"), (1.44, "1.4 s"), (125, "2 min 5 s"), (12000, "3 h 20 min")]
)
def test_times_in_words(seconds, words):
    assert seconds_label(seconds) == words


def test_an_execution_in_the_place_of_a_definition_is_drawn():
    ran = run(NESTED, {"Each": {"items": 1}, "Pick": ["ok"]})
    assert diagram(ran).svg() == diagram(None, ran).svg() != diagram(NESTED).svg()
