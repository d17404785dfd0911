"""Small multiples: one picture a scenario, all of one machine, in one grid."""

from collections.abc import Mapping

from sagalab.pictures.diagram import diagram
from sagalab.pictures.grid import Cell, PictureGrid
from sagalab.pictures.palette import RUN_STATUS, look


def scenario_matrix(
    executions: Mapping, definition: dict | str | None = None, *, columns: int = 3
) -> PictureGrid:
    """Return a grid of small pictures, one an execution.

    `executions` maps a title to an `Execution`; `definition` is their machine (None: each one's own).
    Raises ValueError if there is no execution to show.
    """
    if not executions:
        raise ValueError("scenario_matrix needs at least one execution: {title: execution, …}.")
    cells = []
    for title, execution in executions.items():
        drawing = diagram(definition, execution, compact=True, times=False)
        status = execution.status + (f" {execution.error}" if execution.error else "")
        style = look(RUN_STATUS.get(execution.status, ""))
        cells.append(Cell(str(title), status, style, drawing))
    return PictureGrid(f"{len(cells)} executions of one machine", cells, min(columns, len(cells)))
