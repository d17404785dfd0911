"""JSONata by jsonata-python: values, AWS's functions, errors in AWS's words."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from bare_moto import chain, jsonata

WORDS = "he said \"no\"\nand \\left\\ 'ü'"


def evaluated(side, expression, given=None):
    return side.run(jsonata(("A", {"Type": "Pass", "Output": f"{{% {expression} %}}"})), given)


def test_strings_with_quotes_and_newlines_pass_through_variables(adapted):
    run = adapted.run(
        jsonata(
            ("A", {"Type": "Pass", "Assign": {"words": "{% $states.input.words %}", "literal": WORDS}}),
            ("B", {"Type": "Pass", "Output": {"same": "{% $words = $literal %}", "words": "{% $words %}"}}),
        ),
        {"words": WORDS},
    )
    assert run.output == {"same": True, "words": WORDS}
    assert (
        json.loads(run.details("PassStateExited").get("assignedVariables", {}).get("words", "null")) is None
    )
    assigned = [event for event in run.events if event["type"] == "PassStateExited"][0][
        "stateExitedEventDetails"
    ]
    assert json.loads(assigned["assignedVariables"]["words"]) == WORDS


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("null", None),
        ("[1..4]", [1, 2, 3, 4]),
        ("$map([1..3], function($v) {$v * 1.5})", [1.5, 3, 4.5]),
        ("$states.input.nothing", None),
        ("[$states.input.nothing, 1]", [None, 1]),
        ("[$states.input.one]", [7]),
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(0, 9, 3)", [0, 3, 6, 9]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('a', 'SHA-256')", hashlib.sha256(b"a").hexdigest()),
        ("$length($uuid())", 36),
        ("$random(7) = $random(7) and $random(7) < 1", True),
        ("$parse('{\"a\": [null, 1]}')", {"a": [None, 1]}),
        ("$contains('hello world', /wor/)", True),
        ("$merge([$states.input, {'b': 2}]).b", 2),
        ("$substring($states.context.Execution.StartTime, -1)", "Z"),
    ],
)
def test_expressions(adapted, expression, result):
    assert evaluated(adapted, expression, {"nothing": None, "one": 7}).output == result


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("$missing", "returned nothing (undefined)."),
        ("function($x) {$x}", "returned an unsupported result type."),
        (
            "'a' + 1",
            'threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number',
        ),
        (
            "$hash('a', 'ROT13')",
            "threw an error during evaluation: Argument 2 of function 'hash' must be one of",
        ),
    ],
)
def test_errors_are_query_evaluation_errors_with_their_place(adapted, expression, words):
    run = adapted.run(jsonata(("A", {"Type": "Pass", "Output": {"total": f"{{% {expression} %}}"}})))
    assert run.types == ["ExecutionStarted", "PassStateEntered", "EvaluationFailed", "ExecutionFailed"]
    failed = run.details("EvaluationFailed")
    assert (failed["error"], failed["state"], failed["location"]) == (
        "States.QueryEvaluationError",
        "A",
        "Output/total",
    )
    assert failed["cause"].startswith(
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        f"The JSONata expression '{expression}' specified for the field 'Output/total' {words}"
    )
    assert (run.about["error"], run.about["cause"]) == ("States.QueryEvaluationError", failed["cause"])


def test_executions_at_once_do_not_mix_their_variables(adapted):
    arn = adapted.machine(
        jsonata(
            ("A", {"Type": "Pass", "Assign": {"n": "{% $states.input.n %}"}}),
            ("B", {"Type": "Pass", "Output": "{% $sum($map([1..20], function($i) {$i * $n})) %}"}),
        )
    )

    def run(n):
        started = adapted.sfn.start_execution(stateMachineArn=arn, input=json.dumps({"n": n}))
        return adapted.end(started["executionArn"]).output

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(run, range(40))) == [210 * n for n in range(40)]


@pytest.mark.parametrize("items", ["'text'", "null", "{'a': 1}"])
def test_items_of_a_map_must_be_an_array(adapted, items):
    definition = jsonata(
        ("M", {"Type": "Map", "Items": f"{{% {items} %}}", "ItemProcessor": chain(("P", {"Type": "Pass"}))})
    )
    run = adapted.run(definition)
    assert run.types[-3:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]
    assert (
        "specified for the field 'Items' returned an unexpected result type. Expected 'array'"
        in run.about["cause"]
    )
