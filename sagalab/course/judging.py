"""The process in which answers are judged: it hears of an answer on its input and says the outcome on its output.

`judge_process` starts it, bounds it, and ends it. What an answer prints goes nowhere.
"""

import contextlib
import functools
import importlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from sagalab.course.at import listen
from sagalab.course.exercise import Exercise
from sagalab.course.exercises import exercises, find_exercise
from sagalab.course.outcome import CORRECT, Mistake, Outcome
from sagalab.course.shown import Stranger
from sagalab.errors import SagaLabError

AT, OUTCOME, ERROR, BROKEN, READY, ENDED = "at", "outcome", "error", "broken", "ready", "ended"
# Where a fork is safe, an answer that is Python runs in one: this process stays as it was, and warm for the next.
FORKS = sys.platform == "linux"
_SAID = 77  # the exit status of a fork that has said its outcome
MEMORY_BYTES = 1_000_000_000  # so much may an answer take beside what the process had before
CPU_SECONDS = 5.0
# An answer may call boto3 in a way that the services in memory do not see: it reaches no cloud, and no account.
_NO_CLOUD = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_CONTAINERS = ("dict", "list", "tuple", "set", "frozenset")
_TOO_MUCH = Mistake(
    "the answer takes more memory than it may",
    expected=f"less than {MEMORY_BYTES // 1_000_000} MB",
    happened="it was stopped",
)


def judged(exercise: Exercise, answer: Any) -> Outcome:
    """Return the outcome of an answer that is no stub, in this process and without a limit."""
    try:
        if isinstance(answer, Stranger) and answer.name in _CONTAINERS:
            raise Mistake(
                f"there is something in the {answer.name} that cannot be taken along to its check",
                expected="texts, numbers, lists, dicts", happened=answer.why,
            )  # fmt: skip
        if exercise.takes != "machine":
            return Outcome(exercise.name, CORRECT, exercise.judge(answer))
        from sagalab.course.trial import Trial

        return Outcome(exercise.name, CORRECT, exercise.judge(Trial(exercise.name, answer)))
    except Mistake as mistake:
        return mistake.outcome(exercise.name)


def main() -> None:
    """Judge one answer after the other until the input ends.

    An answer is (exercise, what was pickled of it, whether it is Python that would change this process).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the notebook, which ends this process then
    os.environ.update(_NO_CLOUD)
    with os.fdopen(os.dup(1), "wb") as out:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        _serve(sys.stdin.buffer, out)


def _serve(answers: BinaryIO, out: BinaryIO) -> None:
    def say(kind: str, what: Any) -> None:
        try:
            said = pickle.dumps((kind, what))
        except Exception:  # a fault of ours, as in _answered
            said = pickle.dumps((BROKEN, traceback.format_exc()))
        out.write(said)
        out.flush()

    listen(lambda words: say(AT, words))
    exercises()  # imported once, before the first fork
    say(READY, None)
    while True:
        try:
            name, pickled, is_code = pickle.load(answers)
        except EOFError:
            return
        if is_code and FORKS:
            _get_ready_for(name)
            _say_apart(name, pickled, say)
            continue
        with _bounds():
            say(*_answered(name, pickled))


def _get_ready_for(name: str) -> None:
    """Import and make what an exercise needs before the fork, so that no later one has to."""
    if name in exercises():
        for each in exercises()[name].imports:
            importlib.import_module(each)
        if exercises()[name].takes == "source":
            _first_order()


@functools.cache
def _first_order() -> None:
    """Let one order go through the saga: boto3's clients and what else is made once are there for all forks then."""
    from sagalab.orders.orders import make_order
    from sagalab.rehearsal.rehearse import rehearse

    rehearse("saga", make_order())


def _say_apart(name: str, pickled: bytes, say: Callable[[str, Any], None]) -> None:
    """Let a fork judge the answer and say the outcome; say ENDED of one that ended without."""
    child = os.fork()
    if child == 0:
        with _bounds():
            say(*_answered(name, pickled))
        os._exit(_SAID)
    _, status = os.waitpid(child, 0)
    if not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == _SAID):
        say(ENDED, None)


def _answered(name: str, pickled: bytes) -> tuple[str, Any]:
    try:
        return OUTCOME, judged(find_exercise(name), pickle.loads(pickled))
    except SagaLabError as error:
        return ERROR, (error.what, error.cure)
    except MemoryError:
        return OUTCOME, _TOO_MUCH.outcome(name)
    except Exception:  # a fault of ours; the process that asked says so
        return BROKEN, traceback.format_exc()


@contextlib.contextmanager
def _bounds() -> Any:
    """Let the system hold the limits where it can (Linux); the process that asked holds them everywhere.

    With the CPU's it also ends an answer that nobody waits for any more.
    """
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    import psutil

    taken = psutil.Process().memory_info().vms
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + 2 * CPU_SECONDS) + 1
    before = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):  # a limit below what is used, or none of ours to set
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, before[1]))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, before)
