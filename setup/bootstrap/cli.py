"""The command line of setup/run.py."""

import re
import subprocess
import sys
from collections.abc import Sequence

from bootstrap import stick, venv_folder
from bootstrap.console import fail, prepare, run_in_front
from bootstrap.failures import SetupProblem, explain_os_error
from bootstrap.packages import ensure
from bootstrap.places import PYTHON

# Tests mostly wait: some files at once take half the time, even on two cores. How many, and in which order: conftest.py.
_ALL_TESTS = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
_USAGE = """usage: setup/run.py lab [--no-browser] [--port N] | test [...] | check [--coverage] | COMMAND [...]

Make everything that Saga Lab needs in .venv, then start it.

  lab      deploy the saga on the local cloud and start JupyterLab
           (--no-browser: print the address only; --port N, 1 to 65535: default 8888 or the next free one)
  test     run all tests; arguments go to pytest, to run some of them
  check    check format, lint, types and the order of the rooms (--coverage: the tests' coverage too, a minute)
  COMMAND  every other one goes to sagalab: setup/run.py doctor, setup/run.py lint FILE, …
"""
_PORT = r"(6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})"
# pytest's and sagalab's own options are theirs to refuse
_UNDERSTOOD = rf"lab( --no-browser| --port[ =]{_PORT})*|check( --coverage)?|(?!lab\b|check\b|-)\S[\s\S]*"


def main(arguments: Sequence[str]) -> int:
    """Run `lab`, `test`, `check` or a command of sagalab; return the exit code. What a user can mend is one line with its cure, and 2."""
    prepare()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if not re.fullmatch(_UNDERSTOOD, " ".join(arguments)):
        asked = "-h" in arguments or "--help" in arguments
        print(_USAGE, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
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
