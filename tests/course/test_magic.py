"""%%asl in a real IPython shell: what the reader sees, what is kept, and that nothing is ever raised."""

import importlib
import json

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import sagalab
from sagalab.course import magic
from sagalab.project import STATEMACHINE

GOOD = """StartAt: Hello
States:
  Hello: {Type: Pass, Result: hello, End: true}
"""


@pytest.fixture(scope="module")
def ipython():
    # no history: a test writes nothing into the home folder
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "sagalab")
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(ipython):
    ipython.reset(new_session=False)
    magic.machines.clear()
    return ipython


def run(shell, first_line, cell):
    """Run a cell; returns (text of every display, every MIME bundle). Nothing may be raised."""
    with capture_output() as captured:
        result = shell.run_cell(f"{first_line}\n{cell}")
    assert result.success, result.error_in_exec
    bundles = [output.data for output in captured.outputs]
    return captured.stdout + "\n".join(bundle["text/plain"] for bundle in bundles), bundles


def test_a_good_cell_is_drawn_and_kept_as_a_plain_dict(shell):
    text, bundles = run(shell, "%%asl hello", GOOD)
    assert shell.user_ns["hello"] == {
        "StartAt": "Hello",
        "States": {"Hello": {"Type": "Pass", "Result": "hello", "End": True}},
    }
    assert type(shell.user_ns["hello"]) is dict
    assert magic.machines["hello"] is shell.user_ns["hello"]
    assert any("image/svg+xml" in bundle or "<svg" in bundle.get("text/html", "") for bundle in bundles)
    assert "finds nothing wrong" in text


def test_json_in_the_cell(shell):
    seed = (STATEMACHINE / "saga.asl.json").read_text(encoding="utf-8")
    text, bundles = run(shell, "%%asl saga", seed)
    assert shell.user_ns["saga"] == json.loads(seed)
    assert "SAGA306" in text and "ReleaseInventory" in text
    [table] = [bundle["text/html"] for bundle in bundles if "<table" in bundle.get("text/html", "")]
    assert "how to mend it" in table and "! warning" in table


def test_quiet_shows_findings_only(shell):
    assert run(shell, "%%asl hello --quiet", GOOD) == ("", [])
    text, bundles = run(shell, "%%asl hello --quiet", GOOD.replace("End: true", "Next: Nowhere"))
    assert len(bundles) == 1
    assert 'no state named "Nowhere"' in text


def test_a_syntax_error_has_line_column_and_caret(shell):
    text, bundles = run(shell, "%%asl broken", '{\n  "StartAt": "A"\n  "States": {}\n}')
    assert "line 2, column 17: a comma is missing" in text
    lines = text.splitlines()
    caret = next(i for i, line in enumerate(lines) if line.strip() == "^")
    assert lines[caret - 1] == '2 |   "StartAt": "A"'
    assert lines[caret].index("^") == len(lines[caret - 1])
    assert "Traceback" not in text
    assert "broken is not defined yet" in text
    assert "broken" not in shell.user_ns
    assert bundles[0]["text/html"].startswith("<pre>")


def test_a_broken_cell_keeps_the_last_good_definition(shell):
    run(shell, "%%asl hello", GOOD)
    text, _ = run(shell, "%%asl hello", "StartAt: [")
    assert "keeps its last good definition" in text
    assert shell.user_ns["hello"]["StartAt"] == "Hello"


def test_a_cell_that_cannot_be_drawn_says_so(shell, monkeypatch):
    text, _ = run(shell, "%%asl odd", "StartAt: 7\nStates: {A: 3, B: {Type: Task, Next: [x]}}")
    assert "✗ error" in text and "SAGA001" in text


@pytest.mark.parametrize("name", ["7up", "my-saga", "class", "list", "json", "x" * 61, "größe"])
def test_a_bad_name_is_refused(shell, name):
    shell.user_ns["json"] = json
    text, _ = run(shell, f"%%asl {name}", GOOD)
    assert text.startswith("✗") and "%%asl my_saga" in text
    assert name not in magic.machines


def test_a_cell_without_a_machine(shell):
    text, _ = run(shell, "%%asl nothing", "just: this")
    assert "holds no state machine" in text


def test_errors_are_not_deployed(shell):
    text, _ = run(shell, "%%asl wrong --deploy --quiet", GOOD.replace("End: true", "Next: Nowhere"))
    assert "wrong is not deployed" in text


def test_no_name_is_no_traceback(shell):
    with capture_output() as captured:
        shell.run_cell("%%asl\nStartAt: A")
    assert "required: name" in captured.stderr + captured.stdout


def test_star_import_brings_the_magic(ipython):
    cell_magics = ipython.magics_manager.magics["cell"]
    cell_magics.pop("asl")
    importlib.reload(magic)  # as in a fresh kernel, where nothing of sagalab is imported yet
    assert "asl" in cell_magics
    assert "load_ipython_extension" in sagalab.__all__
