"""`sagalab explore` on a machine of one's own: exit codes, JSON, JUnit XML, the saga file, and errors in words."""

import json
import re
from xml.etree import ElementTree

import pytest
import typer
from own_sagas import holes, jsonpath, task
from typer.testing import CliRunner

from sagalab.commands import explore as explore_command
from sagalab.errors import SagaLabError
from sagalab.project import ROOT
from sagalab.rehearsal.any_saga.faults import KINDS
from sagalab.rehearsal.any_saga.given import FIELDS


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the command on a machine written to a file: (exit code, output)."""
    app = typer.Typer()
    explore_command.register(app)

    def go(machine, *arguments, beside=None):
        file = tmp_path / "my.asl.json"
        file.write_text(json.dumps(machine))
        if beside is not None:
            (tmp_path / "my.saga.yaml").write_text(beside)
        result = CliRunner().invoke(app, ["explore", str(file), *arguments])
        if isinstance(result.exception, SagaLabError):
            raise result.exception
        return result.exit_code, result.output

    return go


def hole(name):
    return holes()[name][0]


def test_nothing_owed_is_0_and_a_leak_is_1(run):
    code, output = run(jsonpath())
    assert code == 0
    assert "0 of " in output and "plans leaked" in output
    code, output = run(hole("the failing step is not undone"))
    assert code == 1
    assert "ChargeCard" in output and "RefundCard" in output and "Happy path: ReserveSeat" in output


def test_json_says_all(run):
    code, output = run(hole("the failing step is not undone"), "--json", "--faults", "1")
    found = json.loads(output)
    assert code == 1
    assert found["undo"] == {"ReserveSeat": ["ReleaseSeat"], "ChargeCard": ["RefundCard"]}
    leaked = [case for case in found["cases"] if case["finding"] == "leaked"]
    assert leaked[0]["owed"][0]["step"] == "ChargeCard"
    assert leaked[0]["plan"][0]["when"] == "after"
    assert {case["verdict"] for case in found["cases"]} == {"consistent", "leaked"}


def test_junit_xml_is_whole_and_escaped(run, tmp_path):
    machine = jsonpath()
    machine["States"]["ChargeCard"]["Catch"] = [
        {"ErrorEquals": ['Card<"&\u0007>'], "ResultPath": "$.error", "Next": "RefundCard"}
    ]
    code, _ = run(machine, "--junit", str(tmp_path / "out.xml"), "--faults", "1")
    suite = ElementTree.parse(tmp_path / "out.xml").getroot().find("testsuite")
    failures = suite.findall("testcase/failure")
    assert code == 1
    assert len(suite.findall("testcase")) == int(suite.get("tests"))
    assert len(failures) == int(suite.get("failures")) > 0
    assert "ReserveSeat is done, and ReleaseSeat never ran" in failures[0].get("message")
    assert any('Card<"&\N{REPLACEMENT CHARACTER}>' in case.get("name") for case in suite.findall("testcase"))


def test_the_picture_is_of_the_smallest_finding(run, tmp_path):
    run(hole("the failing step is not undone"), "--picture", str(tmp_path / "leak.svg"))
    drawn = (tmp_path / "leak.svg").read_text()
    assert "ChargeCard" in drawn and "NotBooked" in drawn and "after it had taken effect" in drawn
    with pytest.raises(SagaLabError, match="cannot be written"):
        run(hole("the failing step is not undone"), "--picture", str(tmp_path / "nowhere" / "leak.svg"))


def strangely_named():
    """A saga whose names tell nothing."""
    machine = jsonpath()
    text = json.dumps(machine)
    for name, other in (
        ("RefundCard", "Third"),
        ("ReleaseSeat", "Fourth"),
        ("refund-card", "x3"),
        ("release-seat", "x4"),
    ):
        text = text.replace(name, other)
    return json.loads(text)


def test_undos_are_given_on_the_command_line_or_in_a_file(run):
    given = ["--undo", "ChargeCard=Third", "--undo", "ReserveSeat=Fourth"]
    code, output = run(strangely_named(), *given, "--json", "--faults", "1")
    assert code == 0
    assert json.loads(output)["undo"] == {"ReserveSeat": ["Fourth"], "ChargeCard": ["Third"]}
    wrong = ["--undo", "ChargeCard=Fourth", "--undo", "ReserveSeat=Third", "--reads", "ReserveSeat"]
    with pytest.raises(SagaLabError, match="ReserveSeat is said to change nothing and to be a step"):
        run(strangely_named(), *wrong)
    beside = "undo: {ChargeCard: Third, ReserveSeat: [Fourth]}\npivot: ChargeCard\ninput: {order: 1}\n"
    _, output = run(strangely_named(), "--json", "--faults", "1", beside=beside)
    found = json.loads(output)
    assert found["undo"] == {"ReserveSeat": ["Fourth"], "ChargeCard": ["Third"]}
    assert found["input"] == {"order": 1}
    assert any("the pivot" in row["part"] for row in found["roles"])


def test_a_task_that_reads_and_a_kind_of_faults_are_left_out(run):
    machine = jsonpath()
    machine["States"]["Booked"] = task("audit-trail", None)
    code, output = run(machine, "--faults", "1")
    assert code == 1 and "though all was done" in output
    _, output = run(machine, "--faults", "1", "--json", "--reads", "Booked")
    parts = {row["task"]: row["part"] for row in json.loads(output)["roles"]}
    assert parts["Booked"] == "changes nothing that counts"
    trusting = hole("the next state reads what may be missing")
    assert run(trusting, "--faults", "1")[0] == 1
    assert run(trusting, "--faults", "1", "--without", "unreadable")[0] == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--undo", "ChargeCard"], "--undo ChargeCard is no pair"),
        (["--undo", "ChargeCard=Refnd"], "no task 'Refnd'"),
        (["--reads", "Nobody"], "no task 'Nobody'"),
        (["--without", "weather"], "no kind of fault 'weather'"),
        (["--input", "{"], "The input is no JSON"),
        (["--input", "@nowhere.json"], "The input cannot be read"),
        (["--faults", "3"], "cannot strike 3 faults"),
        (["--sample", "3"], "--sample is for the course's machines"),
        (["--junit", "/proc/none/x.xml"], "cannot be written"),
    ],
)
def test_errors_are_in_words(run, arguments, words):
    with pytest.raises(SagaLabError) as error:
        run(jsonpath(), *arguments)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "beside, words",
    [
        ("undo: 5", "undo is no map"),
        ("unod: {}", "the field 'unod'"),
        ("reads: {a: 1}", "reads is no list"),
        ("a: [", "is no YAML"),
        ("pivot: [x]", "pivot is no name"),
        ("- x", "holds no fields"),
    ],
)
def test_a_saga_file_that_is_wrong_is_said(run, beside, words):
    with pytest.raises(SagaLabError) as error:
        run(jsonpath(), beside=beside)
    assert words in str(error.value)


def test_the_course_s_machines_go_the_course_s_way(run):
    saga = {"StartAt": "A", "States": {"A": task("x", None)}}
    saga["States"]["A"]["Resource"] = "${NewOrderFunction}"
    with pytest.raises(SagaLabError, match="--undo is for machines of your own"):
        run(saga, "--undo", "A=B")


def test_the_guide_names_every_field_and_every_kind_of_fault():
    text = (ROOT / "docs" / "explore.md").read_text(encoding="utf-8")
    assert all(f"\n{name}:" in text for name in FIELDS)
    assert all(re.search(rf"\b{kind}\b", text) for kind in KINDS)
