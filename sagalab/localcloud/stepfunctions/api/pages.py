"""Pages of a list: maxResults and nextToken.

A token names the place after the last item that was given, so that pages hold while items come and go.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sagalab.localcloud.stepfunctions.api.errors import bad_token

DEFAULT = 100

Item = TypeVar("Item")


def page(
    items: Iterable[Item], given: Mapping[str, Any], place: Callable[[Item], tuple[Any, ...]]
) -> tuple[list[Item], dict[str, str]]:
    """Return a request's page of items, sorted by their `place`, and {"nextToken"} when there are more.

    `place` gives what sorts an item and is its own. Raises ApiError InvalidToken.
    """
    size = given.get("maxResults") or DEFAULT
    after = _read(given.get("nextToken"))
    placed = sorted(((place(item), item) for item in items), key=lambda pair: pair[0])
    try:
        left = placed if after is None else [pair for pair in placed if pair[0] > after]
    except TypeError:  # a token of another list
        raise bad_token() from None
    chosen = left[:size]
    more = {"nextToken": _write(chosen[-1][0])} if len(left) > size else {}
    return [item for _, item in chosen], more


def _write(place: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read(token: str | None) -> tuple[Any, ...] | None:
    if token is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        raise bad_token() from None
    if not isinstance(found, list):
        raise bad_token()
    return tuple(found)
