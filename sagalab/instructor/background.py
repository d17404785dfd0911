"""A call that blocks, beside the page's event loop, in a thread that holds up no end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def in_background(call: Callable[..., T], *arguments: Any) -> T:
    """Return `call(*arguments)`, made in a daemon thread; its error is raised here.

    `asyncio.to_thread` would do, but for the end: Python joins its threads, and one may wait a minute for a cloud
    that is gone. Nobody waits for this one.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(done: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            done(value)

    def work() -> None:
        done: Callable[[Any], None]
        value: Any
        try:
            done, value = future.set_result, call(*arguments)
        except Exception as error:
            done, value = future.set_exception, error
        with suppress(RuntimeError):  # the loop is closed: the page has ended
            loop.call_soon_threadsafe(settle, done, value)

    threading.Thread(target=work, daemon=True).start()
    return await future
