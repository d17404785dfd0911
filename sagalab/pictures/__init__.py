"""Pictures of machines and executions: diagram, timeline, time travel, comparison, grid."""

from sagalab.pictures.compare import Comparison, compare
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing
from sagalab.pictures.grid import scenario_matrix
from sagalab.pictures.retry_storm import storm
from sagalab.pictures.steps import player, steps
from sagalab.pictures.timeline import timeline

__all__ = [
    "Comparison",
    "Drawing",
    "compare",
    "diagram",
    "player",
    "scenario_matrix",
    "steps",
    "storm",
    "timeline",
]
