"""What may go wrong with an expression."""


class Undefined(Exception):
    """The expression found nothing."""


class JsonataError(Exception):
    """The expression could not be evaluated; the text says why in AWS's words ("T0412: Argument 1 of …").

    With `is_of_result` it was, and its result is none that JSON can hold.
    """

    def __init__(self, text: str, *, is_of_result: bool = False) -> None:
        super().__init__(text)
        self.is_of_result = is_of_result


class JsonataSyntaxError(ValueError):
    """The text is no JSONata; the error's text says why ("S0207: Unexpected end of expression")."""
