"""The plugin in a run of pytest of its own: what it says, what it saves, and how it ends."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

MACHINE = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Catch": [{"ErrorEquals": ["Bad"], "Next": "Undo"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Undo": {"Type": "Fail", "Error": "Sorry"},
    },
}
HEAD = """
from pathlib import Path
import pytest
from sagalab.testing import expect, fails, machine
"""
GOOD = (
    HEAD
    + """
@machine("work.asl.json", input={"n": 1}, mocks={"Work": {"n": 2}})
def test_good(execution):
    expect(execution).succeeds().output({"n": 2})
"""
)


@pytest.fixture
def pytest_in(tmp_path):
    (tmp_path / "work.asl.json").write_text(json.dumps(MACHINE), encoding="utf-8")
    (tmp_path / "input.json").write_text('{"n": 5}', encoding="utf-8")

    def run(source: str, *options: str) -> subprocess.CompletedProcess:
        (tmp_path / "test_it.py").write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "sagalab.testing.plugin", "--strict-markers", "-q"]
        done = subprocess.run(
            [*command, "--basetemp", str(tmp_path / "tmp"), "-p", "no:cacheprovider", "test_it.py", *options],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stdout
        return done

    return run


def test_marks_on_tests_classes_and_files_and_inputs_from_files(pytest_in):
    source = (
        HEAD
        + """
pytestmark = machine("work.asl.json", input=Path("input.json"))

def test_file(execution):
    expect(execution).output({"n": 5})

@machine("work.asl.json", input={"n": 6}, mocks={"Work": 1})
class TestClass:
    def test_mark(self, run, state):
        expect(run()).output(1)
        expect(run(mocks={"Work": fails("Bad")})).fails("Sorry").path("Work", "Undo")
        expect(run({"n": 7}, mocks={"Work": lambda given: given})).output({"n": 7})
        expect(state("Work", mock=fails("Bad"))).catches("Bad").goes_to("Undo")
        expect(state("Work")).output({"n": 6})
"""
    )
    done = pytest_in(source, "--asl-coverage")
    assert done.returncode == 0, done.stdout
    assert "work.asl.json: 100 % tested (6 of 6) by 6 runs" in done.stdout


def test_a_failure_says_the_path_in_words_and_saves_the_picture(pytest_in, tmp_path):
    source = (
        HEAD
        + """
@machine("work.asl.json", mocks={"Work": fails("Bad", "no money")})
def test_plain(execution):
    assert execution.status == "SUCCEEDED"
"""
    )
    done = pytest_in(source, "--asl-pictures", "pictures")
    assert done.returncode == 1
    assert "Work ↷ Bad → Undo ✗ (FAILED Sorry)" in done.stdout
    where = re.search(r"picture: (\S+\.svg)", done.stdout)
    assert "taken" in (tmp_path / where[1]).read_text(encoding="utf-8")
    ElementTree.parse(tmp_path / where[1])
    without = re.search(r"picture: (\S+\.svg)", pytest_in(source).stdout)
    assert "asl-pictures" in without[1] and (tmp_path / without[1]).is_file()


def test_an_expectation_is_told_without_the_inside_of_the_package(pytest_in):
    source = (
        HEAD
        + """
@machine("work.asl.json")
def test_wrong(run):
    expect(run()).path("Work", "Undo")
"""
    )
    done = pytest_in(source)
    assert "differs   at step 2: expected 'Undo', came 'Done'" in done.stdout
    assert "sagalab/testing" not in done.stdout and done.stdout.count("Work ✓ → Done ✓") == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('@machine("gone.asl.json")\ndef test_x(run): run()', "There is no file gone.asl.json beside test_it.py"),
        ('@machine("test_it.py")\ndef test_x(run): run()', "cannot be read"),
        ('@machine("input.json")\ndef test_x(run): run()', "input.json holds no state machine"),
        ("def test_x(run): run()", "does not say of which state machine it is"),
        ('@machine("work.asl.json")\ndef test_x(run): run(mocks={"Wrok": 1})', "no state, resource or function 'Wrok'"),
        ('@machine("work.asl.json")\ndef test_x(state): state("Wrok")', "no state 'Wrok'"),
        ('@machine("work.asl.json", input=Path("work.json"))\ndef test_x(run): run()', "no file work.json"),
        ('@machine("work.asl.json", input=Path("test_it.py"))\ndef test_x(run): run()', "test_it.py is no JSON"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_words(pytest_in, body, words):
    done = pytest_in(HEAD + body)
    assert done.returncode == 1 and words in done.stdout
    assert "During handling" not in done.stdout and "sagalab/testing" not in done.stdout


def test_too_little_coverage_fails_the_run(pytest_in):
    assert pytest_in(GOOD, "--asl-coverage-min", "50").returncode == 0
    done = pytest_in(GOOD, "--asl-coverage-min", "51")
    assert done.returncode == 1
    assert "✗ work.asl.json: 50 % are tested, 51 % are asked for." in done.stdout
    assert "○ Undo: is never entered" in done.stdout
    nothing = pytest_in("def test_other(): pass", "--asl-coverage-min", "1")
    assert nothing.returncode == 1 and "no test of a state machine ran" in nothing.stdout
    assert pytest_in(GOOD, "--asl-coverage-min", "much").returncode == 4


def test_the_report_is_a_page_a_picture_and_json(pytest_in, tmp_path):
    done = pytest_in(GOOD, "--asl-report", "report")
    assert "report: report/index.html" in done.stdout.replace("\\", "/")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "<svg" in page and "○ Undo" in page
    ElementTree.parse(tmp_path / "report" / "1-work.svg")
    told = json.loads((tmp_path / "report" / "coverage.json").read_text(encoding="utf-8"))
    assert told[0]["percent"] == 50 and told[0]["missing"]["Undo"] == ["is never entered"]


def test_workers_of_xdist_are_added_up(pytest_in):
    source = (
        GOOD
        + """
@machine("work.asl.json", mocks={"Work": fails("Bad")})
def test_bad(execution):
    expect(execution).fails("Sorry")
"""
    )
    done = pytest_in(source, "-n", "2", "--dist", "each", "--asl-coverage-min", "100")
    assert done.returncode == 0, done.stdout
    assert "100 % tested (6 of 6) by 4 runs" in done.stdout


def test_who_does_not_use_it_does_not_notice_it(pytest_in):
    source = """
import sys

def test_nothing_of_it_is_loaded(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("sagalab.testing.plugin")
    loaded = [name for name in sys.modules if name.startswith("sagalab.")]
    assert loaded == ["sagalab.testing", "sagalab.testing.plugin"]
"""
    done = pytest_in(source)
    assert done.returncode == 0, done.stdout
    assert "state machine" not in done.stdout


def test_pytest_finds_the_plugin_by_itself():
    code = "from importlib.metadata import entry_points; print(*(e.value for e in entry_points(group='pytest11')))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "sagalab.testing.plugin" in done.stdout.split()
