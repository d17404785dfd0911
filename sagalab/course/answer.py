"""An answer as a participant gives it, made what it means: a state machine, or the source of a function."""

import dis
import json
from collections.abc import Mapping
from typing import Any

from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind


def machine_of(answer: Any) -> dict[str, Any]:
    """Return an answer (a dict, or its JSON text) as a definition that shares nothing with it.

    Raises Mistake for what is no state machine, or cannot be JSON.
    """
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise Mistake(
                "the answer is no state machine", happened=f"its text is not JSON: {error}"
            ) from None
    if not isinstance(answer, Mapping) or "States" not in answer:
        raise Mistake(
            "the answer is no state machine",
            expected="a dict with StartAt and States",
            happened=f"it is of type {kind(answer)}"
            + (" without States" if isinstance(answer, Mapping) else ""),
        )
    try:
        whole = answer if isinstance(answer, dict) else dict(answer)
        return json.loads(json.dumps(whole, allow_nan=False, ensure_ascii=False).encode())
    except (Exception, SystemExit) as error:  # a class of one's own may raise anything
        raise Mistake(
            "the machine is not JSON", expected="text, numbers, lists, dicts", happened=str(error)
        ) from None


def python(source: Any) -> str:
    """Return an answer that is the source of a Lambda function. Raises Mistake for what is no Python."""
    if not isinstance(source, str):
        raise Mistake(
            "the answer is no text",
            expected="the source of a Lambda function, between three quotes",
            happened=f"it is of type {kind(source)}",
        )
    try:
        compile(source, "answer", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise Mistake(
            "the text is no Python",
            expected="the source of a Lambda function",
            happened=f"{getattr(error, 'msg', error)}" + (f" in line {line}" if line else ""),
        ) from None
    return source


def names_made(source: str) -> list[str]:
    """Return the names that Python makes in its module, by running nothing of it: those that are assigned or defined."""
    code = compile(source, "answer", "exec")
    return sorted({step.argval for step in dis.get_instructions(code) if step.opname == "STORE_NAME"})
