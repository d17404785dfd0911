"""Account ids in what people see: of the twelve digits only the last four, so that nothing shown keeps the whole."""

import re

_DIGITS = 12


def masked(account: str) -> str:
    """Return an account id of which only the last four digits can be read."""
    return "•" * (len(account) - 4) + account[-4:]


def mask_accounts(text: str) -> str:
    """Return a text in which every account id (12 digits that are no part of a longer number) is masked."""
    return re.sub(rf"(?<!\d)\d{{{_DIGITS}}}(?!\d)", lambda match: masked(match[0]), text)
