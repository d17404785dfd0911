"""An answer is judged in a process of its own, which has a limit of time and memory and gives signs of life.

The process is kept for the next answer. A participant's Python, which may change anything, runs in a fork of it; where
there is none, the process is not kept.
"""

import atexit
import contextlib
import pickle
import queue
import subprocess
import sys
import threading
import time
from typing import Any

import cloudpickle
import psutil

from sagalab.course import judging
from sagalab.course.exercise import Exercise
from sagalab.course.outcome import Mistake, Outcome, holds
from sagalab.course.shown import Stranger, kind
from sagalab.errors import SagaLabError

WALL_SECONDS = 20.0  # an answer that waits, and does nothing
START_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_FORKS_SECONDS = 0.25  # to look for forks means to look at every process of the computer
_MOST_BYTES = 50_000_000  # of an answer, as it goes into the process
_OVER_SECONDS = 5.0
SIGN_SECONDS = 1.5  # so long without a word; then, and again as often
_GONE = "gone"
_COMMAND = "import sys; sys.path[:] = {path!r}; from sagalab.course.judging import main; main()"


def judge(exercise: Exercise, answer: Any) -> Outcome:
    """Return the outcome of an answer that is no stub. One that runs too long, or takes too much, is wrong.

    Raises SagaLabError when the process cannot be started, or when the check itself fails.
    """
    given = as_bytes(answer)
    is_code = exercise.takes == "source" or holds(answer, callable)
    with _one_at_a_time:
        process = kept()
        try:
            return process.judged(exercise, given, is_code, _Signs())
        except BaseException:  # Ctrl-C too
            process.end()
            raise
        finally:
            if is_code and not judging.FORKS:
                process.end()
                kept()  # it starts while the outcome is read


def as_bytes(answer: Any) -> bytes:
    """Return an answer as another process can read it: a function with what it needs of the notebook's names."""
    file = _Limited()
    try:
        cloudpickle.dump(answer, file)
        return b"".join(file.parts)
    except (Exception, SystemExit) as error:  # each type that cannot be pickled says so in its own way
        return pickle.dumps(Stranger(kind(answer), " ".join(str(error).split())))


