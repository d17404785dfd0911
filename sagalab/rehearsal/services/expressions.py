"""DynamoDB's expressions: conditions, filters, keys, projections and updates, read once and then called.

Grammar: Amazon DynamoDB developer guide, "Condition and filter expressions, operators, and functions" and
"Using update expressions". What is read is a function of an item and of a request's names and values.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from sagalab.rehearsal.services import values as v
from sagalab.rehearsal.services.refused import invalid
from sagalab.rehearsal.services.scope import Operand, Path, Scope, Test, find, value
from sagalab.rehearsal.services.values import Value

_TOKENS = re.compile(r"\s*(<>|<=|>=|[=<>+\-(),.\[\]]|[#:][\w-]+|[A-Za-z_]\w*|\d+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_WORDS = ("SET", "REMOVE", "ADD", "DELETE")


@dataclass(frozen=True)
class Change:
    """One action of an update: SET a path to an operand, REMOVE it, ADD to it or DELETE from it."""

    word: str
    path: Path
    operand: Operand | None = None


class _Reader:
    """Reads the tokens of one expression."""

    def __init__(self, text: str, what: str) -> None:
        self.what, self.text = what, text
        self.tokens: list[str] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKENS.match(text, place)
            if match is None:
                self.fail(text[place:].strip()[:1])
            self.tokens.append(match[1])
            place = match.end()
        self.place = 0
        if not self.tokens:
            raise invalid(f"Invalid {what}: The expression can not be empty;")

    def fail(self, token: str | None = None) -> NoReturn:
        found = token or (self.tokens[self.place] if self.place < len(self.tokens) else "<EOF>")
        raise invalid(f'Invalid {self.what}: Syntax error; token: "{found}", near: "{self.text[-20:]}"')

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    @property
    def word(self) -> str:
        return self.next.upper()

    def take(self, *wanted: str) -> str:
        token = self.next
        if not token or (wanted and token.upper() not in wanted):
            self.fail()
        self.place += 1
        return token

    def takes(self, wanted: str) -> bool:
        if self.word != wanted:
            return False
        self.place += 1
        return True

    def end(self) -> None:
        if self.next:
            self.fail()

    # parts

    def path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while True:
            if self.takes("."):
                parts.append(self._name())
            elif self.takes("["):
                token = self.take()
                if not token.isdigit():
                    self.fail(token)
                parts.append(int(token))
                self.take("]")
            else:
                return tuple(parts)

    def _name(self) -> str:
        token = self.take()
        if not (token[0] == "#" or token[0].isalpha() or token[0] == "_"):
            self.fail(token)
        return token

    def operand(self) -> Operand:
        if self.next.startswith(":"):
            token = self.take()
            return lambda scope: value(scope, token, self.what)
        if self._calls("SIZE"):
            self._open()
            inner = self.path()
            self.take(")")
            return lambda scope: v.size(find(scope, inner, self.what))
        path = self.path()
        return lambda scope: find(scope, path, self.what)

    def _calls(self, name: str) -> bool:
        after = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else ""
        return self.word == name and after == "("

    def _open(self) -> None:
        self.place += 2

    # conditions

    def either(self) -> Test:
        tests = [self.both()]
        while self.takes("OR"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda scope: any(test(scope) for test in tests)

    def both(self) -> Test:
        tests = [self.no()]
        while self.takes("AND"):
            tests.append(self.no())
        return tests[0] if len(tests) == 1 else lambda scope: all(test(scope) for test in tests)

    def no(self) -> Test:
        if self.takes("NOT"):
            inner = self.no()
            return lambda scope: not inner(scope)
        return self.one()

    def one(self) -> Test:
        if self.takes("("):
            inner = self.either()
            self.take(")")
            return inner
        for name, make in _TESTS.items():
            if self._calls(name):
                self._open()
                return make(self)
        left = self.operand()
        word = self.take("=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN").upper()
        if word == "BETWEEN":
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return lambda scope: _between(left(scope), low(scope), high(scope))
        if word == "IN":
            self.take("(")
            among = [self.operand()]
            while self.takes(","):
                among.append(self.operand())
            self.take(")")
            return lambda scope: any(v.equal(left(scope), each(scope)) for each in among)
        right = self.operand()
        if word == "=":
            return lambda scope: v.equal(left(scope), right(scope))
        if word == "<>":
            return lambda scope: not v.equal(left(scope), right(scope))
        compare = _COMPARE[word]
        return lambda scope: _compared(compare, left(scope), right(scope))

    # updates

    def changes(self) -> list[Change]:
        found: list[Change] = []
        seen: set[str] = set()
        while self.next:
            word = self.take(*_WORDS).upper()
            if word in seen:
                raise invalid(
                    f'Invalid {self.what}: The "{word}" section can only be used once in an update expression;'
                )
            seen.add(word)
            found.append(self._change(word))
            while self.takes(","):
                found.append(self._change(word))
        return found

    def _change(self, word: str) -> Change:
        path = self.path()
        if word == "REMOVE":
            return Change(word, path)
        if word == "SET":
            self.take("=")
            return Change(word, path, self._sum())
        if not self.next.startswith(":"):
            self.fail()
        return Change(word, path, self.operand())

    def _sum(self) -> Operand:
        left = self._term()
        if self.next not in ("+", "-"):
            return left
        sign = 1 if self.take() == "+" else -1
        right = self._term()
        return lambda scope: v.add(_there(left(scope)), _there(right(scope)), sign)

    def _term(self) -> Operand:
        if self._calls("IF_NOT_EXISTS"):
            self._open()
            path = self.path()
            self.take(",")
            otherwise = self._term()
            self.take(")")

            def first(scope: Scope) -> Value | None:
                found = find(scope, path, self.what)
                return otherwise(scope) if found is None else found

            return first
        if self._calls("LIST_APPEND"):
            self._open()
            one = self._term()
            self.take(",")
            two = self._term()
            self.take(")")
            return lambda scope: _appended(_there(one(scope)), _there(two(scope)))
        if self.takes("("):
            inner = self._sum()
            self.take(")")
            return inner
        return self.operand()


def _exists(reader: _Reader, wanted: bool) -> Test:
    path = reader.path()
    reader.take(")")
    return lambda scope: (find(scope, path, reader.what) is not None) is wanted


def _of_two(test: Callable[[Value | None, Value | None], bool]) -> Callable[[_Reader], Test]:
    def make(reader: _Reader) -> Test:
        one = reader.operand()
        reader.take(",")
        other = reader.operand()
        reader.take(")")
        return lambda scope: test(one(scope), other(scope))

    return make


def _begins(value: Value | None, start: Value | None) -> bool:
    if value is None or start is None or v.kind_of(value) != v.kind_of(start):
        return False
    kind = v.kind_of(value)
    return kind in ("S", "B") and value[kind].startswith(start[kind])


_TESTS: dict[str, Callable[[_Reader], Test]] = {
    "ATTRIBUTE_EXISTS": lambda reader: _exists(reader, True),
    "ATTRIBUTE_NOT_EXISTS": lambda reader: _exists(reader, False),
    "ATTRIBUTE_TYPE": _of_two(
        lambda value, kind: value is not None and v.kind_of(value) == _there(kind).get("S")
    ),
    "BEGINS_WITH": _of_two(_begins),
    "CONTAINS": _of_two(v.contains),
}


def _compared(compare: Callable[[Any, Any], bool], one: Value | None, other: Value | None) -> bool:
    both = v.ordered(one, other)
    return both is not None and compare(*both)


def _between(value: Value | None, low: Value | None, high: Value | None) -> bool:
    return _compared(_COMPARE[">="], value, low) and _compared(_COMPARE["<="], value, high)


def _there(value: Value | None) -> Value:
    if value is None:
        raise invalid("The provided expression refers to an attribute that does not exist in the item")
    return value


def _appended(one: Value, other: Value) -> Value:
    for each in (one, other):
        if v.kind_of(each) != "L":
            raise invalid(
                "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                f"operator or function: list_append, operand type: {v.kind_of(each)}"
            )
    return {"L": [*one["L"], *other["L"]]}


@lru_cache(maxsize=512)
def condition(text: str, what: str = "ConditionExpression") -> Test:
    """Read a condition. Raises Refused in DynamoDB's words where it is none."""
    reader = _Reader(text, what)
    test = reader.either()
    reader.end()
    return test


@lru_cache(maxsize=512)
def update(text: str) -> list[Change]:
    """Read an update expression."""
    return _Reader(text, "UpdateExpression").changes()


@lru_cache(maxsize=128)
def projection(text: str) -> list[Path]:
    """Read a projection expression."""
    reader = _Reader(text, "ProjectionExpression")
    paths = [reader.path()]
    while reader.takes(","):
        paths.append(reader.path())
    reader.end()
    return paths
