"""The command line of setup/run.py."""

import sys
from collections.abc import Sequence

from bootstrap.failures import SetupProblem, explain
from bootstrap.packages import ensure
from bootstrap.places import PYTHON
from bootstrap.programs import run_in_front
from bootstrap.stick import copy_home

# Tests mostly wait: some files at once take half the time, even on two cores. How many, and in which order: conftest.py.
_ALL_TESTS = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
_USAGE = """usage: setup/run.py lab [--no-browser] [--port N] | test [...] | check [--coverage] | COMMAND [...]

Make everything that Saga Lab needs in .venv, then start it.

  lab      deploy the saga on the local cloud and start JupyterLab (--no-browser: only print its address)
  test     run all tests; arguments go to pytest, to run some of them
  check    check format, lint, types and the order of the rooms (--coverage: the tests' coverage too, a minute)
  COMMAND  every other one goes to sagalab: setup/run.py doctor, setup/run.py lint FILE, …
"""


def main(arguments: Sequence[str]) -> int:
    """Run `lab`, `test`, `check` or a command of sagalab; return the exit code. What a user can mend is one line with its cure, and 2."""
    for stream in (sys.stdout, sys.stderr):  # what an old console cannot show becomes `?`, and stops nothing
        stream.reconfigure(errors="replace", line_buffering=True)
    if not arguments or arguments[0].startswith("-"):
        asked = "-h" in arguments or "--help" in arguments
        print(_USAGE, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    command, rest = arguments[0], arguments[1:]
    program = ["tools" if command == "check" else "sagalab", *arguments]
    if command == "test":
        whole = all(word.startswith("--") for word in rest)  # no path, no -k
        program = ["pytest", *(_ALL_TESTS if whole else ()), *rest]
    try:
        copy_home()
        ensure(dev=command in ("test", "check"))
        return run_in_front([PYTHON, "-m", *program])
    except (SetupProblem, OSError) as error:
        problem = explain(f"error: {error}", "Setting up") if isinstance(error, OSError) else error
        print(f"✗ {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("✗ Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
