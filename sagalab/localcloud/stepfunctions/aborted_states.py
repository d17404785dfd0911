"""The states that a failing Parallel ends are in the history: TaskStateAborted, WaitStateAborted and so on.

Why: moto 5.2.5 writes no such event, so that a state of another branch seems to run for ever. On AWS the
Task whose failure ended the branch has one too (seen in the recordings).
"""

from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import BranchWorker
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

_ABORTED = {
    "TaskStateEntered": HistoryEventType.TaskStateAborted,
    "WaitStateEntered": HistoryEventType.WaitStateAborted,
    "ParallelStateEntered": HistoryEventType.ParallelStateAborted,
    "MapStateEntered": HistoryEventType.MapStateAborted,
}
_stop = BranchWorker.stop


def _stop_and_tell(self: BranchWorker, *args: Any, **kwargs: Any) -> None:
    env = self.env
    state = self._program.states.states.get(
        (env.states.context_object.context_object_data.get("State") or {}).get("Name")
    )
    event_type = _ABORTED.get(state.state_entered_event_type) if state is not None else None
    if event_type is not None and not isinstance(env.program_state(), ProgramEnded):
        env.event_manager.add_event(
            context=env.event_history_context, event_type=event_type, update_source_event_id=False
        )
    _stop(self, *args, **kwargs)


def install() -> None:
    """Install this file's adaptations into moto."""
    BranchWorker.stop = _stop_and_tell
