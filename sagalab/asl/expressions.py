"""The texts in a state: where each stands, what AWS takes it for there, and what it is.

Sources: https://states-language.net/spec.html (Paths, Reference Paths, Payload Template),
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html (JSONata),
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html,
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sagalab.asl.document import PROCESSORS, State
from sagalab.asl.placeholder import has_placeholder, is_placeholder
from sagalab.asl.source import Path, path_text

ExpressionKind = Literal["jsonata", "path", "context", "variable", "intrinsic", "placeholder", "text"]
Taken = Literal["jsonata", "path", "reference path", "path or function", "value", "plain"]

SUBMACHINE_FIELDS = frozenset({"Branches", *PROCESSORS})

# What each field of a JSONPath state takes. ErrorPath and CausePath take a reference path or a function.
_REFERENCE_PATHS = frozenset(
    "ResultPath ItemsPath SecondsPath TimestampPath TimeoutSecondsPath HeartbeatSecondsPath "
    "MaxConcurrencyPath ToleratedFailureCountPath ToleratedFailurePercentagePath MaxItemsPath "
    "MaxItemsPerBatchPath MaxInputBytesPerBatchPath".split()
)
_PATHS = frozenset({"InputPath", "OutputPath", "Variable"})
_PATHS_OR_FUNCTIONS = frozenset({"ErrorPath", "CausePath"})
_TEMPLATES = frozenset(
    "Parameters ResultSelector ItemSelector Assign BatchInput Credentials Arguments Output".split()
)
_COMPARED_PATH = re.compile(r"(?:String|Numeric|Boolean|Timestamp)\w+Path")
# Names and words of the language itself: nothing in them is computed.
_PLAIN = frozenset(
    "Type Next Default Resource ErrorEquals QueryLanguage End JitterStrategy ProcessorConfig CSVHeaders".split()
)
_INTRINSIC = re.compile(r"[A-Za-z_][\w.]*\(")
_VARIABLE = re.compile(r"\$[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Expression:
    """A text of a state. `path` is its place in the state: ("Retry", 0, "ErrorEquals", 1).

    `kind` is what it looks like: "jsonata" {% … %}; "path" $.a of the input; "context" $$.Task.Token;
    "variable" $order.id; "intrinsic" States.Format(…); "placeholder" ${…} as a whole; else "text". In a
    JSONata state only "jsonata", "placeholder" and "text" occur.
    `taken` is what AWS takes a text in this place for: "jsonata" (or plain text, without {% %}); "path";
    "reference path" (one value: names and indices only); "path or function" (the value of `x.$`, ErrorPath);
    "value" (passed on as it stands); "plain" (a name or word of the language).
    """

    state: State
    path: Path
    text: str
    kind: ExpressionKind
    taken: Taken

    @property
    def key(self) -> str:
        """The last name in the path: the field, or the name in a payload template."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def place(self) -> str:
        """The path as people read it."""
        return path_text(self.path)

    @property
    def code(self) -> str:
        """The JSONata without {% and %}; any other text as it stands."""
        return self.text[2:-2] if self.kind == "jsonata" else self.text

    @property
    def is_read(self) -> bool:
        """Whether AWS computes it (a path, a function, JSONata) and does not just pass it on."""
        if self.taken in ("value", "plain"):
            return False
        return self.kind == "jsonata" if self.taken == "jsonata" else self.kind not in ("text", "placeholder")

    @property
    def has_placeholder(self) -> bool:
        """Whether a part of it is filled in at deployment."""
        return has_placeholder(self.text)


def is_jsonata(value: object) -> bool:
    """Tell whether a value is a text that Step Functions takes as JSONata: {% … %}, nothing around it."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def kind_of(text: str) -> ExpressionKind:
    """Return what a text looks like in a JSONPath state."""
    if is_placeholder(text):
        return "placeholder"
    if is_jsonata(text):
        return "jsonata"
    if text.startswith("$"):
        after = text[1:2]
        if after == "$":
            return "context"
        if after in ("", ".", "["):
            return "path"
        return "variable" if _VARIABLE.match(text) else "text"
    return "intrinsic" if _INTRINSIC.match(text) and text.rstrip().endswith(")") else "text"


def expressions(state: State) -> Iterator[Expression]:
    """Yield every text of a state in the order of the definition, without those of its branches or
    processor and without Comments of its own, its retriers, catchers and rules."""
    return iter(_expressions(state))


@lru_cache(maxsize=256)
def _expressions(state: State) -> tuple[Expression, ...]:
    """Read them once, however many rules ask: a state never changes."""
    found = []
    for path, text, taken in _texts(state):
        if is_placeholder(text):
            kind: ExpressionKind = "placeholder"
        elif state.is_jsonata:
            kind = "jsonata" if is_jsonata(text) else "text"
        else:
            kind = kind_of(text)
        found.append(Expression(state, path, text, kind, taken))
    return tuple(found)


def jsonata_of(state: State) -> Iterator[Expression]:
    """Yield the JSONata of a JSONata state; nothing for a JSONPath state."""
    if state.is_jsonata:
        yield from (found for found in expressions(state) if found.kind == "jsonata" and found.is_read)


def _texts(state: State) -> Iterator[tuple[Path, str, Taken]]:
    """Walk the state's body. What is inside a part that takes all its texts alike is marked by `inside`:
    "plain", "jsonata", "template" (by whether a text's name ends in .$), "value"; None for a structure of
    the language, where each field takes its own."""
    # a place is (place of what it is in, step): paths are written out for texts only
    todo: list[tuple[Any, str, Any, str | None]] = [(None, "", state.body, None)]
    while todo:
        place, name, value, inside = todo.pop()
        if isinstance(value, str):
            yield _path(place), value, _taken(state, name, isinstance(place[1], str), inside)
        elif isinstance(value, list):
            todo += [((place, index), name, value[index], inside) for index in reversed(range(len(value)))]
        elif isinstance(value, dict):
            for inner in reversed(value):
                if not isinstance(inner, str) or place is None and inner in SUBMACHINE_FIELDS:
                    continue
                if inside is not None or inner != "Comment":
                    todo.append(((place, inner), inner, value[inner], inside or _inside(state, inner)))


def _path(place: Any) -> Path:
    steps: list[str | int] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))


def _inside(state: State, name: str) -> str | None:
    if name in _PLAIN:
        return "plain"
    if state.is_jsonata:
        return "jsonata" if name in _TEMPLATES or name in ("Items", "Condition") else None
    if name in _TEMPLATES:
        return "template"
    return "value" if name == "Result" else None


def _taken(state: State, name: str, named: bool, inside: str | None) -> Taken:
    if inside == "plain":
        return "plain"
    if state.is_jsonata:
        return "jsonata"
    if inside == "template":
        return "path or function" if named and name.endswith(".$") else "value"
    if inside == "value":
        return "value"
    if name in _REFERENCE_PATHS:
        return "reference path"
    if name in _PATHS or _COMPARED_PATH.fullmatch(name):
        return "path"
    return "path or function" if name in _PATHS_OR_FUNCTIONS else "value"
