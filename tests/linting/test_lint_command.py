"""`sagalab lint`: what it prints, and its exit codes."""

import json

import pytest
import typer
from typer.testing import CliRunner

from sagalab.commands import lint as command
from sagalab.project import STATEMACHINE

SEED = str(STATEMACHINE / "saga.asl.json")
GOOD = "StartAt: A\nStates: {A: {Type: Pass, End: true}}\n"
WRONG = "StartAt: A\nStates: {A: {Type: Pass, Next: B}}\n"


@pytest.fixture
def run():
    app = typer.Typer()
    command.register(app)
    return lambda *arguments, text=None: CliRunner().invoke(app, list(arguments), input=text)


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "wrong.asl.yaml"
    path.write_text(WRONG, encoding="utf-8")
    return str(path)


def test_warnings_are_no_errors(run):
    done = run(SEED)
    assert done.exit_code == 0
    assert "9 warnings" in done.output and "SAGA306" in done.output and "ReleaseInventory" in done.output


def test_strict_counts_warnings(run):
    assert run(SEED, "--strict").exit_code == 1


def test_an_error_is_exit_code_1(run, wrong):
    done = run(wrong)
    assert done.exit_code == 1
    assert "1 error" in done.output


def test_a_clean_machine_says_so(run):
    done = run("-", text=GOOD)
    assert done.exit_code == 0
    assert done.output == "standard input: ✓ The lint finds nothing wrong.\n"


def test_several_files_each_under_its_name(run, wrong):
    done = run(SEED, wrong, "-", text=GOOD)
    assert done.exit_code == 1
    for name in (SEED, wrong, "standard input"):
        assert f"{name}: " in done.output


def test_json_has_one_object_a_finding(run, wrong):
    done = run("--json", SEED, wrong)
    rows = json.loads(done.output)
    assert [row["file"] for row in rows].count(SEED) == 9
    assert rows[-1] == {
        "file": wrong,
        "code": "SAGA002",
        "severity": "error",
        "state": "A",
        "what": 'There is no state named "B".',
        "cure": "Use one of A, or add it.",
        "path": "States.A.Next",
        "line": 2,
        "column": 26,
    }


def test_a_syntax_error_has_line_column_and_caret(run):
    done = run("-", text='{\n  "StartAt": "A",\n}')
    assert done.exit_code == 1
    assert "standard input: line 2, column 17: a comma before a closing bracket" in done.output
    code, caret = done.output.splitlines()[1:3]
    assert code == '2 |   "StartAt": "A",' and caret.index("^") == code.rindex(",")


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "There is no file"),
        (b"[1, 2]", "no state machine"),
        (b"hello", "no state machine"),
        (b"\xff\x00", "UTF-8"),
    ],
)
def test_what_is_no_machine_is_one_line_and_exit_code_2(run, tmp_path, content, words):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    done = run(str(path), SEED)
    assert done.exit_code == 2
    assert words in done.stderr and "Traceback" not in done.output
    assert len(done.stderr.splitlines()) == 2
    assert "9 warnings" in done.output, "the other files are linted all the same"


def test_a_folder_is_one_line(run, tmp_path):
    done = run(str(tmp_path))
    assert done.exit_code == 2 and "cannot be read" in done.stderr
