"""What may go wrong with an expression."""

import re

_CODED = re.compile(r"[A-Z]\d{4}: ")


class Undefined(Exception):
    """The expression found nothing."""


class JsonataError(Exception):
    """The expression could not be evaluated; the text says why in AWS's words ("T0412: Argument 1 of …").

    With `is_of_result` it was, and its result is none that JSON can hold.
    """

    def __init__(self, text: str, *, is_of_result: bool = False) -> None:
        super().__init__(text)
        self.is_of_result = is_of_result

    @property
    def told(self) -> str:
        """What AWS says after "The JSONata expression '…' specified for the field '…'". A sentence with a
        code follows a full stop, one without a code (a limit) a colon (measured: floci #2737)."""
        text = str(self)
        if self.is_of_result:
            return text
        return f"threw an error during evaluation{'.' if _CODED.match(text) else ':'} {text}"


class JsonataSyntaxError(ValueError):
    """The text is no JSONata; the error's text says why ("S0207: Unexpected end of expression")."""
