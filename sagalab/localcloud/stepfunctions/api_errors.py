"""The errors that Step Functions' API answers carry their code.

Why: the exceptions in moto 5.2.5's parser/api.py name their code in a field that moto's server does not
read, and need a message that moto does not give: callers got a 500 or an error without a code.
"""

import inspect

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser import api

MESSAGES = {
    "TaskTimedOut": "Task Timed Out: 'Provided task does not exist anymore'",
    "TaskDoesNotExist": "Task Does Not Exist: 'Provided task does not exist anymore'",
    "InvalidToken": "Invalid Token: 'Invalid token'",
}


def _init(self: AWSError, message: str | None = None) -> None:
    code = type(self).TYPE
    AWSError.__init__(self, MESSAGES.get(code, code) if message is None else message)


def install() -> None:
    """Give each error of moto's Step Functions parser its code and a message."""
    for error in vars(api).values():
        if inspect.isclass(error) and issubclass(error, AWSError) and error.__module__ == api.__name__:
            if isinstance(vars(error).get("code"), str):
                error.TYPE, error.STATUS = error.code, getattr(error, "status_code", 400)
                error.__init__ = _init
