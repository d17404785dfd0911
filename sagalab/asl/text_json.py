"""JSON text to a value and the place of each of its parts. It does not recurse, however deep the text is."""

import json
import math
import re
from typing import Any

from sagalab.asl.placeholder import PLACEHOLDER
from sagalab.asl.source import Place
from sagalab.asl.syntax_error import AslSyntaxError

# also as a part of a number: -${Depth}, ${Hours}00, ${Whole}.${Half}
_FILLED = rf"[\w.+-]*{PLACEHOLDER}(?:[\w.+-]|{PLACEHOLDER})*"
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r'(?P<text>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")'
    r"|(?P<sign>[{}\[\],:])"
    rf"|(?P<placeholder>{_FILLED})"
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>true|false|null)"
    r"|(?P<end>\Z))"
)
_WORDS = {"true": True, "false": False, "null": None}
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')


class _Broken(Exception):
    """The text is no JSON; json.loads knows best what to say."""


def read_json(text: str) -> tuple[Any, Place]:
    """Return the value of a JSON text and the places of its parts. Raises AslSyntaxError.

    A placeholder that stands where a value does is read as a text.
    """
    try:
        return _Reader(text).read()
    except _Broken:
        raise _explained(text) from None


class _Reader:
    """One reading of a text. What is open is kept in a list, not on Python's stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 1 if text.startswith("\ufeff") else 0

    def read(self) -> tuple[Any, Place]:
        kind, token, offset = self._next()
        value, place = self._begin(kind, token, offset)
        root = value, place
        open_: list[tuple[Any, Place]] = [root] if isinstance(value, dict | list) else []
        fresh = True  # whether the innermost open value is empty so far
        while open_:
            value, place = open_[-1]
            kind, token, offset = self._next()
            if token == ("}" if isinstance(value, dict) else "]") and kind == "sign":
                open_.pop()
                fresh = False
                continue
            if not fresh:
                if kind != "sign" or token != ",":
                    raise _Broken
                kind, token, offset = self._next()
            inner, inner_place = (
                self._member(value, place, kind, token, offset)
                if isinstance(value, dict)
                else self._item(value, place, kind, token, offset)
            )
            fresh = isinstance(inner, dict | list)
            if fresh:
                open_.append((inner, inner_place))
        if self._next()[0] != "end":
            raise _Broken
        return root

    def _member(
        self, value: dict[str, Any], place: Place, kind: str, token: str, offset: int
    ) -> tuple[Any, Place]:
        if kind != "text":
            raise _Broken
        key = self._string(token)
        if key in value:
            first = place.inner[key].key
            raise AslSyntaxError.twice(key, self.text, first or 0, offset)
        if self._next()[1] != ":":
            raise _Broken
        inner, inner_place = self._begin(*self._next())
        inner_place.key = offset
        value[key], place.inner[key] = inner, inner_place
        return inner, inner_place

    def _item(self, value: list[Any], place: Place, kind: str, token: str, offset: int) -> tuple[Any, Place]:
        inner, inner_place = self._begin(kind, token, offset)
        place.inner[len(value)] = inner_place
        value.append(inner)
        return inner, inner_place

    def _begin(self, kind: str, token: str, offset: int) -> tuple[Any, Place]:
        """Return a whole plain value, or an empty object or list that is filled in later."""
        place = Place(offset)
        if kind == "text":
            return self._string(token), place
        if kind == "number":
            return self._number(token, offset), place
        if kind == "word":
            return _WORDS[token], place
        if kind == "placeholder":
            return token, place
        if token == "{":
            return {}, place
        if token == "[":
            return [], place
        raise _Broken

    def _next(self) -> tuple[str, str, int]:
        match = _TOKEN.match(self.text, self.position)
        if match is None or match.lastgroup is None:
            raise _Broken
        self.position = match.end()
        kind = match.lastgroup
        return kind, match[kind], match.start(kind)

    @staticmethod
    def _string(token: str) -> str:
        if "\\" not in token:
            return token[1:-1]
        try:
            return str(json.loads(token))
        except json.JSONDecodeError:
            raise _Broken from None

    def _number(self, token: str, offset: int) -> int | float:
        try:
            number = int(token) if token.lstrip("-").isdigit() else float(token)
        except ValueError:  # more digits than Python reads
            number = math.inf
        if isinstance(number, float) and math.isinf(number):
            raise AslSyntaxError.at("a number too big", self.text, offset, "Write a smaller number.")
        return number


class _NotJsonNumber(ValueError):
    pass


def _no_constant(name: str) -> None:
    raise _NotJsonNumber(name)


def _explained(text: str) -> AslSyntaxError:
    """Return what json.loads has against a text, in plain words."""
    blank = _without_placeholders(text)
    if blank.startswith("\ufeff"):
        blank = " " + blank[1:]
    try:
        json.loads(blank, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problem, position, cure = _explain(error, blank)
        return AslSyntaxError.at(problem, text, position, cure)
    except RecursionError:
        return AslSyntaxError("it is nested too deeply to be read", text, 1, 1)
    except _NotJsonNumber as error:
        outside = _STRING.sub(lambda match: " " * len(match[0]), blank)
        position = max(outside.find(str(error)), 0)
        return AslSyntaxError.at(f"{error} is not a number in JSON", text, position, "Write a finite number.")
    except ValueError:
        pass
    return AslSyntaxError("it cannot be read as JSON", text, 1, 1)


def _without_placeholders(text: str) -> str:
    """Return the text with 0 in the place of what stands outside of quotes as a placeholder."""
    if "${" not in text:
        return text
    either = re.compile(f"{_STRING.pattern}|{_FILLED}")
    return either.sub(lambda match: match[0] if match[0][0] == '"' else "0".ljust(len(match[0])), text)


def _explain(error: json.JSONDecodeError, text: str) -> tuple[str, int, str]:
    """Return what is wrong in plain words, the position of the character at fault, and the cure."""
    position = error.pos
    before = text[:position].rstrip()
    here = text[position : position + 1]
    if error.msg.startswith("Illegal trailing comma"):
        return "a comma before a closing bracket", position, "Delete this comma."
    if before.endswith(",") and here in ("}", "]"):
        return "a comma before a closing bracket", len(before) - 1, "Delete this comma."
    if error.msg.startswith("Expecting ',' delimiter"):
        if not here:
            return "the text ends before all brackets are closed", len(before), "Close every { and [."
        if text.count("\n", len(before), position):
            return "a comma is missing at the end of this line", len(before), "Add a comma here."
        return "a comma or a closing bracket is missing", position, "Add a comma between two entries."
    if error.msg.startswith("Expecting ':' delimiter"):
        return "a colon is missing after the name", position, 'An entry is written "Name": value.'
    if error.msg.startswith("Expecting property name"):
        if not here:
            return "the text ends before all brackets are closed", len(before), "Close every { and [."
        return "a name in double quotes is expected", position, 'Every name stands in double quotes: "Next".'
    if error.msg.startswith("Expecting value"):
        if not here:
            return "the text ends where a value is expected", len(before), "Add the value."
        return (
            "a value is expected",
            position,
            'A value is "text" in double quotes, a number, true, false, null, {…} or […].',
        )
    if error.msg.startswith("Unterminated string"):
        return "this string is never closed", position, "Add the closing double quote."
    if error.msg.startswith("Invalid control character"):
        return (
            "a string may not run over the end of the line",
            position,
            "Close the string on its line, write \\n for a line end, or write the machine in YAML.",
        )
    if error.msg.startswith("Invalid \\"):
        return "a backslash that JSON does not know", position, "Write \\\\ for one backslash."
    if error.msg.startswith("Extra data"):
        return (
            "there is text after the end of the machine",
            position,
            "Delete it, or look for one } too many.",
        )
    return error.msg, position, ""
