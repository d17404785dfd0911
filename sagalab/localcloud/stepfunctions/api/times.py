"""Times in answers: seconds since 1970, as the JSON protocol of AWS has timestamps."""


def seconds(at: int | None) -> float | None:
    """Return milliseconds since 1970 as the answer has them; None stays None."""
    return None if at is None else at / 1000
