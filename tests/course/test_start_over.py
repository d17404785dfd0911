"""`sagalab reset`: a lab back to its start, with git and without; nothing is lost on the way."""

import json
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from sagalab.commands.app import app, register_commands
from sagalab.course import completed, start_over
from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.project import ROOT

LAB = "03_retry"
OURS = [each.name for each in exercises().values() if each.notebook == LAB]
OTHER = next(each.name for each in exercises().values() if each.notebook != LAB)
GIT = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]


@pytest.fixture(scope="module")
def command():
    register_commands()
    return app


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with two labs and no git, and a state folder of its own."""
    root = tmp_path / "clone"
    (root / "notebooks").mkdir(parents=True)
    for name in (LAB, "00_start_here"):
        shutil.copyfile(ROOT / "notebooks" / f"{name}.ipynb", root / "notebooks" / f"{name}.ipynb")
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(root / ".sagalab"))
    monkeypatch.setattr(start_over, "ROOT", root)
    return root


@pytest.fixture
def with_git(clone):
    if shutil.which("git") is None:
        pytest.skip("no git here")
    for command in (["init", "-q"], ["add", "notebooks"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*GIT, *command], cwd=clone, check=True, timeout=30)
    return clone


def answer(clone) -> bytes:
    """Write an answer into the lab and progress for it and for another lab; return the notebook's bytes."""
    path = clone / "notebooks" / f"{LAB}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = ["my answer"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for name in (*OURS, OTHER):
        completed.keep(name, tried=True, done=True)
    return path.read_bytes()


def is_at_its_start(clone) -> bool:
    name = f"notebooks/{LAB}.ipynb"
    return (clone / name).read_bytes() == (ROOT / name).read_bytes() and set(completed.completed()) == {OTHER}


def copies(clone) -> list:
    return sorted((clone / ".sagalab" / "kept").glob("*"))


def test_with_git_the_lab_starts_over_and_a_copy_is_kept(with_git, command):
    mine = answer(with_git)
    done = CliRunner().invoke(command, ["reset", "03", "--yes"])
    assert done.exit_code == 0, done.output
    assert is_at_its_start(with_git)
    progress, notebook = copies(with_git)
    assert notebook.read_bytes() == mine
    assert set(json.loads(progress.read_text(encoding="utf-8"))["exercises"]) == set(OURS)


def test_without_git_the_copy_of_the_set_up_is_taken(clone):
    start_over.keep_pristine(clone)
    answer(clone)
    start_over.keep_pristine(clone)  # a second start of the workshop leaves the first copy alone
    found = start_over.find("3")
    assert found.origin == start_over.SET_UP
    found.reset()
    assert is_at_its_start(clone)


def test_nothing_is_discarded_without_a_yes(with_git, command):
    mine = answer(with_git)
    asked = CliRunner().invoke(command, ["reset", LAB], input="n\n")
    assert asked.exit_code == 1 and "Nothing was changed" in asked.output
    assert (with_git / "notebooks" / f"{LAB}.ipynb").read_bytes() == mine
    assert set(completed.completed()) == {*OURS, OTHER}


def test_a_second_reset_has_nothing_to_do(with_git, command):
    answer(with_git)
    start_over.find("03").reset()
    again = CliRunner().invoke(command, ["reset", "03"])
    assert again.exit_code == 0 and "at its start already" in again.output
    assert len(copies(with_git)) == 2


def test_two_resets_in_one_second_keep_both_copies(with_git):
    for _ in range(2):
        answer(with_git)
        start_over.find("03").reset()
    assert len(copies(with_git)) == 4


def test_a_deleted_notebook_comes_back(with_git):
    (with_git / "notebooks" / f"{LAB}.ipynb").unlink()
    start_over.find("03").reset()
    assert (with_git / "notebooks" / f"{LAB}.ipynb").exists()


def test_line_ends_of_windows_are_no_answers(with_git):
    path = with_git / "notebooks" / f"{LAB}.ipynb"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not start_over.find("03").needed


def test_without_git_and_copy_it_says_so_and_touches_nothing(clone):
    mine = answer(clone)
    with pytest.raises(SagaLabError, match="Nobody kept 03_retry.ipynb"):
        start_over.find("03")
    assert (clone / "notebooks" / f"{LAB}.ipynb").read_bytes() == mine


@pytest.mark.parametrize("lab", ["77", "retry", "../77", ""])
def test_an_unknown_lab_is_named(clone, lab):
    with pytest.raises(SagaLabError, match="There is no lab"):
        start_over.find(lab)


def test_when_the_copy_cannot_be_written_nothing_is_discarded(with_git):
    mine = answer(with_git)
    (with_git / ".sagalab" / "kept").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(SagaLabError, match="cannot be written"):
        start_over.find("03").reset()
    assert (with_git / "notebooks" / f"{LAB}.ipynb").read_bytes() == mine
    assert set(completed.completed()) == {*OURS, OTHER}
