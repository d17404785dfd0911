"""Make everything and start it: `python3 setup/run.py lab`, or `python3 setup/run.py test`.

This file must parse on every Python, also on 2.7, so that a too old one gets a clear line and
no SyntaxError. So: no f-strings and no annotations here. The work is done in setup/bootstrap/.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)


def too_old():
    """Return the line for a Python that is too old, with its cure: a newer one on the PATH that runs, or python.org."""
    line = "Python %d.%d or later is needed, this is %d.%d. " % (OLDEST + tuple(sys.version_info[:2]))
    for minor in range(16, OLDEST[1] - 1, -1):
        command = ["py", "-3.%d" % minor] if os.name == "nt" else ["python3.%d" % minor]
        try:
            with open(os.devnull, "w") as nowhere:
                runs = subprocess.call(command + ["-c", ""], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            continue
        if runs:
            newer = command + ["setup/run.py"] + (sys.argv[1:] or ["lab"])
            return line + "You have a newer one: " + " ".join(newer)
    return line + "Install it from https://www.python.org/downloads/ and run this command with it."


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.stderr.write(too_old() + "\n")
        sys.exit(2)
    sys.dont_write_bytecode = True  # this may be a stick of somebody else's
    from bootstrap.cli import main

    sys.exit(main(sys.argv[1:]))
