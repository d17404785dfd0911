"""Executions as data, read from any history: visits, attempts, branches, iterations."""

from sagalab.history.execution import Execution
from sagalab.history.visits import Attempt, Visit, gaps

__all__ = [
    "Attempt",
    "Execution",
    "Visit",
    "gaps",
]
