"""What a worker may use while it computes: its function's MemorySize, and so much output.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: a function that needs more is ended.
AWS has no limit on what a function prints; here it would fill the disk.
"""

import os
from typing import IO

import psutil

_LARGEST_OUTPUT = 32_000_000  # bytes of one call
_KEPT_OUTPUT = 1_000_000  # bytes of one call that reach the log
_FAMILY_LOOKS = (
    10  # at every tenth look what the worker has started counts too: finding it takes some milliseconds
)


class OverLimit(Exception):
    """The worker needs more than it may. `error_type` is Lambda's."""

    def __init__(self, error_type: str, words: str):
        super().__init__(words)
        self.error_type = error_type


class Limits:
    """Looks at one worker. `memory_mb` is its function's MemorySize."""

    def __init__(self, pid: int, memory_mb: int, log: IO[bytes]):
        self._process = psutil.Process(pid)
        self._memory_mb = memory_mb
        self._log = log
        self._looks = 0

    def look(self) -> None:
        """Raise OverLimit when the worker uses too much memory, or has printed too much in this call."""
        self._looks += 1
        if os.fstat(self._log.fileno()).st_size - self._log.tell() > _LARGEST_OUTPUT:
            raise OverLimit(
                "Runtime.ExitError",
                f"The function printed more than {_LARGEST_OUTPUT // 1_000_000} MB and was ended.",
            )
        if self._used() > self._memory_mb * 1_048_576:
            raise out_of_memory(self._memory_mb)

    def _used(self) -> int:
        try:
            used = self._process.memory_info().rss
            if self._looks % _FAMILY_LOOKS == 0:
                used += sum(_size(each) for each in self._process.children(recursive=True))
        except psutil.Error:
            return 0  # it has ended, which its connection tells
        return used


def _size(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def out_of_memory(memory_mb: int) -> OverLimit:
    """Return the error of a function that needs more than its MemorySize."""
    words = (
        f"The function needs more memory than its MemorySize of {memory_mb} MB and was ended: signal: killed"
    )
    return OverLimit("Runtime.OutOfMemory", words)


def read_output(log: IO[bytes]) -> str:
    """Return what was printed since the last time; of very much only the first part, and that it is one."""
    kept = log.read(_KEPT_OUTPUT)
    left = os.fstat(log.fileno()).st_size - log.tell()
    if left <= 0:
        return kept.decode("utf-8", "replace")
    log.seek(left, os.SEEK_CUR)
    return (
        kept.decode("utf-8", "replace")
        + f"\n[{left} more bytes were printed; the local cloud keeps the first part]"
    )
