"""Independent calls at the same time, in threads."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def together(call: Callable[[T], R], items: Iterable[T], *, threads: int = 10) -> list[R]:
    """Return `call(item)` of each item, in their order. All are finished when the first error is raised."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(call, item) for item in items]]
