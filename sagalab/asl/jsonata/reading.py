"""Reading an expression: by jsonata-python's parser, with what it lets through or stumbles over said as the
reference (npm jsonata 2.0.6) says it."""

import json
import re

from jsonata import Jsonata
from jsonata.jexception import JException

from sagalab.asl.jsonata import words
from sagalab.asl.jsonata.errors import JsonataSyntaxError

# texts, regular expressions after an operator, and comments: an operator in them is none
_QUOTED = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|/\*.*?\*/'
    r"|(?:^|(?<=[(\[{,;:=~>&|?]))\s*/(?:\\.|[^/\\\n])+/",
    re.DOTALL,
)
_SIGNATURE = re.compile(r"(?<=\))\s*<[^{}]*>\s*(?=\{)")  # function($x)<s-n?:s>{…}
_NEWER = re.compile(r"\?\?|\?:")
_HALF = re.compile("[\ud800-\udfff]")
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")


def code_only(text: str) -> str:
    """Return an expression of the same length with blanks for its texts, regular expressions and comments."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def newer_operator(text: str) -> str | None:
    """Return the first operator of JSONata 2.1 in an expression, which 2.0.6 cannot read; None for none."""
    found = _NEWER.search(_SIGNATURE.sub("", code_only(text)))
    return found[0] if found else None


def read(text: str) -> Jsonata:
    """Return an expression as jsonata-python reads it; JsonataSyntaxError for what 2.0.6 cannot read."""
    if _HALF.search(text):  # no request can hold it
        raise JsonataSyntaxError("The expression has half a character: an unpaired surrogate")
    newer = newer_operator(text)
    if newer is not None:  # 2.0.6 reads a condition, and then stumbles over the second sign
        raise JsonataSyntaxError(f'S0211: The symbol "{newer[1]}" cannot be used as a unary operator')
    try:
        return Jsonata(text)
    except JException as error:
        raise JsonataSyntaxError(words.of_reading(error)) from None
    except KeyError as error:  # an operator that it does not know
        raise JsonataSyntaxError(f"S0204: Unknown operator: {json.dumps(str(error.args[0]))}") from None
    except re.error as error:  # Python writes named groups in another way
        python = _NAMED_GROUP.sub("(?P<", text)
        if python == text:
            raise JsonataSyntaxError(f"S0302: Invalid regular expression: {error}") from None
        return read(python)
    except (IndexError, AttributeError, TypeError, ValueError, RecursionError, NotImplementedError):
        # it stumbles over some broken texts in place of saying so
        if "/*" in code_only(text):
            raise JsonataSyntaxError("S0106: Comment has no closing tag") from None
        raise JsonataSyntaxError("S0207: Unexpected end of expression") from None
