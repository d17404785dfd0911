"""What is kept of an execution that has ended: its description, its history packed, and nothing else.

Why: moto 5.2.5 keeps each execution for ever with all that it ran on (environment, frames, the threads of its
states, its events as dicts): some 60 kB for a saga. Here the history is packed (some 3 kB) and read as before.
The newest 5,000 ended executions of a region are kept. AWS keeps them for 90 days:
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import datetime
import json
import threading
import zlib
from collections import deque
from typing import Any

from moto.stepfunctions.parser.api import CloudWatchEventsExecutionDataDetails
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record import (
    MapRunRecordPoolManager,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramState
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.utils import TMP_THREADS

KEPT = 5000
_NO_RUNS, _NO_TOKENS = MapRunRecordPoolManager(), CallbackPoolManager({})
_INCLUDED = CloudWatchEventsExecutionDataDetails(included=True)
_ended: dict[tuple[str, str], deque[Execution]] = {}
_dropping = threading.Lock()
_installed = False


class PackedHistory:
    """The events of an ended execution. It stands where moto's EventManager stood."""

    __slots__ = ("_packed",)

    def __init__(self, events: list[dict[str, Any]]):
        text = json.dumps(events, separators=(",", ":"), default=datetime.datetime.timestamp)
        self._packed = zlib.compress(text.encode())

    @property
    def _history_event_list(self) -> list[dict[str, Any]]:
        return json.loads(zlib.decompress(self._packed))

    get_event_history = _history_event_list.fget


class EndedEnvironment:
    """What is asked of the environment of an execution after its end."""

    __slots__ = ("event_manager", "map_run_record_pool_manager", "callback_pool_manager", "_state")

    def __init__(self, env: Environment):
        self.event_manager = PackedHistory(env.event_manager._history_event_list)
        runs, tokens = env.map_run_record_pool_manager, env.callback_pool_manager
        self.map_run_record_pool_manager = runs if runs._pool else _NO_RUNS
        self.callback_pool_manager = (
            tokens if tokens._pool else _NO_TOKENS
        )  # a late answer learns: it is over
        self._state = env.program_state()

    def program_state(self) -> ProgramState:
        """Return how it ended."""
        return self._state

    def is_running(self) -> bool:
        """It has ended."""
        return False


class EndedWorker:
    """Stands where moto's ExecutionWorker stood; stopping what has ended changes nothing."""

    __slots__ = ("env",)

    def __init__(self, env: EndedEnvironment):
        self.env = env

    def stop(self, **given: Any) -> None:
        """Change nothing."""


def _pack(execution: Execution) -> None:
    """Let go of all that only a running execution needs."""
    execution.exec_worker = EndedWorker(EndedEnvironment(execution.exec_worker.env))
    execution.input_data = execution._cloud_watch_logging_session = None
    execution.input_details = execution.output_details = _INCLUDED
    TMP_THREADS.clear()  # moto's list of the threads that it ever started, which nobody reads


def _drop_oldest(execution: Execution) -> None:
    """Count an ended execution; forget the oldest when there are too many."""
    with _dropping:
        ended = _ended.setdefault((execution.account_id, execution.region_name), deque())
        ended.append(execution)
        while len(ended) > KEPT:
            _forget(ended.popleft())


def _forget(execution: Execution) -> None:
    backend = execution.state_machine.backend
    backend.executions_by_arn.pop(execution.execution_arn, None)
    for machine in backend.state_machines:
        if machine.arn == execution.state_machine_arn and execution in machine.executions:
            machine.executions.remove(execution)


def _terminated(self: BaseExecutionWorkerCommunication) -> None:
    _terminate(self)
    _pack(self.execution)
    _drop_oldest(self.execution)


_terminate = BaseExecutionWorkerCommunication.terminated


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    BaseExecutionWorkerCommunication.terminated = _terminated
