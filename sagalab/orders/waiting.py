"""Wait for the end of an execution, whatever it is asked about: first often, then less."""

import time
from collections.abc import Callable

from sagalab.errors import SagaLabError

# Seconds before the first look and at most, and how they grow.
Polls = tuple[float, float, float]


def wait_for_end(
    name: str,
    over: Callable[[], bool],
    timeout: float,
    polls: Polls,
    parked: Callable[[], bool] = lambda: False,
) -> None:
    """Look until `over()`, or until `parked()`, which is asked when the looks are as rare as they become.

    `name` is the execution's, `timeout` in seconds. Raises SagaLabError after it.
    """
    pause, longest, growth = polls
    deadline = time.monotonic() + timeout
    while not over():
        if pause == longest and parked():
            return
        if time.monotonic() > deadline:
            raise SagaLabError(
                f"The execution {name} is still running after {timeout:g} s.",
                "It goes on. Wait for it with wait(arn, timeout=…), or stop it.",
            )
        time.sleep(pause)
        pause = min(pause * growth, longest)
