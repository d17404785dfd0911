"""The command line of setup/run.py."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from bootstrap import venv_folder, workshop
from bootstrap.console import fail, prepare
from bootstrap.environment import ensure
from bootstrap.failures import SetupProblem, explain_os_error
from bootstrap.foreground import run_in_front
from bootstrap.places import PYTHON

# Tests mostly wait: some files at once take half the time, even on two cores. How many, and in which order: conftest.py.
_ALL_TESTS = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="setup/run.py",
        description="Make everything that Saga Lab needs in .venv, then start it.",
        epilog="Every other command goes to sagalab: setup/run.py doctor, setup/run.py lint FILE, …",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="lab|test|check|COMMAND")
    lab = commands.add_parser("lab", help="deploy the saga on the local cloud and start JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    lab.add_argument("--port", type=_port, help="JupyterLab's port (default: 8888 or the next free one)")
    commands.add_parser("test", help="run all tests; arguments go to pytest, to run some of them")
    check = commands.add_parser("check", help="check format, lint, types and the order of the rooms")
    check.add_argument(
        "--coverage", action="store_true", help="the floor of the tests' coverage too: a minute"
    )
    return parser


def _python_outside() -> str | None:
    """Return the Python that made `.venv` when `.venv`'s own runs now: it cannot make itself anew."""
    return getattr(sys, "_base_executable", None) if venv_folder.runs_inside() else None


def main(arguments: Sequence[str]) -> int:
    """Run `lab`, `test`, `check` or a command of sagalab; return the exit code. What a user can mend is one line with its cure, and 2."""
    prepare()
    command, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    # pytest's and sagalab's own options are not argparse's business
    ours = command in ("", "lab", "check") or command.startswith("-")
    options = _parser().parse_args(arguments) if ours else None
    try:
        outside = _python_outside() if venv_folder.why_not_usable() else None
        if outside:
            return subprocess.call([outside, sys.argv[0], *arguments])
        ensure(dev=command in ("test", "check"))
        if command == "check":
            return run_in_front([str(PYTHON), "-m", "tools", "check", *rest])[0]
        if command == "test":
            whole = all(word.startswith("--") for word in rest)  # no path, no -k
            return run_in_front([str(PYTHON), "-m", "pytest", *(_ALL_TESTS if whole else ()), *rest])[0]
        if options is None:
            return run_in_front([str(PYTHON), "-m", "sagalab", *arguments])[0]
        in_ci = bool(os.environ.get("CI"))
        return workshop.run_lab(browser=not (options.no_browser or in_ci), port=options.port)
    except SetupProblem as problem:
        fail(problem.what, problem.cure)
    except OSError as error:
        problem = explain_os_error(error)
        fail(problem.what, problem.cure)
    except KeyboardInterrupt:
        fail("Stopped.", "The same command goes on from here.")
        return 130
    return 2
