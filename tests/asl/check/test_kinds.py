"""Every problem that has no code of its own says of what kind it is, and what it speaks of."""

import pytest

from sagalab.asl.check import check
from sagalab.asl.check.words import Kind
from sagalab.asl.document import read


def _problems(state: dict, **machine: object) -> list:
    return check(read({"StartAt": "A", "States": {"A": state}, **machine}))


@pytest.mark.parametrize(
    ("state", "kind", "about"),
    [
        ({"Type": "Pass", "End": 1}, Kind.TYPE, ("boolean",)),
        ({"Type": "Wait", "Seconds": "1", "End": True}, Kind.TYPE, ("integer",)),
        ({"Type": "Wait", "Seconds": -1, "End": True}, Kind.RANGE, ("Minimum", "0")),
        ({"Type": "Wait", "Timestamp": "soon", "End": True}, Kind.TIMESTAMP, ()),
        ({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True}, Kind.SEVERAL,
         ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")),
        ({"Type": "Wait", "End": True}, Kind.NONE, ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")),
        ({"Type": "Pass", "Ende": True, "End": True}, Kind.UNSUPPORTED, ("Ende",)),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": True},
         Kind.LANGUAGE, ()),
        ({"Type": "Task", "End": True}, Kind.MISSING, ("Resource",)),
        ({"Type": "Task", "Resource": "lambda", "End": True}, Kind.RESOURCE, ()),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}, Kind.NO_PARAMETERS,
         ("Parameters",)),
        ({"Type": "Pass", "InputPath": "order", "End": True}, Kind.PATH, ()),
        ({"Type": "Pass", "ResultPath": "$..a", "End": True}, Kind.REFERENCE_PATH, ()),
        ({"Type": "Pass", "Parameters": {"a": 1, "a.$": "$.a"}, "End": True}, Kind.TWICE, ("a",)),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1", "End": True}, Kind.BRACES, ()),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% order %}", "End": True}, Kind.REFERENCE,
         ("order",)),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.error %}", "End": True},
         Kind.STATES_FIELD, ("error",)),
        ({"Type": "Choice", "Choices": []}, Kind.EMPTY, ()),
        ({"Type": "Choice", "Choices": [{"Next": "A"}]}, Kind.COMPARISON, ()),
        ({"Type": "Pass", "Next": "B"}, Kind.TARGET, ("B",)),
        ({"Type": "Pas", "End": True}, Kind.WORD, None),
    ],
)  # fmt: skip
def test_a_problem_has_a_kind(state, kind, about):
    found = {problem.kind: problem for problem in _problems(state)}
    assert kind in found
    assert about is None or found[kind].about == about


def test_a_state_that_nothing_leads_to_is_named():
    machine = {"StartAt": "A", "States": {name: {"Type": "Succeed"} for name in "AB"}}
    (problem,) = check(read(machine))
    assert (problem.kind, problem.about) == (Kind.UNREACHABLE, ("B",))
