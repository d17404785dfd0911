"""Whose a state machine is: of the course (its tasks are the course's functions), or anybody's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagalab.asl.document import read
from sagalab.deploying.machines import definition
from sagalab.deploying.names import DURABLE, TASKS
from sagalab.saga.words import function_name


def is_of_the_course(machine: str | Path | Mapping[str, Any]) -> bool:
    """Tell whether all functions that a machine calls are the course's, which run on its tables.

    `machine`: a name ("durable" too), a file or a definition. Raises SagaLabError for a file that cannot be read.
    """
    if isinstance(machine, str) and machine in {each.name for each in DURABLE}:
        return True
    tree = read(dict(machine) if isinstance(machine, Mapping) else definition(machine))
    called = {function_name(state) for state in tree.states if state.type == "Task"} - {""}
    return bool(called) and called <= {task.substitution for task in TASKS}
