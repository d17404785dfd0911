"""A run's path in one line of words: "Reserve ✓ → Charge ✗ PaymentFailed ×3 → Refund ✓"."""

from itertools import groupby

from sagalab.history.execution import Execution
from sagalab.history.visits import Visit
from sagalab.pictures.palette import look

_MOST_STATES, _MOST_ITEMS = 40, 4


def path_in_words(execution: Execution) -> str:
    """Return the states entered with a sign each (✓ succeeded, ↷ caught, ✗ failed, …), errors and attempts.

    What is inside a Parallel or Map stands in brackets, branches and items apart by |. A long path is cut.
    """
    inside: dict[Visit | None, list[Visit]] = {}
    for visit in execution.visits:
        inside.setdefault(visit.parent, []).append(visit)
    line = _line(inside.get(None, []), inside)
    ended = f"{execution.status} {execution.error}" if execution.error else execution.status
    return f"{line or 'no state was entered'} ({ended})"


def visit_in_words(visit: Visit) -> str:
    """Return one visit, such as "Charge ↷ CardDeclined ×3"."""
    style = look(visit.status)
    error = visit.caught_error or visit.error
    if error is None:
        failed = [each.error for each in (*visit.attempts, *visit.rounds) if each.error]
        error = f"after {failed[-1]}" if failed else None
    words = f"{visit.name} {style.sign}"
    words += f" {error}" if error and visit.type != "Fail" else ""
    return words + (f" {tries}" if (tries := visit.tries_in_words) else "")


def _line(visits: list[Visit], inside: dict[Visit | None, list[Visit]]) -> str:
    parts = [visit_in_words(visit) + _brackets(visit, inside) for visit in visits]
    if len(parts) > _MOST_STATES:
        parts = [*parts[: _MOST_STATES - 10], f"… {len(parts) - _MOST_STATES + 1} more …", *parts[-9:]]
    return " → ".join(parts)


def _brackets(visit: Visit, inside: dict[Visit | None, list[Visit]]) -> str:
    """Return what happened inside a visit, in its last round."""
    last = [inner for inner in inside.get(visit, []) if inner.round == (len(visit.rounds) or None)]
    if not last:
        return ""

    def thread(inner: Visit) -> tuple[int, int]:
        return inner.branch or 0, inner.iteration or 0

    lines = [_line(list(group), inside) for _, group in groupby(sorted(last, key=thread), key=thread)]
    if len(lines) > _MOST_ITEMS:
        lines = [*lines[:_MOST_ITEMS], f"… {len(lines) - _MOST_ITEMS} more"]
    return f" [{' | '.join(lines)}]"
