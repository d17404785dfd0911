"""A path's text read into steps, filters and functions included."""

import json
import re
from collections.abc import Callable
from typing import Any

from sagalab.asl.jayway.filters import OPERATORS, UNDEFINED, Pattern
from sagalab.asl.jayway.walk import (
    Below,
    Every,
    Filter,
    Function,
    Indices,
    Names,
    Nothing,
    Predicate,
    Query,
    Slice,
    Step,
)

Value = Callable[[Any, Any], Any]

_NAME = re.compile(r"[^\s.\[\]()]+")
_NAME_IN_FILTER = re.compile(r"[^\s.\[\]()<>=!~&|,]+")
_QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"", re.DOTALL)
_INTEGERS = re.compile(r"-?\d+(?:\s*,\s*-?\d+)*")
_SLICE = re.compile(r"(-?\d+)?\s*:\s*(-?\d+)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"true|false|null")
_REGEX = re.compile(r"/((?:\\.|[^/\\])+)/([a-zA-Z]*)")
_OPERATOR = re.compile("|".join(map(re.escape, filter(lambda sign: not sign.isalpha(), OPERATORS))))
_OPERATOR_WORD = re.compile("(?:" + "|".join(filter(str.isalpha, OPERATORS)) + r")(?![\w'\"])", re.IGNORECASE)
_FROM_THE_END = re.compile(r"\(\s*@\.length\s*-\s*(\d+)\s*\)")
_FUNCTIONS = frozenset("min max avg stddev length sum keys concat append first last index".split())
_SPACE = re.compile(r"\s*")
_ESCAPED_QUOTE = re.compile(r"\\(['\"])")
_DEEPEST = 100  # nested filters and brackets


class PathError(ValueError):
    """A text is no path."""


def read(text: str) -> Query:
    """Return a path that begins with $. Raises PathError."""
    reader = _Reader(text)
    if not text.startswith("$"):
        raise reader.error("it must begin with $")
    query = reader.path(_NAME)
    if reader.at < len(text):
        raise reader.error(f"nothing is known of {text[reader.at :][:20]!r}")
    return query


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def error(self, why: str) -> PathError:
        return PathError(f"{self.text!r} is no path: {why}")

    def take(self, sign: str) -> bool:
        """Go past a sign when it stands here."""
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def need(self, sign: str) -> None:
        self.space()
        if not self.take(sign):
            found = self.text[self.at : self.at + 1] or "the end"
            raise self.error(f"{sign} is expected before {found}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def space(self) -> None:
        self.match(_SPACE)

    # paths

    def path(self, name: re.Pattern[str]) -> Query:
        """Return the path that begins here, with $ or @."""
        begin = self.at
        self.at += 1
        steps: list[Step] = []
        while self.at < len(self.text):
            if self.take(".."):
                steps.append(Below())
                steps.append(self.bracket() if self.take("[") else self.named(name))
            elif self.take("."):
                steps.append(self.bracket() if self.take("[") else self.named(name))
            elif self.take("["):
                steps.append(self.bracket())
            else:
                break
        return Query(self.text[begin : self.at], tuple(steps))

    def named(self, name: re.Pattern[str]) -> Step:
        if self.take("*"):
            return Every()
        found = self.match(name)
        if found is None:
            raise self.error("a name is expected after a dot")
        if self.take("("):
            return self.function(found[0])
        return Names((found[0],))

    def function(self, name: str) -> Step:
        """Return the function whose name and opening bracket are read."""
        if name not in _FUNCTIONS:
            raise self.error(f"there is no function {name}()")
        self.space()
        while not self.take(")"):
            self.value()
            self.space()
            self.take(",")
            self.space()
        return Function(name)

    def bracket(self) -> Step:
        """Return the step that is in brackets; [ is read."""
        self.space()
        step: Step
        if self.take("*"):
            step = Every()
        elif self.take("?"):
            step = Filter(self.filter())
        elif self.text[self.at : self.at + 1] in ("'", '"'):
            names = [self.quoted()]
            self.space()
            while self.take(","):
                self.space()
                names.append(self.quoted())
                self.space()
            step = Names(tuple(names))
        elif from_the_end := self.match(_FROM_THE_END):
            step = Indices((-int(from_the_end[1]),), from_the_end=True)
        elif sliced := self.match(_SLICE):
            begin, end = (None if part is None else int(part) for part in sliced.groups())
            step = Slice(slice(begin, end))
        elif places := self.match(_INTEGERS):
            step = Indices(tuple(int(place) for place in places[0].split(",")))
        else:
            raise self.error("brackets hold a name in quotes, an index, a slice, * or ?(…)")
        self.need("]")
        return step

    def quoted(self) -> str:
        found = self.match(_QUOTED)
        if found is None:
            raise self.error("a text in quotes is expected")
        return _ESCAPED_QUOTE.sub(r"\1", found[1] if found[1] is not None else found[2])

    # filters

    def filter(self) -> Predicate:
        """Return what stands behind a question mark: (…)."""
        self.need("(")
        accepts = self.either()
        self.need(")")
        return accepts

    def either(self) -> Predicate:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error("it is nested too deeply")
        parts = [self.both()]
        self.space()
        while self.take("||"):
            parts.append(self.both())
            self.space()
        self.depth -= 1
        return parts[0] if len(parts) == 1 else lambda item, root: any(part(item, root) for part in parts)

    def both(self) -> Predicate:
        parts = [self.one()]
        self.space()
        while self.take("&&"):
            parts.append(self.one())
            self.space()
        return parts[0] if len(parts) == 1 else lambda item, root: all(part(item, root) for part in parts)

    def one(self) -> Predicate:
        self.space()
        if self.take("!"):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.error("it is nested too deeply")
            inner = self.one()
            self.depth -= 1
            return lambda item, root: not inner(item, root)
        if self.take("("):
            grouped = self.either()
            self.need(")")
            return grouped
        begin = self.at
        left = self.value()
        self.space()
        sign = self.match(_OPERATOR) or self.match(_OPERATOR_WORD)
        if sign is None:
            if self.text[begin] not in "@$":
                raise self.error("a comparison is expected")
            return lambda item, root: left(item, root) is not UNDEFINED
        compare = OPERATORS[sign[0].upper()]
        self.space()
        right = self.value()
        return lambda item, root: compare(left(item, root), right(item, root))

    def value(self) -> Value:
        """Return a value: a path, a text, a number, a word, a list, an object or a regular expression."""
        self.space()
        sign = self.text[self.at : self.at + 1]
        if sign and sign in "@$":
            return self.inner_path()
        if sign and sign in "'\"":
            text = self.quoted()
            return lambda item, root: text
        if sign and sign in "[{":
            return self.json()
        if number := self.match(_NUMBER):
            parsed = json.loads(number[0])
            return lambda item, root: parsed
        if word := self.match(_WORD):
            named = json.loads(word[0])
            return lambda item, root: named
        if regex := self.match(_REGEX):
            pattern = self.pattern(regex[1], regex[2])
            return lambda item, root: pattern
        raise self.error(f"a value is expected before {sign or 'the end'}")

    def inner_path(self) -> Value:
        of_root = self.text[self.at] == "$"
        query = self.path(_NAME_IN_FILTER)

        def find(item: Any, root: Any) -> Any:
            try:
                found = query.get(root if of_root else item, root)
            except Nothing:
                return UNDEFINED
            return found if query.finds_one or found else UNDEFINED

        return find

    def json(self) -> Value:
        """Return a list or an object; texts in it may stand in single quotes."""
        begin, depth = self.at, 0
        parts: list[str] = []
        while self.at < len(self.text):
            if quoted := self.match(_QUOTED):
                parts.append(json.dumps(_ESCAPED_QUOTE.sub(r"\1", quoted[0][1:-1])))
                continue
            sign = self.text[self.at]
            parts.append(sign)
            self.at += 1
            depth += (sign in "[{") - (sign in "]}")
            if depth == 0:
                break
        try:
            value = json.loads("".join(parts))
        except (ValueError, RecursionError):
            raise self.error(f"{self.text[begin : self.at]} is no list") from None
        return lambda item, root: value

    def pattern(self, body: str, flags: str) -> Pattern:
        try:
            if set(flags) <= set("imsux"):
                return Pattern(body, flags)
        except (re.error, OverflowError, RecursionError):
            pass
        raise self.error(f"/{body}/{flags} is no regular expression")
