"""Make everything and start it: `python3 setup/run.py lab`, or `python3 setup/run.py test`.

This file must parse on every Python, also on 2.7, so that a too old one gets a clear line and
no SyntaxError. So: no f-strings and no annotations here. The work is done in setup/bootstrap/.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_TRIED = 16


def newer_python():
    """Return the name of a Python on the PATH that is new enough and runs, or None."""
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        command = ["py", "-3.%d" % minor] if os.name == "nt" else [name]
        with open(os.devnull, "w") as nowhere:
            try:
                if subprocess.call(command + ["-c", "import venv"], stdout=nowhere, stderr=nowhere) == 0:
                    return " ".join(command)
            except OSError:
                continue
    return None


def too_old():
    """Return the line for a Python that is too old, with its cure."""
    line = "Python %d.%d or later is needed, this is %d.%d. " % (OLDEST + tuple(sys.version_info[:2]))
    other = newer_python()
    if other:
        arguments = " ".join(sys.argv[1:]) or "lab"
        return line + "You have a newer one: %s setup/run.py %s" % (other, arguments)
    return line + "Install it from https://www.python.org/downloads/ and run this command with it."


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.stderr.write(too_old() + "\n")
        sys.exit(2)
    sys.dont_write_bytecode = True  # this may be a stick of somebody else's
    from bootstrap.cli import main

    sys.exit(main(sys.argv[1:]))
