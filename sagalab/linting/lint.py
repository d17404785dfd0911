"""`lint(definition)`: what is wrong with a state machine, in plain words, before it runs.

The rules are in the lint_*.py files, one concept a file; each has a code and, in its docstring, a
bad and a good example. SAGA0xx: the language; 1xx: Retry, Catch and time; 2xx: variables; 3xx: the
saga. Substitutions such as ${NewOrderFunction} may stand anywhere in a text.
"""

import json

from sagalab.asl.document import Machine, read
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.plain import holds_itself
from sagalab.asl.source import path_text
from sagalab.linting import (
    errors as lint_errors,
)
from sagalab.linting import (
    language as lint_language,
)
from sagalab.linting import (
    query_language as lint_query_language,
)
from sagalab.linting import (
    saga as lint_saga,
)
from sagalab.linting import (
    timing as lint_timing,
)
from sagalab.linting import (
    undo_chain as lint_undo_chain,
)
from sagalab.linting import (
    undos as lint_undos,
)
from sagalab.linting import (
    variables as lint_variables,
)
from sagalab.linting.rule import ERROR, HINT, RULES, WARNING, Finding
from sagalab.linting.table import Findings

__all__ = ["ERROR", "HINT", "RULES", "RULE_FILES", "WARNING", "Finding", "Findings", "lint"]

RULE_FILES = (
    lint_language,
    lint_query_language,
    lint_errors,
    lint_timing,
    lint_variables,
    lint_saga,
    lint_undos,
    lint_undo_chain,
)
_NOT_ASL = "A machine is an object with StartAt and States."
_TEMPLATE = (
    "This is a template: give the file that it names, or what stands under Definition (or DefinitionString)."
)


def how_to_give_a_machine(value: object) -> str:
    """Return the cure for a document that is no machine; a template of CloudFormation, SAM or the CDK is known."""
    names = set(value) if isinstance(value, dict) else set()
    return _TEMPLATE if names & {"Resources", "AWSTemplateFormatVersion", "stepFunctions"} else _NOT_ASL


def _has_no_number(definition: object) -> bool:
    try:
        json.dumps(definition, default=str, skipkeys=True, allow_nan=False)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def lint(definition: object) -> Findings:
    """Return what is wrong with a definition (an ASL document as Python values), errors first.

    `definition` may also be its tree (`asl.text.read_text`): then findings tell line and column. Within a
    severity in the order of the states. Never raises, whatever the value is. The result is a list that a
    notebook shows as a table.
    """
    if not isinstance(definition, Machine) and holds_itself(definition):
        circle = Finding("SAGA001", ERROR, "", "A part of it stands in itself.", "Write a copy of it there.")
        return Findings([circle])
    machine = definition if isinstance(definition, Machine) else read(definition)
    definition = machine.body
    if not isinstance(definition, dict):
        return Findings([Finding("SAGA001", ERROR, "", "This is no state machine.", _NOT_ASL)])
    if has_placeholder(definition.get("States")):
        return Findings([])  # all of them are filled in at deployment
    if not isinstance(definition.get("States"), dict) or not definition["States"]:
        return Findings(
            [
                Finding(
                    "SAGA001", ERROR, "", "There are no States.", how_to_give_a_machine(definition), "States"
                )
            ]
        )
    try:
        found = [finding for rule in sorted(RULES, key=lambda rule: rule.code) for finding in rule(machine)]
    except RecursionError:
        deep = Finding("SAGA001", ERROR, "", "It is nested too deeply.", "Split it into several machines.")
        return Findings([deep])
    if (
        not any(finding.severity == ERROR for finding in found)
        and machine.source is None
        and _has_no_number(definition)
    ):
        cure = "JSON has finite numbers only."
        found.append(Finding("SAGA001", ERROR, "", "A number in it is infinite, or none (NaN).", cure))
    places = {path_text(state.path): index for index, state in enumerate(machine.states)}
    severities = (ERROR, WARNING, HINT)

    def order(finding: Finding) -> tuple[int, int, str]:
        path = finding.path
        while path and path not in places:
            path = path.rpartition(".")[0] if "." in path else ""
        return severities.index(finding.severity), places.get(path, -1), finding.code

    return Findings(sorted(dict.fromkeys(found), key=order))