class _Limited:
    """A file in memory that refuses to grow beyond what an answer may take: a class of one's own may iterate for ever."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = 0

    def write(self, part: Any) -> int:
        self._size += len(part)
        if self._size > _MOST_BYTES:
            raise ValueError(f"it holds more than {_MOST_BYTES // 1_000_000} MB")
        self.parts.append(bytes(part))
        return len(part)


class JudgeProcess:
    """The process of judging.main, and what it said."""

    def __init__(self) -> None:
        self._said: queue.Queue[tuple[str, Any]] = queue.Queue()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND.format(path=sys.path)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise SagaLabError(
                f"The process that judges answers does not start: {error.strerror}.", "Try again."
            ) from None
        threading.Thread(target=self._listen, daemon=True).start()
        self._ready = False

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def judged(self, exercise: Exercise, pickled: bytes, is_code: bool, still: "_Signs") -> Outcome:
        """Ask for the outcome of an answer, and wait for it within the limits."""
        self._get_ready(still)
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: the answer below says so
            self.process.stdin.write(pickle.dumps((exercise.name, pickled, is_code)))
            self.process.stdin.flush()
        watch = _Watch(self.process.pid)
        while True:
            kind, what = self.heard(still)
            if kind == judging.OUTCOME:
                return what
            if kind == judging.AT:
                still.at = what
            elif kind == judging.ERROR:
                raise SagaLabError(*what)
            elif kind == judging.BROKEN:
                raise SagaLabError(
                    f"The check {exercise.name} itself failed: {what.strip().splitlines()[-1]}",
                    "That is a mistake of the workshop, not of yours. Go on with "
                    f'check.reference("{exercise.name}").',
                )
            elif kind in (judging.ENDED, _GONE):
                if kind == _GONE:
                    self.end()
                return Mistake(
                    "the answer ends the Python that runs it", expected="that it returns something",
                    happened="it ended" + (f"; {still.at}" if still.at else ""),
                ).outcome(exercise.name)  # fmt: skip
            elif too_much := watch.too_much():
                if not (is_code and watch.end_forks() and self._is_over(still)):
                    self.end()
                return _stopped(exercise, too_much, still.at)

    def _is_over(self, still: "_Signs") -> bool:
        """Wait for the word that a fork has ended; return whether it came."""
        limit = time.monotonic() + _OVER_SECONDS
        while time.monotonic() < limit:
            kind, _ = self.heard(still)
            if kind in (judging.ENDED, judging.OUTCOME, _GONE):
                return kind != _GONE
        return False

    def end(self) -> None:
        """End the process, whatever it does."""
        with contextlib.suppress(psutil.Error):
            for fork in psutil.Process(self.process.pid).children(recursive=True):
                fork.kill()
        self.process.kill()
        self.process.wait()

    def _get_ready(self, still: "_Signs") -> None:
        limit = time.monotonic() + START_SECONDS
        while not self._ready:
            kind, _ = self.heard(still)
            self._ready = kind == judging.READY
            if kind == _GONE or time.monotonic() > limit:
                raise SagaLabError("The process that judges answers does not start.", "Try again.")

    def heard(self, still: "_Signs") -> tuple[str, Any]:
        still.show()
        try:
            return self._said.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return "", None

    def _listen(self) -> None:
        """Take over what the process says, until it has ended."""
        assert self.process.stdout is not None
        try:
            while True:
                self._said.put(pickle.load(self.process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self._said.put((_GONE, None))


class _Watch:
    """What an answer has used since it was given: processor time, time, memory."""

    def __init__(self, pid: int) -> None:
        self._begun = self._looked = time.monotonic()
        self._process = psutil.Process(pid)
        # those of the last look: the process waits for the answer, so it has none yet
        self._forks: list[psutil.Process] = []
        self._cpu, self._memory = self._used()

    def too_much(self) -> str:
        """Return in words what the answer has used too much of, or an empty text."""
        if time.monotonic() - self._looked > _FORKS_SECONDS:
            self._look_for_forks()
        cpu, memory = self._used()
        if cpu - self._cpu > judging.CPU_SECONDS or time.monotonic() - self._begun > WALL_SECONDS:
            return "time"
        return "memory" if memory - self._memory > judging.MEMORY_BYTES else ""

    def end_forks(self) -> bool:
        """End what the process has forked; return whether there was anything."""
        self._look_for_forks()
        for fork in self._forks:
            with contextlib.suppress(psutil.Error):
                fork.kill()
        return bool(self._forks)

    def _look_for_forks(self) -> None:
        self._looked = time.monotonic()
        try:
            self._forks = self._process.children(recursive=True)
        except psutil.Error:
            self._forks = []

    def _used(self) -> tuple[float, int]:
        """Return the seconds of processor time and the bytes of memory that are used now.

        A fork shares its memory with the process at first, and that is what is subtracted.
        """
        seconds, memory = 0.0, 0
        for each in [self._process, *self._forks]:
            with contextlib.suppress(psutil.Error):
                times = each.cpu_times()
                seconds += times.user + times.system
                memory = max(memory, each.memory_info().rss)
        return seconds, memory


def _stopped(exercise: Exercise, what: str, at: str) -> Outcome:
    where = " and was stopped" + (f"; {at}" if at else "")
    if what == "memory":
        return Mistake(
            "the answer takes more memory than it may",
            expected=f"less than {judging.MEMORY_BYTES // 1_000_000} MB",
            happened=f"it took more{where}",
        ).outcome(exercise.name)
    return Mistake(
        "the answer does not come to an end",
        expected=f"an answer within {judging.CPU_SECONDS:g} s",
        happened=f"it still ran{where}",
    ).outcome(exercise.name)


class _Signs:
    """The words under a cell while its check goes on: none for one that is quick."""

    def __init__(self) -> None:
        self.at = ""  # what is being judged
        self._begun = self._last = time.monotonic()

    def show(self) -> None:
        """Say that it still goes on, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._last >= SIGN_SECONDS:
            self._last = now
            print(f"… {now - self._begun:.0f} s, {self.at or 'the check starts'}", flush=True)


_process: JudgeProcess | None = None
_one_at_a_time = threading.Lock()


def kept() -> JudgeProcess:
    """Return the process that is kept, or a new one."""
    global _process
    if _process is None or not _process.alive:
        _process = JudgeProcess()
    return _process


@atexit.register
def _end() -> None:
    if _process is not None:
        _process.end()
