"""What is wrong with a text as JSON, in the words of the reader that AWS uses (Jackson).

Source: Jackson's messages, which AWS passes on (public reports quote them); RFC 8259, which has no NaN;
StreamReadConstraints (1,000 levels deep at most).
"""

import json
import re

_DEPTH = 1_000
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NOT_NESTING = re.compile(r"[^][{}]+")
_WORD = re.compile(r"[\w$.+-]+")
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SHOWN = 500  # characters of the text that Jackson repeats


def problem(text: str) -> str | None:
    """Return why a text is no JSON for AWS, None when it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _words(text, error)
    except RecursionError:
        return _too_deep(text) or f"Document nesting depth exceeds the maximum allowed ({_DEPTH})"
    if text.count("{") + text.count("[") > _DEPTH:
        deep = _too_deep(text)
        if deep:
            return deep
    if "NaN" in text or "Infinity" in text:
        found = re.search(r"-?\b(?:NaN|Infinity)\b", _STRING.sub("", text))
        return None if found is None else f"Non-standard token '{found.group()}'"
    return None


def _too_deep(text: str) -> str | None:
    depth = deepest = 0
    for sign in _NOT_NESTING.sub("", _STRING.sub("", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > _DEPTH:
        return f"Document nesting depth ({deepest}) exceeds the maximum allowed ({_DEPTH})"
    return None


def _words(text: str, error: json.JSONDecodeError) -> str:
    left = text[error.pos :]
    if not left.strip():
        if not text.strip():
            return "No content to map due to end-of-input"
        return _at(text, len(text), _end(text))
    sign = left[0]
    if error.msg.startswith("Expecting property name"):
        words = f"Unexpected character ({_named(sign)}): was expecting double-quote to start field name"
    elif error.msg.startswith("Expecting ':'"):
        words = (
            f"Unexpected character ({_named(sign)}): was expecting a colon to separate field name and value"
        )
    elif error.msg.startswith("Expecting ','"):
        kind = "Object" if _innermost(text[: error.pos]) == "{" else "Array"
        words = f"Unexpected character ({_named(sign)}): was expecting comma to separate {kind} entries"
    else:
        word = _WORD.match(left)
        if word is not None and not sign.isdigit() and sign != "-":
            words = f"Unrecognized token '{word[0]}': was expecting {_VALUES}"
            return _at(text, error.pos + len(word[0]), words)
        words = f"Unexpected character ({_named(sign)}): expected a valid value {_VALUES}"
    return _at(text, error.pos + 1, words)


def _innermost(before: str) -> str:
    opened = _opened(before)
    return before[opened] if opened is not None else "{"


def _opened(text: str) -> int | None:
    """Return where the innermost object or array begins that is still open; None for none."""
    stack: list[int] = []
    bare = _STRING.sub(lambda found: " " * len(found[0]), text)
    for place, sign in enumerate(bare):
        if sign in "[{":
            stack.append(place)
        elif sign in "]}" and stack:
            stack.pop()
    return stack[-1] if stack else None


def _end(text: str) -> str:
    opened = _opened(text)
    if opened is None or text.rstrip().endswith(":"):
        return "Unexpected end-of-input within/between Object entries"
    kind = "Object" if text[opened] == "{" else "Array"
    return (
        f"Unexpected end-of-input: expected close marker for {kind} (start marker at {_place(text, opened)})"
    )


def _named(sign: str) -> str:
    return f"'{sign}' (code {ord(sign)})"


def _at(text: str, position: int, words: str) -> str:
    return f"{words}\n at {_place(text, position)}"


def _place(text: str, position: int) -> str:
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}[truncated {len(text) - _SHOWN} chars]"
    return f'[Source: (String)"{shown}"; line: {line}, column: {column}]'
