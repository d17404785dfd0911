"""A tree of worlds in two processes: this one, and a helper beside it that takes part of the plans.

The helper is started as a module of its own (no fork, no import of the caller's `__main__`), so that it works in a
notebook, in a script and on Windows. When it cannot be started or ends, this process does its part too.
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from sagalab.orders.faults import Fault, FaultPlan
from sagalab.rehearsal.fault_tree import grow
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.result import Case

Found = tuple[list[FaultPlan], Case]
WORTH_IT = 600  # plans; fewer are done before a second process has imported what it needs
_PARTS = 24  # so many parts, so that the two end at about the same time


def grow_in_two(
    definition: Mapping[str, Any], chosen: Sequence[FaultPlan], *, seed: int | str = 1
) -> Generator[Found]:
    """Yield what `grow` yields for a definition, in another order; few plans are run in this process alone."""
    if len(chosen) < WORTH_IT or (os.cpu_count() or 1) < 2:
        yield from grow(*ready(definition), chosen, seed=seed)
        return
    parts = deque(parts_of(chosen))
    done: queue.SimpleQueue[Found | None] = queue.SimpleQueue()
    helper = Helper(definition, seed, parts, done)
    try:
        helper.start()
        while (part := _next(parts)) is not None:
            for found in grow(*ready(definition), part, seed=seed):
                yield found
                yield from _there(done)
        # What the helper still has: it says None when nothing is left for it.
        while (last := done.get()) is not None:
            yield last
        while (part := _next(parts)) is not None:  # what it could not do
            yield from grow(*ready(definition), part, seed=seed)
    finally:
        helper.end()


def parts_of(chosen: Sequence[FaultPlan]) -> list[list[FaultPlan]]:
    """Part the plans so that those with the same first fault stay together: they share their beginning."""
    together: dict[Fault | None, list[FaultPlan]] = {}
    for plan in chosen:
        together.setdefault(plan.faults[0] if plan.faults else None, []).append(plan)
    parts: list[list[FaultPlan]] = [[]]
    for group in together.values():
        if len(parts[-1]) >= len(chosen) / _PARTS:
            parts.append([])
        parts[-1] += group
    return parts


def _next(parts: deque[list[FaultPlan]]) -> list[FaultPlan] | None:
    try:
        return parts.popleft()
    except IndexError:
        return None


def _there(done: "queue.SimpleQueue[Found | None]") -> Iterator[Found]:
    """Yield what the helper has found meanwhile; its None is left for the end."""
    with contextlib.suppress(queue.Empty):
        while True:
            found = done.get_nowait()
            if found is None:
                done.put(None)
                return
            yield found


class Helper(threading.Thread):
    """Gives parts to the other process and takes what it finds."""

    def __init__(
        self,
        definition: Mapping[str, Any],
        seed: int | str,
        parts: deque[list[FaultPlan]],
        done: "queue.SimpleQueue[Found | None]",
    ) -> None:
        super().__init__(daemon=True, name="explorer")
        self._given = dict(definition), seed
        self._parts, self._done = parts, done
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def run(self) -> None:
        part = None
        try:
            self._process = started_helper()
            if self._ended:
                return
            _send(self._process.stdin, self._given)
            while (part := _next(self._parts)) is not None:
                _send(self._process.stdin, part)
                # A part counts only as a whole: of one that was cut off nothing is told, and it is done again.
                found = pickle.load(self._process.stdout)  # type: ignore[arg-type]
                for each in found:
                    self._done.put(each)
                part = None
        except (OSError, EOFError, pickle.UnpicklingError):
            if part is not None:
                self._parts.append(part)
        finally:
            self._done.put(None)
            self.end()

    def end(self) -> None:
        """End the other process."""
        self._ended = True
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()


def started_helper() -> "subprocess.Popen[bytes]":
    hidden = 0
    if sys.platform == "win32":
        hidden = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        [sys.executable, "-m", "sagalab.rehearsal.two_processes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=hidden,
    )


def _send(pipe: IO[bytes] | None, value: Any) -> None:
    assert pipe is not None  # as it was opened
    pickle.dump(value, pipe)
    pipe.flush()


def _serve() -> None:
    """Be the helper: read what is to be explored, then part after part, and answer each."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the process that the user sees; it ends this one
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what anything prints is no answer
    definition, seed = pickle.load(sys.stdin.buffer)
    tree, program = ready(definition)
    with contextlib.suppress(EOFError):
        while True:
            part = pickle.load(sys.stdin.buffer)
            found = [(plans, _light(case)) for plans, case in grow(tree, program, part, seed=seed)]
            _send(answers, found)


def _light(case: Case) -> Case:
    """Return a case without its execution, which is kept for pictures of single faults only."""
    return replace(case, execution=None)


if __name__ == "__main__":
    _serve()
