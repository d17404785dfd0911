"""Command: run the tests of state machines in a folder, with their coverage."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

_USAGE, _NO_TESTS = 4, 5  # pytest's exit codes
_SETTINGS = ("pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("test", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(
        run_tests
    )


def run_tests(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the tests, or one file of them.")] = Path("."),
    on: Annotated[
        Literal["rehearsal", "local", "aws"],
        typer.Option(help="Where they run: in virtual time, on the local cloud, or on AWS."),
    ] = "rehearsal",
    least: Annotated[
        float | None,
        typer.Option("--min", min=0, max=100, help="Fail when of a machine less is tested, in percent."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A folder: write the coverage there as a page, pictures and JSON.")
    ] = None,
) -> None:
    """Run tests of state machines (pytest), and say what of each machine they came to.

    What follows the options goes to pytest, such as -k refund or -x. Exit code 0 when all passed, 1 when a test failed
    or --min is not reached, 2 when they could not run, 5 when there is no test.
    """
    from sagalab import project
    from sagalab.errors import SagaLabError

    if not folder.exists():
        raise SagaLabError(
            f"There is no folder {folder}.", "Give the folder of your tests: sagalab test FOLDER"
        )
    _ = project.LAMBDAS  # a rehearsal has the course's services at hand
    if importlib.util.find_spec("pytest") is None:
        raise SagaLabError(
            "pytest is not installed, which runs the tests.",
            f"Install it: {Path(sys.executable).name} -m pip install pytest",
        )
    command = [sys.executable, "-m", "pytest", str(folder), "-p", "sagalab.testing.plugin"]
    command += ["--asl-coverage", "-rfEs", "--asl-on", on, *_apart(folder)]
    command += ["--asl-coverage-min", str(least)] if least is not None else []
    command += ["--asl-report", str(report)] if report is not None else []
    code = subprocess.run([*command, *context.args]).returncode
    if code == _NO_TESTS:
        print(f"There is no test in {folder}: pytest runs test_*.py.", file=sys.stderr)
    raise typer.Exit(2 if code == _USAGE else code)


def _apart(folder: Path) -> list[str]:
    """Return what makes a folder without settings of its own its own root, and keeps those of this clone away."""
    from sagalab.project import ROOT

    here = folder.resolve() if folder.is_dir() else folder.resolve().parent
    around = [parent for parent in (here, *here.parents) if parent != ROOT and parent not in ROOT.parents]
    if any((parent / name).is_file() for parent in around for name in _SETTINGS):
        return []
    if not here.is_relative_to(ROOT):
        return ["--rootdir", str(here)]
    settings = Path(__file__).parent.parent / "testing" / "none.ini"
    return ["-c", str(settings), "--rootdir", str(here), "--confcutdir", str(here), "-p", "no:cacheprovider"]
