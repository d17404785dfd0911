"""A cell that was run too early, as after a restart in the middle, in a real kernel: which cell to run first."""

import nbformat
import pytest
from nbclient import NotebookClient

from sagalab.course.restarted import names_made

CELLS = (
    "from sagalab import *",
    "%%asl mine\nStartAt: A\nStates: {A: {Type: Succeed}}",
    "order = make_order()",
    "print(order)",
    "print(nothing_makes_this)",
    "len(mine)",
    "%%asl yours\nStartAt: A\nStates: {A: {Type: Succeed}}",
)


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """The cells of a notebook of which only the last four ran, in a kernel as `run.py lab` sets it up."""
    folder = tmp_path_factory.mktemp("restarted")
    (folder / "ipython").mkdir()
    (folder / "ipython" / "profile_default").mkdir()
    (folder / "ipython" / "profile_default" / "ipython_kernel_config.py").write_text(
        'c.InteractiveShellApp.extra_extensions = ["sagalab.course.restarted"]\n', encoding="utf-8"
    )
    whole = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in CELLS])
    nbformat.write(whole, folder / "mine.ipynb")
    ran = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in CELLS[3:]])
    client = NotebookClient(ran, timeout=120, kernel_name="python3", allow_errors=True)
    patch = pytest.MonkeyPatch()
    patch.setenv("IPYTHONDIR", str(folder / "ipython"))
    patch.setenv("JPY_SESSION_NAME", str(folder / "mine.ipynb"))
    try:
        client.execute(cwd=str(folder))
    finally:
        patch.undo()
    return ran.cells


def text(cell) -> str:
    return "\n".join(
        "\n".join(each.get("traceback", ())) + str(each.get("data", "")) for each in cell.outputs
    )


def test_the_cell_that_makes_the_name_is_named(cells):
    said = text(cells[0])
    assert "order is not there yet" in said and "Run first code cell 3: order = make_order()" in said
    assert "Run All Above Selected Cell" in said and "Traceback" not in said and "NameError" not in said


def test_a_machine_of_an_asl_cell_is_named_too(cells):
    assert "Run first code cell 2: %%asl mine" in text(cells[2])


def test_a_name_that_no_cell_makes_is_a_plain_error(cells):
    assert "NameError" in text(cells[1])


def test_an_asl_cell_needs_no_other_cell(cells):
    assert "UsageError" not in str(cells[3].outputs) and cells[3].outputs


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("def f():\n    hidden = 1\nclass G: pass", {"f", "G"}),
        ("import os.path, json as j\nfrom x import y as z", {"os", "j", "z"}),
        ("for i in x:\n    with o() as p: q = i", {"i", "p", "q"}),
        ("a.b = 1; c[0] = 2", set()),
        ("not python (", set()),
    ],
)
def test_the_names_that_a_cell_makes(code, names):
    assert names_made(code) == names
