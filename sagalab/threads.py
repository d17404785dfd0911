"""Independent calls at the same time, in threads."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def together(call: Callable[[T], R], items: Iterable[T], *, threads: int = 10) -> list[R]:
    """Return `call(item)` of each item, in their order.

    After an error or a Ctrl-C none is begun any more; those that are under way are finished when it is raised.
    """
    failed = threading.Event()

    def unless_failed(item: T) -> R:
        if failed.is_set():
            raise CancelledError
        try:
            return call(item)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(unless_failed, item) for item in items]
        try:
            wait(futures)
        except BaseException:  # Ctrl-C
            failed.set()
            raise
    errors = [error for future in futures if (error := future.exception()) is not None]
    if errors:
        raise next((error for error in errors if not isinstance(error, CancelledError)), errors[0])
    return [future.result() for future in futures]
