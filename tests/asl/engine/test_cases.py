"""The cases from the field (../shared/cases, `cloud-*`): machines on which moto's interpreter was wrong."""

import json

import pytest
from virtual import echo, output

from sagalab.asl import document
from sagalab.asl.engine.program import Program
from sagalab.project import ROOT
from sagalab.rehearsal.coming import Answer
from sagalab.rehearsal.world import World

FOLDER = ROOT.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/cases is not here")


def ran(name, value, answering=echo):
    definition = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    world = World(answering)
    world.start(Program(document.read(definition)), json.dumps(value))
    return world.finish()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("cloud-base64-utf8", {"t": "Größe"}, {"back": "Größe"}),
        ("cloud-format-braces", {"id": "o-1"}, {"t": '{"id": "o-1"}'}),
        ("cloud-umlaut-path", {"größe": 3}, {"a": 3}),
        ("cloud-timestamp-offset", {"now": "2030-01-01T08:30:00Z"}, "late"),
        ("cloud-item-batcher", [1, 2, 3], [{"Items": [1, 2]}, {"Items": [3]}]),
        ("cloud-distributed-express", [1, 2], [1, 2]),
    ],
)
def test_it_succeeds(name, value, expected):
    assert output(ran(name, value)) == expected


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("cloud-cause-path-to-object", {"error": {"Cause": "no"}}, "States.Runtime", "CausePath"),
        (
            *("cloud-choice-missing-variable", {}, "States.Runtime"),
            "Invalid path '$.amount': The choice state's condition path references an invalid value.",
        ),
        ("cloud-dynamodb-path-error", {}, "States.Runtime", "$.nothing"),
        (
            *("cloud-map-of-an-object", {"lines": {"a": 1}}, "States.Runtime"),
            'Reference path "$.lines" must point to array.',
        ),
        ("cloud-distributed-map-failure", [1, 2], "States.ExceedToleratedFailureThreshold", "threshold"),
        ("cloud-result-selector-error", {}, "States.Runtime", "$.nothing"),
        ("cloud-runtime-error-is-caught", {}, "States.Runtime", "$.nothing"),
        ("cloud-jsonata-endless", {}, "States.QueryEvaluationError", "'Output'"),
        (
            *("cloud-jsonata-error-words", {}, "States.QueryEvaluationError"),
            'T0412: Argument 1 of function "sum" must be an array of "numbers"',
        ),
    ],
)
def test_it_fails(name, value, error, words):
    failed = ran(name, value)
    assert (failed.status, failed.error) == ("FAILED", error)
    assert words in failed.cause


def test_a_reader_of_a_list_of_objects_gets_their_descriptions():
    listed = [{"Key": "k", "LastModified": 1_767_225_600, "Size": 5}]
    assert output(ran("cloud-list-objects", {}, lambda call: Answer(listed))) == listed
