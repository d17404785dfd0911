"""variableReferences: which workflow variables each state reads.

Source: API_DescribeStateMachine ("States that do not use variable references will not be shown").
"""

import re
from collections.abc import Iterator

from sagalab.asl.document import Machine
from sagalab.asl.expressions import Expression, expressions
from sagalab.linting.jsonata_text import free_variables

_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
_VARIABLE = re.compile(r"(?<!\$)\$([^\W\d]\w*)")
_RESERVED = "states"


def variable_references(machine: Machine) -> dict[str, list[str]]:
    """Return state → the names of its variables, each once, in the order of the definition."""
    used: dict[str, list[str]] = {}
    for state in machine.states:
        names = dict.fromkeys(name for found in expressions(state) for name in _names(found))
        if names:
            used[state.name] = list(names)
    return used


def _names(found: Expression) -> Iterator[str]:
    if not found.is_read:
        return
    if found.kind == "jsonata":
        names = free_variables(found.code)
    elif found.kind in ("variable", "intrinsic", "path"):
        names = tuple(_VARIABLE.findall(_QUOTED.sub("", found.text)))
    else:
        return
    yield from (name for name in names if name != _RESERVED)
