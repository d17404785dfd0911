"""What JupyterHub starts for a user, as that user: the course is copied into the home, and Jupyter serves the copy."""

import os
import sys
import tempfile
from pathlib import Path

_LONGEST = 50  # characters of a folder for kernels' sockets: the system allows 107 for a whole path

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from bootstrap import stick
    from bootstrap.failures import SetupProblem, explain
    from bootstrap.places import ROOT, SOURCE

    if ROOT == SOURCE:
        sys.exit(f"{SOURCE} can be written to by this user: it must belong to root.")
    os.umask(0o077)
    try:
        stick.copy_home()
    except (SetupProblem, OSError) as error:
        problem = explain(f"error: {error}", "Copying the course") if isinstance(error, OSError) else error
        sys.exit(f"✗ {problem}")
    os.chdir(ROOT)
    run = str(Path.home() / ".saga-run")
    os.environ["JUPYTER_RUNTIME_DIR"] = run if len(run) <= _LONGEST else tempfile.mkdtemp()
    # the packages are shared, the course is the user's own copy
    command = [sys.executable, "-m", "sagalab.upkeep.single_user", *sys.argv[1:]]
    os.execve(sys.executable, command, os.environ | {"PYTHONPATH": str(ROOT)})
