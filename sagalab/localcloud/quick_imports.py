"""Import moto's Step Functions without moto's EC2, which halves the time to start.

Why, in moto 5.2.5: the Step Functions interpreter needs one enum of moto.batch, whose package imports EC2,
which reads all instance types and regions at import (0.65 s of 1.3 s).
"""

import importlib
import sys
import types
from pathlib import Path

import moto

_PACKAGE = "moto.batch"
_WANTED = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_batch"


def install() -> None:
    """Import the interpreter while a bare package stands in for moto.batch; Batch still works later."""
    if _PACKAGE in sys.modules:
        return
    bare = types.ModuleType(_PACKAGE)
    bare.__path__ = [str(Path(moto.__file__).parent / "batch")]
    sys.modules[_PACKAGE] = bare
    try:
        importlib.import_module(_WANTED)
    finally:
        del sys.modules[_PACKAGE]
