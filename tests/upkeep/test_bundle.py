"""A stick is made: what lies on it, and what is refused. With packages it is tried by `python -m tools stick`."""

import re
import subprocess
from pathlib import Path

import pytest

from sagalab.errors import SagaLabError
from sagalab.project import ROOT
from sagalab.upkeep.bundle import make_bundle, uv_version
from sagalab.upkeep.wheels import locked_wheels

pytest.importorskip("uv", reason="uv reads the lock; here is none (conda?)")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    if done.returncode:
        pytest.skip("no clone")
    return done.stdout


@pytest.fixture(scope="module")
def stick(tmp_path_factory) -> tuple[Path, list[str]]:
    """A stick for no system at all, so that nothing is fetched, and what was said."""
    _git("rev-parse", "HEAD")
    folder = tmp_path_factory.mktemp("media") / "stick #1 ü"
    said: list[str] = []
    make_bundle(folder, targets=[], history=True, say=said.append)
    return folder, said


def test_the_committed_project_is_on_it_and_its_history(stick):
    folder, said = stick
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    own = {"wheels/edition.txt", "START-HERE.txt", "saga-lab-history.bundle"}
    assert names - own == set(
        _git("-c", "core.quotePath=off", "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    )
    assert own <= names
    assert (folder / "wheels" / "edition.txt").read_text(encoding="utf-8") == _git("rev-parse", "HEAD")
    assert _git("bundle", "verify", str(folder / "saga-lab-history.bundle")) is not None
    assert f'"{folder / "setup" / "run.py"}" lab' in said[-1]


def test_every_name_can_stand_on_fat_and_no_file_is_a_link(stick):
    folder, _ = stick
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    files = [wheel.file for wheels in locked_wheels().values() for wheel in wheels]
    assert [path for path in (*paths, *files) if re.search(r'[:*?"<>|\\]|[. ](/|$)', path)] == []
    assert len({path.lower() for path in paths}) == len(paths)
    assert "120000" not in {line.split()[0] for line in _git("ls-tree", "-r", "HEAD").splitlines()}


def test_made_again_it_forgets_what_no_edition_has(stick):
    folder, _ = stick
    (folder / "old.txt").touch()
    (folder / "wheels" / "old-1.0-py3-none-any.whl").touch()
    (folder / "wheels" / "uv-0.0.1-py3-none-any.whl").touch()
    make_bundle(folder, targets=[], say=lambda text: None)
    assert not (folder / "old.txt").exists()
    assert [path.name for path in (folder / "wheels").iterdir()] == ["edition.txt"]


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(SagaLabError, match="has other things in it") as told:
        make_bundle(tmp_path, targets=[])
    assert str(tmp_path / "saga-lab") in told.value.cure
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_stick_within_the_project_is_refused():
    with pytest.raises(SagaLabError, match="is in this project"):
        make_bundle(ROOT / "build" / "stick", targets=[])
    assert not (ROOT / "build" / "stick").exists()


def test_the_version_of_uv_is_that_of_run_py():
    assert uv_version() in (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
