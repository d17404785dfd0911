"""AWS's words for what it refuses, each with its kind and what it speaks of, so that nobody needs to read words.

What has a code of its own (problem.py) needs no kind. The words are AWS's where they are known: recordings
(CreateStateMachine, ValidateStateMachineDefinition, TestState) and public reports that quote them.
"""

from collections.abc import Iterable
from enum import Enum, auto


class Kind(Enum):
    """What kind of mistake it is; in brackets what `about` holds."""

    OTHER = auto()  # ()
    TYPE = auto()  # the value has another type (the types that it may have, in small letters)
    WORD = auto()  # the value is none of some words (the words)
    RANGE = auto()  # ("Minimum" or "Maximum", the bound)
    EMPTY = auto()  # ()
    TIMESTAMP = auto()  # ()
    MISSING = auto()  # (the names of the fields)
    NOT_OF_CALL = auto()  # (the name of the field, the call, the nearest field that it has or "")
    UNSUPPORTED = auto()  # a field that nobody knows here (its name)
    LANGUAGE = auto()  # of the other query language ()
    SEVERAL = auto()  # more than one of some fields (their names)
    NONE = auto()  # none of some fields (their names)
    COMPARISON = auto()  # a choice rule with no comparison, or several ()
    RESOURCE = auto()  # ()
    NO_PARAMETERS = auto()  # (Parameters or Arguments)
    PATH = auto()  # ()
    REFERENCE_PATH = auto()  # ()
    BRACES = auto()  # JSONata without its braces ()
    REFERENCE = auto()  # JSONata that refers to nothing (the name)
    STATES_FIELD = auto()  # JSONata reads what $states has not here (the name)
    TWICE = auto()  # x and x.$ (x)
    LAST = auto()  # States.ALL is not alone or not the last ()
    TARGET = auto()  # (the name of the state that does not exist)
    UNREACHABLE = auto()  # (the name of the state)


class Words(str):
    """A text that knows what it says."""

    kind: Kind
    about: tuple[str, ...]

    def __new__(cls, text: str, kind: Kind = Kind.OTHER, *about: str) -> "Words":
        """Return a text of a kind."""
        made = super().__new__(cls, text)
        made.kind, made.about = kind, about
        return made


EMPTY = Words("Value cannot be empty", Kind.EMPTY)
NO_TIMESTAMP = Words("String does not match RFC3339 timestamp", Kind.TIMESTAMP)
NO_PATH = Words("Value must be a valid JSONPath.", Kind.PATH)
NO_REFERENCE = Words("Value is not a Reference Path", Kind.REFERENCE_PATH)
NO_START = Words(f"{NO_REFERENCE}: Reference path didn't start with '$'", Kind.PATH)
NO_BRACES = Words("JSONata string must start with {% and end with %}", Kind.BRACES)
NOT_LAST = Words("States.ALL must appear alone and at end of list", Kind.LAST)
ONE_COMPARISON = Words(
    "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
    Kind.COMPARISON,
)


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def wrong_type(*types: str) -> Words:
    """A value has another type than STRING, ARRAY and so on."""
    return Words(f"Expected value of type {_listed(types)}", Kind.TYPE, *(name.lower() for name in types))


def wrong_number(name: str) -> Words:
    """A value is no Integer, or no Float."""
    return Words(f"Expected value of type {name}", Kind.TYPE, name.lower())


def no_such_word(words: Iterable[str], field: str = "") -> Words:
    """A value is none of some words; AWS has other words for a state's Type."""
    start = (
        f"The field '{field}' should have one of these values"
        if field
        else "Value should be one of the following"
    )
    return Words(f"{start}: {_listed(words)}", Kind.WORD, *words)


def out_of_range(bound: str, limit: float) -> Words:
    """A number is below the Minimum or above the Maximum."""
    return Words(f"{bound} value is {limit}", Kind.RANGE, bound, str(limit))


def missing(*names: str) -> Words:
    """Fields are not there."""
    return Words(f"These fields are required: {_listed(names)}", Kind.MISSING, *names)


def missing_one(name: str) -> Words:
    """A field of what is given to a call, or of Credentials, is not there."""
    return Words(f"The field '{name}' is required but was missing", Kind.MISSING, name)


def no_parameters(field: str, arn: str) -> Words:
    """Nothing is given to a call."""
    return Words(f"{field} field is required for resource ARN: {arn}", Kind.NO_PARAMETERS, field)


def unsupported(name: str) -> Words:
    """A field has no meaning here."""
    return Words(f"Field '{name}' is not supported", Kind.UNSUPPORTED, name)


def not_of_the_call(name: str, call: str, near: str) -> Words:
    """A field that the called API has not: aws/aws-cdk#10014 shows the words. `near`: what may be meant, or ""."""
    return Words(f'The field "{name}" is not supported by Step Functions', Kind.NOT_OF_CALL, name, call, near)


def other_language(name: str, language: str, other: str) -> Words:
    """A field is of the other query language (recorded)."""
    return Words(
        f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{other}' "
        "QueryLanguage",
        Kind.LANGUAGE,
    )


def several(names: Iterable[str]) -> Words:
    """More than one of some fields is given."""
    return Words(f"There should only be one of the following fields: {_listed(names)}", Kind.SEVERAL, *names)


def none_of(names: Iterable[str]) -> Words:
    """None of some fields is given."""
    return Words(
        f"This object should have only one of the following fields: {_listed(names)}", Kind.NONE, *names
    )


def no_target(name: str) -> Words:
    """A transition leads nowhere; AWS says it of StartAt and Default too (measured)."""
    return Words(f"Missing 'Next' target: {name}", Kind.TARGET, name)


def unreachable(name: str) -> Words:
    """Nothing leads to a state."""
    return Words(f'State "{name}" is not reachable.', Kind.UNREACHABLE, name)
