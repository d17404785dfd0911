"""The public names of the package: all there, always the same thing, and cheap to import."""

import subprocess
import sys
from types import ModuleType

import pytest

import sagalab


@pytest.mark.parametrize("name", sagalab.__all__)
def test_a_public_name_is_never_a_module(name):
    assert not isinstance(getattr(sagalab, name), ModuleType)
    assert name in dir(sagalab)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        sagalab.nothing  # noqa: B018


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_importing_a_module_first_does_not_hide_the_function_of_its_name():
    code = "import sagalab.deploying.deploy, sagalab.ledger.tables; from sagalab import deploy, tables; print(deploy, tables)"
    assert run_python(code).startswith("<function deploy")


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"boto3", "graphviz", "moto", "pandas", "rich"}
    loaded = run_python("import sys, sagalab; print(*sys.modules)").split()
    assert not heavy & set(loaded)


@pytest.mark.parametrize(
    "code",
    [
        "from sagalab import check, deploy, diagram, make_order, predict, run",
        "from sagalab.course import judging; from sagalab.course.exercises import exercises; exercises()",
    ],
    ids=["a notebook's first cell", "the process that judges answers"],
)
def test_what_starts_often_loads_neither_matplotlib_nor_pandas(code):
    """They take more than a second of processor time, in every kernel and beside it."""
    loaded = run_python(f"import sys; {code}; print(*sys.modules)").split()
    assert not {"matplotlib", "pandas", "numpy", "moto"} & set(loaded)
