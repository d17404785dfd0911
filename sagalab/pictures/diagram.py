"""The picture of a state machine, and of what an execution did in it.

The forward path is a column that goes down. Where the machine has compensations, these are a second
column that goes back up beside the steps they undo, so that the saga's shape is seen at once; what
handles a failed compensation stands to their right. Which state is what: saga/shape.py.
"""

import json
from typing import Any

from sagalab.asl.plain import holds_itself
from sagalab.history.execution import Execution
from sagalab.pictures.dot import Picture
from sagalab.pictures.drawing import Drawing
from sagalab.pictures.graph import MachineGraph
from sagalab.pictures.labels import machine_words, path_words
from sagalab.pictures.status import overlay


def diagram(
    definition: dict | str | Execution | None,
    execution=None,
    *,
    title: str | None = None,
    times: bool = True,
    compact: bool = False,
    marked: str | None = None,
    room_for=None,
) -> Drawing:
    """Return the picture of a state machine, a `graphviz.Digraph` that a notebook shows.

    `definition` is an ASL document (a dict or its JSON text); None takes the execution's own, or
    draws what the history shows, and so does an Execution in its place. `execution` is an `Execution`: states get their status by colour
    and sign, taken transitions are bold and numbered in order. `title` heads the picture;
    `times=False` leaves durations out, so that two runs of one path give the same bytes. `compact`
    leaves all details and untaken labels out, for small pictures; `marked` names a state to point out.
    `room_for` is another Execution, such as the whole run of which this is a part: boxes are as large
    as it needs, so that pictures of one machine keep one layout.
    A wrong definition draws as far as it goes (missing states are marked). Raises ValueError if
    `definition` is text and no JSON, or holds itself, or if both are None.
    """
    if isinstance(definition, Execution):
        definition, execution = None, execution or definition
    asl: Any = json.loads(definition) if isinstance(definition, str) else definition
    if asl is None and execution is None:
        raise ValueError("diagram needs a definition, an execution, or both.")
    if asl is None:
        asl = execution.definition
    if holds_itself(asl):
        raise ValueError("A part of the definition stands in itself.")
    if asl is None:
        graph = MachineGraph.from_visits((room_for or execution).visits)
    else:
        graph = MachineGraph.from_definition(asl)
    room = overlay(graph, room_for.visits) if room_for is not None else None
    laid = overlay(graph, execution.visits) if execution is not None else None
    words = machine_words(graph) if execution is None else path_words(execution)
    heading = title or ("State machine" if execution is None else "Execution")
    return Picture(graph, laid, room, execution, times, compact, marked).draw(heading, words, title)
