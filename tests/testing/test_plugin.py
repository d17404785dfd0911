"""The plugin in a run of pytest of its own: what it says, what it saves, and how it ends."""

import json
import re
from importlib.metadata import entry_points
from xml.etree import ElementTree

import pytest

# pytester forgets what a run inside this process imports first, and numpy cannot be imported twice
import sagalab.pictures.diagram
import sagalab.testing.session

LOADED = (sagalab.pictures.diagram, sagalab.testing.session)
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
def pytest_in(pytester):
    """Run a file of tests in a pytest inside this process; return how it ended and what it printed."""
    (pytester.path / "work.asl.json").write_text(json.dumps(MACHINE), encoding="utf-8")
    (pytester.path / "input.json").write_text('{"n": 5}', encoding="utf-8")

    def run(source: str, *options: str) -> tuple[int, str]:
        # a name of its own each time: Python keeps what it has compiled
        name = f"test_it{len(list(pytester.path.glob('test_it*')))}.py"
        (pytester.path / name).write_text(source, encoding="utf-8")
        done = pytester.runpytest_inprocess(
            "-q", "--strict-markers", "-p", "no:cacheprovider", name, *options
        )
        assert "Traceback" not in done.stdout.str() + done.stderr.str()
        return int(done.ret), done.stdout.str() + done.stderr.str()

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
    code, said = pytest_in(source, "--asl-coverage")
    assert code == 0, said
    assert "work.asl.json: 100 % tested (5 of 5) by 6 runs" in said


def test_a_failure_says_the_path_in_words_and_saves_the_picture(pytest_in, pytester):
    source = (
        HEAD
        + """
@machine("work.asl.json", mocks={"Work": fails("Bad", "no money")})
def test_plain(execution):
    assert execution.status == "SUCCEEDED"
"""
    )
    code, said = pytest_in(source, "--asl-pictures", "pictures")
    assert code == 1
    assert "Work ↷ Bad → Undo ✗ (FAILED Sorry)" in said
    where = re.search(r"picture: (\S+\.svg)", said)
    assert "taken" in (pytester.path / where[1]).read_text(encoding="utf-8")
    ElementTree.parse(pytester.path / where[1])
    without = re.search(r"picture: (\S+\.svg)", pytest_in(source)[1])
    assert "asl-pictures" in without[1] and (pytester.path / without[1]).is_file()


def test_an_expectation_is_told_without_the_inside_of_the_package(pytest_in):
    source = (
        HEAD
        + """
@machine("work.asl.json")
def test_wrong(run):
    expect(run()).path("Work", "Undo")
"""
    )
    code, said = pytest_in(source)
    assert "differs   at step 2: expected 'Undo', came 'Done'" in said
    assert "sagalab/testing" not in said and "Work ✓ → Done ✓" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('@machine("gone.asl.json")\ndef test_x(run): run()', "There is no file gone.asl.json beside test_it0.py"),
        ('@machine("test_it0.py")\ndef test_x(run): run()', "cannot be read"),
        ('@machine("input.json")\ndef test_x(run): run()', "input.json holds no state machine"),
        ("def test_x(run): run()", "does not say of which state machine it is"),
        ('@machine("work.asl.json")\ndef test_x(run): run(mocks={"Wrok": 1})', "no state, resource or function 'Wrok'"),
        ('@machine("work.asl.json")\ndef test_x(state): state("Wrok")', "no state 'Wrok'"),
        ('@machine("work.asl.json", input=Path("work.json"))\ndef test_x(run): run()', "no file work.json"),
        ('@machine("work.asl.json", input=Path("test_it0.py"))\ndef test_x(run): run()', "test_it0.py is no JSON"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_words(pytest_in, body, words):
    code, said = pytest_in(HEAD + body)
    assert code == 1 and words in said
    assert "During handling" not in said and "sagalab/testing" not in said


def test_too_little_coverage_fails_the_run(pytest_in):
    assert pytest_in(GOOD, "--asl-coverage-min", "60")[0] == 0
    code, said = pytest_in(GOOD, "--asl-coverage-min", "61")
    assert code == 1
    assert "✗ work.asl.json: 60 % are tested, 61 % are asked for." in said
    assert "○ Undo: is never entered" in said
    code, said = pytest_in("def test_other(): pass", "--asl-coverage-min", "1")
    assert code == 1 and "no test of a state machine ran" in said
    assert pytest_in(GOOD, "--asl-coverage-min", "much")[0] == 4


def test_the_report_is_a_page_a_picture_and_json(pytest_in, pytester):
    code, said = pytest_in(GOOD, "--asl-report", "report")
    assert "report: report/index.html" in said.replace("\\", "/")
    page = (pytester.path / "report" / "index.html").read_text(encoding="utf-8")
    assert "<svg" in page and "○ Undo" in page
    ElementTree.parse(pytester.path / "report" / "1-work.svg")
    told = json.loads((pytester.path / "report" / "coverage.json").read_text(encoding="utf-8"))
    assert told[0]["percent"] == 60 and told[0]["missing"]["Undo"] == ["is never entered"]
    (pytester.path / "file").touch()
    code, said = pytest_in(GOOD, "--asl-report", "file/report")
    assert code == 1 and "✗ no report: " in said and "cannot be written" in said and "Traceback" not in said


def test_workers_of_xdist_are_added_up(pytest_in):
    source = (
        GOOD
        + """
@machine("work.asl.json", mocks={"Work": fails("Bad")})
def test_bad(execution):
    expect(execution).fails("Sorry")
"""
    )
    code, said = pytest_in(source, "-n", "2", "--dist", "each", "--asl-coverage-min", "100")
    assert code == 0, said
    assert "100 % tested (5 of 5) by 4 runs" in said


def test_who_does_not_use_it_does_not_notice_it(pytester):
    """In a process of its own: in this one all is loaded."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_it_is_loaded(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("sagalab.testing.plugin")
            assert [name for name in sys.modules if name.startswith("sagalab.")] == [
                "sagalab.testing", "sagalab.testing.plugin"
            ]
        """
    )
    done = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    assert done.ret == 0, done.stdout.str()
    done.stdout.no_fnmatch_line("*state machine*")


def test_pytest_finds_the_plugin_by_itself():
    assert "sagalab.testing.plugin" in [found.value for found in entry_points(group="pytest11")]
