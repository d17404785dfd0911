"""What is deleted, or was made only for a moment, is freed.

Why: moto 5.2.5 keeps a list of every instance of every model that it ever made, for a web page that shows them.
One write of an order makes some fifty copies of rows: all stayed for ever, some 60 kB a saga.
"""

from typing import Any

from moto.core.common_models import BaseModel


def _new(cls: type[BaseModel], *args: Any, **kwargs: Any) -> BaseModel:
    return super(BaseModel, cls).__new__(cls)


def install() -> None:
    """Install this file's adaptation into moto."""
    BaseModel.__new__ = _new
