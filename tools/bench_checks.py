"""How quick the course's checks answer: every exercise's solution, several times, and the first answer of a session."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from sagalab.course.check import check
from sagalab.course.exercises import exercises
from tools.bench import Bar

_ROUNDS = 5
_THINKING_SECONDS = 1.5  # a person reads the outcome before the next answer; a new process starts meanwhile


@dataclass(frozen=True)
class CheckFigures:
    """What was measured: times of answers in milliseconds of wall time, and how many solutions were called wrong."""

    first_answer_ms: float
    answer_p50_ms: float
    answer_p95_ms: float
    answers: int
    solutions_called_wrong: int


CHECK_BARS = (
    Bar("first_answer_ms", "Checks: the first answer of a session", "ms", None),
    Bar("answer_p50_ms", "Checks: an answer, p50", "ms", None),
    Bar("answer_p95_ms", "Checks: an answer, p95", "ms", 1000.0),
    Bar("answers", "Checks: so many answers", "", None),
    Bar("solutions_called_wrong", "Checks: solutions that are called wrong", "", 0),
)


def measure(say: Callable[[str], None] = lambda text: None) -> CheckFigures:
    """Let every solution be judged, in a state folder of its own; `say` hears what is going on."""
    times, wrong = [], 0
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state:
        os.environ["SAGALAB_STATE_DIR"] = state
        try:
            for number in range(_ROUNDS):
                say(f"judging answers, round {number + 1} of {_ROUNDS}")
                for name, exercise in exercises().items():
                    answer = check.reference(name)
                    begun = time.perf_counter()
                    wrong += not getattr(check, name)(answer).is_correct
                    times.append((time.perf_counter() - begun) * 1000)
                    if exercise.takes == "source" or callable(answer):
                        time.sleep(_THINKING_SECONDS)
        finally:
            os.environ.clear()
            os.environ.update(before)
    return CheckFigures(
        first_answer_ms=times[0],
        answer_p50_ms=statistics.median(times),
        answer_p95_ms=statistics.quantiles(times, n=20)[-1],
        answers=len(times),
        solutions_called_wrong=wrong,
    )
