"""What is wrong with a state machine, in plain words, before it runs: the rules, one file a subject."""

from sagalab.linting.lint import ERROR, HINT, RULES, WARNING, Finding, Findings, lint

__all__ = [
    "ERROR",
    "Finding",
    "Findings",
    "HINT",
    "RULES",
    "WARNING",
    "lint",
]
