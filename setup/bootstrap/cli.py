"""The command line of setup/run.py."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from bootstrap import stick, venv_folder
from bootstrap.console import fail, prepare
from bootstrap.failures import SetupProblem, explain_os_error
from bootstrap.packages import ensure
from bootstrap.places import PYTHON
from bootstrap.running import run_in_front

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


def main(arguments: Sequence[str]) -> int:
    """Run `lab`, `test`, `check` or a command of sagalab; return the exit code. What a user can mend is one line with its cure, and 2."""
    prepare()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    # pytest's and sagalab's own options are not argparse's business
    if command in ("", "lab", "check") or command.startswith("-"):
        _parser().parse_args(arguments)
    program = ["sagalab", *arguments]
    if command == "check":
        program = ["tools", *arguments]
    elif command == "test":
        whole = all(word.startswith("--") for word in rest)  # no path, no -k
        program = ["pytest", *(_ALL_TESTS if whole else ()), *rest]
    try:
        stick.copy_home()
        if venv_folder.runs_inside() and venv_folder.why_not_usable() and hasattr(sys, "_base_executable"):
            # .venv is activated and cannot make itself anew
            return subprocess.call([sys._base_executable, sys.argv[0], *arguments])
        ensure(dev=command in ("test", "check"))
        return run_in_front([PYTHON, "-m", *program])
    except (SetupProblem, OSError) as error:
        problem = explain_os_error(error) if isinstance(error, OSError) else error
        fail(problem.what, problem.cure)
        return 2
    except KeyboardInterrupt:
        fail("Stopped.", "The same command goes on from here.")
        return 130
