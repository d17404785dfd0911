"""What DynamoDB says no with: an error code, a message, and what belongs to it."""

from typing import Any


class Refused(Exception):
    """A request that DynamoDB refuses; `more` stands beside the error in its answer (Item, reasons)."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.more = code, message, more


def invalid(message: str) -> Refused:
    """Return the error of a request that is not valid."""
    return Refused("ValidationException", message)
