"""The participant's edition of the notebooks: made without outputs, never overwritten, newer ones beside it."""

import json
import re
import shutil

import pytest

from sagalab.course import start_over
from sagalab.course.working_copies import in_words, make_copies, without_outputs
from sagalab.project import NOTEBOOKS, ROOT

LAB = "03_retry.ipynb"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with two notebooks, and a state folder of its own."""
    (tmp_path / "notebooks").mkdir()
    for name in (LAB, "00_start_here.ipynb"):
        shutil.copyfile(ROOT / "notebooks" / name, tmp_path / "notebooks" / name)
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / ".sagalab"))
    return tmp_path


def write(path, change) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def answered(cells) -> None:
    cells[-1]["source"] = ["my answer"]


def published_anew(cells) -> None:
    cells[0]["source"] = ["a new edition"]


def test_a_copy_has_all_cells_and_no_output(clone):
    done = make_copies(clone)
    assert [path.name for path in done.made] == ["00_start_here.ipynb", LAB] and not done.newer
    for path in done.made:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        published = json.loads((clone / "notebooks" / path.name).read_text(encoding="utf-8"))["cells"]
        texts, their_texts = (["".join(cell["source"]) for cell in each] for each in (cells, published))
        assert texts == [text.replace("](errors.md)", "](../notebooks/errors.md)") for text in their_texts]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert "2 notebooks" in in_words(done)
    assert b"](../notebooks/errors.md)" in done.made[1].read_bytes()


def test_a_copy_is_never_overwritten_and_a_newer_edition_is_offered_beside_it_once(clone):
    make_copies(clone)
    mine = clone / "my-workshop" / LAB
    write(mine, answered)
    before = mine.read_bytes()
    assert "as you left them" in in_words(make_copies(clone))
    write(clone / "notebooks" / LAB, published_anew)
    done = make_copies(clone)
    assert [path.name for path in done.newer] == ["03_retry-new-edition.ipynb"]
    assert mine.read_bytes() == before
    assert b"a new edition" in done.newer[0].read_bytes()
    assert done.newer[0].name in in_words(done)
    assert not make_copies(clone).newer
    done.newer[0].unlink()  # not wanted
    assert not make_copies(clone).newer
    write(clone / "notebooks" / LAB, answered)
    assert [path.name for path in make_copies(clone).newer] == ["03_retry-new-edition.ipynb"]


def test_a_new_run_of_the_published_notebook_is_no_new_edition(clone):
    make_copies(clone)
    write(
        clone / "notebooks" / LAB,
        lambda cells: [cell.update(outputs=[]) for cell in cells if "outputs" in cell],
    )
    assert not make_copies(clone).newer


@pytest.mark.parametrize("record", ["", "[]", '{"03_retry.ipynb": 3}'])
def test_a_lost_record_costs_no_copy(clone, record):
    make_copies(clone)
    mine = clone / "my-workshop" / LAB
    write(mine, answered)
    before = mine.read_bytes()
    (clone / "my-workshop" / ".editions.json").write_text(record, encoding="utf-8")
    make_copies(clone)
    assert mine.read_bytes() == before


def test_reset_works_on_the_copy_and_leaves_the_published_notebook_alone(clone, monkeypatch):
    monkeypatch.setattr(start_over, "_from_git", lambda path, root: path.read_bytes())
    make_copies(clone)
    mine, published = clone / "my-workshop" / LAB, (clone / "notebooks" / LAB).read_bytes()
    write(mine, answered)
    found = start_over.find("03", clone)
    assert found.path == mine and found.needed
    copies = found.reset()
    assert b"my answer" in copies[0].read_bytes()
    assert mine.read_bytes() == without_outputs(published)
    assert (clone / "notebooks" / LAB).read_bytes() == published
    assert not start_over.find("03", clone).needed


def test_what_is_no_notebook_is_copied_as_it_is():
    assert without_outputs(b"{") == b"{" and without_outputs(b"[]") == b"[]"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_no_cell_reads_a_file_that_stands_beside_the_published_notebook_only(path):
    """The kernel of a copy runs in the copies' folder: what is named from there must be there."""
    code = [
        cell["source"]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    texts = re.findall(r"[\"']([^\"'\n]+[./][^\"'\n]+)[\"']", "\n".join("".join(lines) for lines in code))
    assert [text for text in texts if (NOTEBOOKS / text).is_file()] == []
