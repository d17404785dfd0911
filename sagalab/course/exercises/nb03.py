"""Exercises of notebook 03: the waits of a retrier, what to retry, and how patiently."""

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate
from numbers import Real
from typing import Any, cast

from sagalab.asl.backoff import backoff, retrier_for
from sagalab.asl.parts import Retrier
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.orders.faults import Fault

NOTEBOOK = "03_retry"
PAY = "ProcessPayment"
TRANSIENT, THROTTLED = "Lambda.ServiceException", "Lambda.TooManyRequestsException"
WAITS_OF = {"IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 5, "MaxDelaySeconds": 20}
PATIENT = [1.0, 2.0, 3.0, 3.0]


@exercise(
    "waits",
    notebook=NOTEBOOK,
    title="Which waits does this retrier make? A list of seconds, one for each retry.",
    takes="value",
    hints=(
        "MaxAttempts counts retries, not calls. So the list has that many numbers.",
        "The first wait is IntervalSeconds. Each later one is the one before, times BackoffRate.",
        "No wait is above MaxDelaySeconds: cut what is longer.",
    ),
)
def waits(answer: Any) -> str:
    """Judge by the formula."""
    right = backoff(WAITS_OF)
    found = _numbers(answer)
    if found is None:
        in_quotes = isinstance(answer, list | tuple) and any(isinstance(each, str) for each in answer)
        raise Mistake(
            "the answer is not a list of numbers" + (": there are texts in it" if in_quotes else ""),
            expected="[first wait, second wait, …]",
            happened=shown(answer),
        )
    if found == right:
        return "five retries, doubled each time, and cut at 20 s."
    interval, rate, retries, most = (
        WAITS_OF[k] for k in ("IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds")
    )
    uncut = [float(interval * rate**n) for n in range(retries)]
    mistakes = {
        (*uncut,): "no wait may be above MaxDelaySeconds",
        (*[float(interval)] * retries,): "BackoffRate makes each wait longer than the one before",
        (*right[:-1],): "MaxAttempts counts the retries, and the first call is not one of them",
        (*right, float(most)): "MaxAttempts counts the retries: there is no wait after the last",
        (*(min(each * rate, float(most)) for each in right),): "the first wait is IntervalSeconds itself",
        (
            *(float(min(interval + rate * n, most)) for n in range(retries)),
        ): "BackoffRate multiplies, it does not add",
        (*(float(most) for _ in right),): "MaxDelaySeconds is the most, and not every wait",
        (*accumulate(right),): "each number is one wait, and not the time since the first call",
        (*accumulate(uncut),): "each number is one wait, and not the time since the first call",
        (*(each * 1000 for each in right),): "waits are in seconds, and not in milliseconds",
        (*reversed(right),): "the waits grow: the first is the shortest",
        (0.0, *right[:-1]): "the first wait is IntervalSeconds: the call before it is no wait",
    }
    if isinstance(answer, set | frozenset):
        raise Mistake(
            "a set has no order, and keeps each number once",
            expected="[first wait, second wait, …]",
            happened=shown(answer),
        )
    because = mistakes.get((*found,)) or (
        f"there are {retries} retries, and so {retries} waits"
        if len(found) != len(right)
        else _first_difference(found, right)
    )
    raise Mistake(because, expected=f"{retries} waits that follow from {WAITS_OF}", happened=shown(answer))


@exercise(
    "retry",
    notebook=NOTEBOOK,
    title="Let the payment survive two transient faults, and never repeat a business error.",
    hints=(
        "Retry is a list of retriers. Each names, under ErrorEquals, the errors that it takes.",
        "Read the error's name in the table of the failed run. ErrProcessPayment is not it.",
        'One retrier for "Lambda.ServiceException" is enough. MaxAttempts must allow two retries or more.',
    ),
)
def retry(trial: Trial) -> str:
    """Judge by how often the payment is called under each fault."""
    calm, twice, refused = trial.run(
        no_fault=None,
        the_payment_fails_twice_for_a_moment=Fault.transient(PAY, times=2),
        the_payment_is_refused=Fault.error(PAY),
    )
    if not calm.succeeded:
        raise Mistake(
            "a good order fails", expected="the happy path as before", happened=calm.ending, run=calm
        )
    _must_be_called(calm)
    _must_not_hide(twice)
    _must_not_hide(refused)
    if refused.tries(PAY) > 1:
        raise Mistake(
            "a business error is retried: the card is refused again each time",
            expected="one call when the service says ErrProcessPayment",
            happened=f"{refused.tries(PAY)} calls",
            run=refused,
        )
    if twice.tries(PAY) == 1:
        raise Mistake(
            f"the payment is not retried on {TRANSIENT}{_why_not(trial, TRANSIENT)}",
            expected="three calls, the third succeeds",
            happened=f"one call, then {twice.ending}",
            run=twice,
        )
    if not twice.succeeded:
        raise Mistake(
            f"it gives up too early{_taken_by(trial, TRANSIENT)}",
            expected="three calls, the third succeeds",
            happened=f"{twice.tries(PAY)} calls: MaxAttempts counts the retries",
            run=twice,
        )
    return "three calls with transient faults, and one call when the card is refused."


@exercise(
    "patience",
    notebook=NOTEBOOK,
    title="A throttled payment: wait up to 1, 2, 3 and 3 seconds, with full jitter, then give up.",
    hints=(
        f"A throttled function gives the error {THROTTLED}. How many retries are four waits?",
        "1, 2, then 4 would follow, but it is 3: which field cuts a wait?",
        "IntervalSeconds 1, BackoffRate 2, MaxAttempts 4, MaxDelaySeconds 3, and JitterStrategy FULL.",
    ),
)
def patience(trial: Trial) -> str:
    """Judge by the calls of a run that is always throttled, and by its retrier's waits by the formula."""
    calm, throttled, refused = trial.run(
        no_fault=None,
        the_payment_is_always_throttled=Fault.throttle(PAY),
        the_payment_is_refused=Fault.error(PAY),
    )
    if not calm.succeeded:
        raise Mistake(
            "a good order fails", expected="the happy path as before", happened=calm.ending, run=calm
        )
    _must_be_called(calm)
    _must_not_hide(throttled)
    _must_not_hide(refused)
    expected = "waits of at most 1, 2, 3 and 3 s: five calls"
    calls = throttled.tries(PAY)
    if calls == 1:
        raise Mistake(
            f"a throttled payment is not retried{_why_not(trial, THROTTLED)}",
            expected=expected,
            happened=f"one call, then {throttled.ending}",
            run=throttled,
        )
    if refused.tries(PAY) > 1:
        raise Mistake(
            "a business error is retried: the card is refused again each time",
            expected="one call when the service says ErrProcessPayment",
            happened=f"{refused.tries(PAY)} calls",
            run=refused,
        )
    retrier = retrier_for([each.body for each in _retriers(trial)], THROTTLED) or {}
    if calls != len(PATIENT) + 1:
        raise Mistake(
            f"{_wrong_count(calls)}{_taken_by(trial, THROTTLED)}",
            expected=expected,
            happened=f"{calls} calls",
            run=throttled,
        )
    found = backoff(retrier)
    if found != PATIENT:
        raise Mistake(
            f"{_wrong_waits(found, retrier)}{_taken_by(trial, THROTTLED)}",
            expected=expected,
            happened=f"waits of at most {_words(found)} s",
            run=throttled,
        )
    if retrier.get("JitterStrategy") != "FULL":
        raise Mistake(
            "there is no jitter: a hundred throttled orders would all come back at the same moment",
            expected="each wait is drawn between 0 and its longest",
            happened="each wait is exactly its longest",
            run=throttled,
        )
    return "five calls; waits of up to 1, 2, 3 and 3 s, each drawn anew."


def _wrong_count(calls: int) -> str:
    right = len(PATIENT) + 1
    if calls == right + 1:
        return "MaxAttempts counts the retries, and the first call is not one of them"
    more = "more" if calls > right else "fewer"
    return f"{more} retries than four waits: MaxAttempts counts the retries"


def _wrong_waits(found: list[float], retrier: Mapping[str, Any]) -> str:
    """Name the field that makes the first wrong wait: a wait is cut, or it has grown wrongly."""
    place = next(index for index, (one, other) in enumerate(zip(found, PATIENT, strict=True)) if one != other)
    wait = f"the {('first', 'second', 'third', 'fourth')[place]} wait is up to {found[place]:g} s"
    uncut = backoff({name: value for name, value in retrier.items() if name != "MaxDelaySeconds"})
    if uncut[place] > found[place] and place < 2:
        return f"{wait}: MaxDelaySeconds cuts it, and the longest wait is to be {PATIENT[-1]:g} s"
    if place == 0:
        return f"{wait}: that is IntervalSeconds"
    if place == 1:
        return f"{wait}: BackoffRate says how they grow"
    return f"{wait}: MaxDelaySeconds says where they stop growing"


def _must_be_called(calm: Run) -> None:
    if not calm.tries(PAY):
        raise Mistake(
            f"{PAY} never runs", expected="the happy path as before", happened=" → ".join(calm.path), run=calm
        )


def _must_not_hide(run: Run) -> None:
    """Raise Mistake for a run that succeeded although the money was never taken."""
    if run.succeeded and run.verdict.name != "consistent":
        raise Mistake(
            "the fault is hidden: the execution succeeds, and the work is not done",
            expected="it succeeds only when the payment is taken",
            happened=run.verdict.words,
            run=run,
        )


def _retriers(trial: Trial) -> tuple[Retrier, ...]:
    pay = trial.machine.state(PAY)
    return pay.retriers if pay is not None else ()


def _why_not(trial: Trial, error: str) -> str:
    """Return, for the message, why nothing retries this error: none names it, it allows none, or it stands elsewhere."""
    retriers = _retriers(trial)
    taken = retrier_for([each.body for each in retriers], error)
    if taken is not None:
        return f": MaxAttempts is {taken.get('MaxAttempts')!r}, so it is tried once only{_taken_by(trial, error)}"
    if retriers:
        return f": its Retry names {', '.join(name for each in retriers for name in each.errors)}"
    others = [state.name for state in trial.machine.states if state.retriers]
    return f": the Retry stands in {', '.join(others)}" if others else ": it has no Retry"


def _taken_by(trial: Trial, error: str) -> str:
    """Return, for the message, which of several retriers takes this error; an empty text where there is one."""
    retriers = _retriers(trial)
    taken = [index for index, each in enumerate(retriers) if retrier_for([each.body], error) is not None]
    if len(retriers) < 2 or not taken:
        return ""
    words = f". Of {len(retriers)} retriers number {taken[0] + 1} takes {error}"
    if len(taken) > 1:
        words += f", as the first that names it; number {taken[1] + 1} is never asked"
    return words


def _first_difference(found: list[float], right: list[float]) -> str:
    place = next(index for index, (one, other) in enumerate(zip(found, right, strict=True)) if one != other)
    return f"wait number {place + 1} is not {found[place]:g} s"


def _words(numbers: list[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _numbers(answer: Any) -> list[float] | None:
    """Return a list, a tuple, a column or an array of numbers as a list; None for anything else."""
    if isinstance(answer, str | bytes | Mapping) or not hasattr(answer, "__len__"):
        return None
    try:
        found = [_number(each) for each in answer]
    except Exception:  # a class of the participant's, whose iteration may do anything
        return None
    return None if None in found else cast(list[float], found)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]  # both kinds compare with 0
