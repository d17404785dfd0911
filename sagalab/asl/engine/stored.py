"""A run as JSON values: kept anywhere, and gone on with later, in another process."""

from dataclasses import asdict
from typing import Any

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run

_PLAIN = (
    *("status", "events", "map_runs", "root", "serial", "draws", "now", "input", "output", "error", "cause"),
    *("started", "stopped", "redrives", "redriven"),
)


def as_json(run: Run) -> dict[str, Any]:
    """Return all of a run between two tells but its program (and how a single state is tested)."""
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        "execution": asdict(run.execution),
        "frames": [frame.as_json() for frame in run.frames.values()],
        "tasks": [list(pair) for pair in run.tasks.items()],
        "timers": [list(pair) for pair in run.timers.items()],
        "children": [[child, *place] for child, place in run.children.items()],
    }


def from_json(program: Program, data: dict[str, Any]) -> Run:
    """Return the run that as_json() gave; `program` must be of the same definition."""
    run = Run(program, Execution(**data["execution"]))
    for name in _PLAIN:
        setattr(run, name, data[name])
    run.frames = {frame["id"]: Frame.from_json(frame) for frame in data["frames"]}
    run.tasks = dict(data["tasks"])
    run.timers = dict(data["timers"])
    run.children = {child: (frame, index) for child, frame, index in data["children"]}
    return run
