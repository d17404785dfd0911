"""Intrinsic functions on the local cloud's."""

import pytest
from bare_moto import chain

DATA = {"id": "o-1", "text": "Größe", "list": [1, 2], "o": {"a": 1}}


def made(call: str) -> dict:
    state = {"Type": "Pass", "Parameters": {"r.$": call}, "Assign": {"order": {"a": 1}}}
    again = {"Type": "Pass", "Parameters": {"r.$": "$.r", "v.$": "States.JsonToString($order)"}}
    return chain(("A", state), ("B", again))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (r"States.Format('\{\"id\": \"{}\"\}', $.id)".replace(r"\"", '"'), '{"id": "o-1"}'),
        ("States.Base64Decode(States.Base64Encode($.text))", "Größe"),
        ("States.Format('It\\'s {} in {}', $.id, $$.State.Name)", "It's o-1 in A"),
        ("States.ArrayGetItem($.list, States.MathAdd(0, 1))", 2),
        ("States.Array($.o, $.list[*])", [{"a": 1}, [1, 2]]),
    ],
)
def test_a_function_gives(adapted, call, expected):
    assert adapted.run(made(call), DATA).output == {"r": expected, "v": '{"a":1}'}


def test_what_a_function_cannot_do_is_said_as_aws_says_it(adapted):
    definition = chain(("A", {"Type": "Pass", "Parameters": {"r.$": "States.ArrayGetItem($.list, 9)"}}))
    failed = adapted.run(definition, DATA)
    words = (
        "The function 'States.ArrayGetItem($.list, 9)' had the following error: Invalid arguments in States."
    )
    assert failed.about["error"] == "States.Runtime"
    assert words in failed.about["cause"]
