"""What a check answers: correct, not yet attempted, or wrong because …; in words with a sign."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from sagalab.course.trial_run import Run
from sagalab.markup import escape, without_math

CORRECT, NOT_ATTEMPTED, WRONG = "correct", "not yet attempted", "wrong"
SIGNS = {CORRECT: "✓", NOT_ATTEMPTED: "·", WRONG: "✗"}
PLACEHOLDERS = ("TODO", "...", "…")


@dataclass(frozen=True)
class Outcome:
    """The answer of a check: its `name` is one of CORRECT, NOT_ATTEMPTED and WRONG.

    `because` is one sentence: what was seen, or the mistake. Of a wrong answer `expected` and `happened` say
    more, and `run` is the run that shows it. `remark` is about the check itself (progress that could not be
    kept).
    """

    exercise: str
    name: str
    because: str
    expected: str = ""
    happened: str = ""
    run: Run | None = None
    remark: str = ""

    @property
    def is_correct(self) -> bool:
        return self.name == CORRECT

    def with_remark(self, remark: str) -> "Outcome":
        """Return the same outcome with a remark."""
        return replace(self, remark=remark)

    def _head(self) -> str:
        if self.name == WRONG:
            return f"{SIGNS[WRONG]} wrong, because {self.because}"
        return f"{SIGNS[self.name]} {self.name}: {self.because}"

    def _lines(self) -> list[str]:
        """Return what stands under the first line."""
        lines = []
        if self.expected:
            lines.append(f"expected: {self.expected}")
        if self.happened:
            lines.append(f"happened: {self.happened}")
        if self.run is not None:
            lines.append(f"the run:  {self.run.title}: {self.run.summary}")
        if self.name == WRONG:
            lines.append(f'help:     check.hint("{self.exercise}")')
        if self.name == NOT_ATTEMPTED:
            lines.append(f'help:     check.hint("{self.exercise}")')
            lines.append(f'go on without it:  check.reference("{self.exercise}")')
        if self.remark:
            lines.append(f"! {self.remark}")
        return lines

    def __str__(self) -> str:
        return "\n".join([self._head(), *("  " + line for line in self._lines())])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_options: Any) -> dict[str, str]:
        """Return the words, and for a wrong answer the picture of the run with them."""
        sign_and_name, _, because = self._head().partition(": " if self.name != WRONG else ", because ")
        joint = ": " if self.name != WRONG else ", because "
        body = f"<p><strong>{escape(sign_and_name)}</strong>{joint}{escape(because)}</p>"
        if self._lines():
            body += f"<pre>{escape(chr(10).join(self._lines()))}</pre>"
        text = str(self)
        if self.run is not None:
            picture, words = self.run.picture()
            body += picture
            text += f"\n\n{words}"
        group = f"<div role='group' aria-label='check'>{body}</div>"
        return {"text/html": without_math(group), "text/plain": text}


class Mistake(Exception):
    """Raised by a judge: what is wrong, what was expected, what happened, and the run that shows it."""

    def __init__(self, because: str, *, expected: str = "", happened: str = "", run: Run | None = None):
        super().__init__(because)
        self.because, self.expected, self.happened, self.run = because, expected, happened, run

    def outcome(self, exercise: str) -> Outcome:
        return Outcome(exercise, WRONG, self.because, self.expected, self.happened, self.run)


def is_stub(answer: Any) -> bool:
    """Say whether an answer is still the stub: None, or a placeholder (`...`, "TODO") anywhere in it."""
    return answer is None or holds(answer, _is_placeholder)


def is_stub_source(answer: Any) -> bool:
    """Say whether a text is Python with a `...` in it."""
    try:
        nodes = ast.walk(ast.parse(answer))
        return any(isinstance(node, ast.Constant) and node.value is Ellipsis for node in nodes)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return False


def _is_placeholder(value: Any) -> bool:
    if value is Ellipsis or (isinstance(value, str) and str.strip(value) in PLACEHOLDERS):
        return True
    return isinstance(value, FunctionType) and any(each is Ellipsis for each in value.__code__.co_consts)


def holds(answer: Any, wanted: Callable[[Any], bool]) -> bool:
    """Say whether `wanted` is true of an answer or of anything in it.

    It may be of any depth and hold itself. Nothing of its own code runs, since nothing bounds it here.
    """
    seen: set[int] = set()
    left = [answer]
    while left:
        value = left.pop()
        if wanted(value):
            return True
        if id(value) not in seen and (inside := _inside(value)):
            seen.add(id(value))
            left.extend(inside)
    return False


def _inside(value: Any) -> list[Any]:
    """Return what a container holds, as its built-in type iterates it: a class of a participant's may never end."""
    if isinstance(value, dict):
        return list(dict.values(value))
    if isinstance(value, list):
        return list(list.__iter__(value))
    if isinstance(value, tuple):
        return list(tuple.__iter__(value))
    return list(set.__iter__(value)) if isinstance(value, set) else []
