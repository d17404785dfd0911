"""JSONata as Step Functions has it: expressions read once, and evaluated with variables.

`compile(text).evaluate(variables, …)`. The text is read by jsonata-python, whose errors are those of the
reference; it is evaluated by jsonatapy (Rust), which of the engines for Python is nearest to the reference
(npm `jsonata` 2.0.6: 499 of 506 expressions; jsonata-python 478, jlens 424; mended here, 1,168 of 1,191),
takes microseconds, and is bounded in time, depth and regular expressions. Where jsonatapy has no wheel,
jsonata-python evaluates. A plain path into a variable (`$states.input.order`), which most expressions are,
needs neither.

Source of AWS's functions and limits:
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sagalab.asl.jsonata.chance import Chance
from sagalab.asl.jsonata.errors import JsonataError, JsonataSyntaxError, Undefined
from sagalab.asl.jsonata.reading import newer_operator, read

try:
    from sagalab.asl.jsonata.quick import Evaluator
except ImportError:  # no wheel for this machine
    from sagalab.asl.jsonata.slow import Evaluator  # type: ignore[assignment]

__all__ = [
    "Expression",
    "JsonataError",
    "JsonataSyntaxError",
    "Undefined",
    "compile",
    "newer_operator",
    "read",
]

_PLAIN = re.compile(r"\$([^\W\d]\w*)((?:\.[^\W\d]\w*)*)")
_KEYWORDS = {"and", "or", "in", "true", "false", "null"}


class Expression:
    """An expression, read once. `evaluate()` may be called by many at once."""

    __slots__ = ("_evaluator", "_path", "_steps", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        match = _PLAIN.fullmatch(text)
        self._steps = match[2].split(".")[1:] if match else []
        self._path = match[1] if match and not _KEYWORDS & set(self._steps) else None
        self._evaluator = Evaluator(text, read(text))

    def evaluate(
        self,
        variables: Mapping[str, Any],
        *,
        now_ms: int,
        random: Callable[[], float],
        uuid: Callable[[], str],
    ) -> Any:
        """Return the expression's JSON value with `variables` (by name, without `$`).

        `now_ms` is the time of `$now()` and `$millis()` (since 1970); `random` gives `$random()` a number
        from 0 to below 1, `uuid` is `$uuid()`. Raises Undefined and JsonataError. Variables are not
        changed, and may be part of the result: do not change it either.
        """
        if self._path is not None and self._path in variables:
            value = variables[self._path]
            for step in self._steps:
                if type(value) is not dict:
                    break
                if step not in value:
                    raise Undefined
                value = value[step]
            else:
                return value
        return self._evaluator.evaluate(variables, Chance(now_ms, random, uuid))


@lru_cache(maxsize=4096)
def compile(text: str) -> Expression:
    """Return an expression; JsonataSyntaxError for what is none. The same text is read once."""
    return Expression(text)
