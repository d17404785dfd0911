"""The Amazon States Language itself, pure: no boto3, no moto, no files, no threads, no clock."""

from sagalab.asl.check import Problem, check
from sagalab.asl.document import Machine, State, read
from sagalab.asl.syntax_error import AslSyntaxError
from sagalab.asl.text import read_text

__all__ = [
    "AslSyntaxError",
    "Machine",
    "Problem",
    "State",
    "check",
    "read",
    "read_text",
]
