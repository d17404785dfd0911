"""Work that clicks start: beside whatever else the kernel does, and with every error in words."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sagalab.cloud.aws_errors import explain
from sagalab.errors import SagaLabError

_log = logging.getLogger(__name__)
Work = Coroutine[Any, Any, Any] | asyncio.Future[Any]


class Errands:
    """What a panel has under way. `tasks` are those that have not ended; `failed(words)` is told what went wrong."""

    def __init__(self, failed: Callable[[str], None]):
        self._failed = failed
        self.tasks: set[asyncio.Task[Any]] = set()  # the loop itself keeps no task alive

    def later(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any] | None":
        """Start work beside whatever else the kernel does; without an event loop (a plain script) do it now."""
        if not has_loop():
            asyncio.run(work)
            return None
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def guarded(self, work: Work, tells: Callable[[], bool] = lambda: True) -> bool:
        """Await work. An error becomes a message, if `tells()` says so then; tell whether there was none."""
        try:
            await work
        except SagaLabError as error:
            words = str(error)
        except (BotoCoreError, ClientError, OSError) as error:
            known = explain(error)  # AWS's own words, on AWS
            words = (
                str(known)
                if known
                else f"The cloud does not answer: {type(error).__name__}. "
                "Press Run: a local cloud that was lost is started anew, and the saga deployed again."
            )
        except Exception as error:
            _log.exception("A click in the failure lab broke.")
            words = f"This should not happen: {type(error).__name__}: {error}. Press Reset."
        else:
            return True
        if tells():
            self._failed(words)
        return False


def has_loop() -> bool:
    """Tell whether an event loop runs here: in a kernel, but not in a plain script."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
