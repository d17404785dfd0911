"""The functions that Step Functions adds to JSONata, and those of JSONata that the engines have otherwise;
what they cannot take is a ValueError."""

import hashlib
import json
import math
import re
from typing import Any
from urllib.parse import quote

from sagalab.asl.jsonata import words

# Where AWS ends an evaluation for its memory: [1..873782] it takes, one number more not (measured: floci
# #2737); a letter counts less.
MOST_NUMBERS, MOST_IN_RANGE, MOST_LETTERS = 873_782, 360_145, 6_990_256
_MASK = (1 << 48) - 1
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def partition(array: Any = None, size: Any = None) -> Any:
    """Return the items of an array in arrays of `size`, cut to a whole number; nothing for an empty array and
    for chunks of 0 (measured: floci #2676)."""
    if array is None or size is None:
        return None
    items = array if isinstance(array, list) else [array]
    if not _is_number(size) or size < 0:
        raise ValueError("Argument 2 of function 'partition' must be a positive integer")
    step = int(size)
    if step == 0 or not items:
        return None
    return [items[start : start + step] for start in range(0, len(items), step)]


def number_range(first: Any = None, last: Any = None, step: Any = None) -> Any:
    """Return the numbers from `first` to `last` by `step`, each cut to a whole number.

    Measured on AWS (floci #2676): nothing without a step, or for one that leads away; a single number is no
    array; 360,145 numbers are the most.
    """
    if first is None or last is None or step is None:
        return None
    for index, value in enumerate((first, last, step), 1):
        if not _is_number(value):
            raise ValueError(f'T0410: Argument {index} of function "range" does not match function signature')
    begin, end, by = int(first), int(last), int(step)
    if by == 0:
        return None
    found = range(begin, end + (1 if by > 0 else -1), by)
    if len(found) > MOST_IN_RANGE:
        raise ValueError(words.MEMORY)
    return found[0] if len(found) == 1 else list(found) or None


def random_of(seed: Any) -> float:
    """Return the number from 0 to below 1 that $random(seed) always is: java.util.Random's first double
    (measured on AWS, floci #2662: $random(42) is 0.7275636800328681)."""
    if not _is_number(seed):
        raise ValueError('T0410: Argument 1 of function "random" does not match function signature')
    state = (int(seed) ^ 0x5DEECE66D) & _MASK
    state = (state * 0x5DEECE66D + 0xB) & _MASK
    high = state >> 22  # 26 bits
    state = (state * 0x5DEECE66D + 0xB) & _MASK
    return float(((high << 27) + (state >> 21)) / (1 << 53))


def pad(text: Any = None, width: Any = None, sign: Any = " ") -> Any:
    """Return a text filled up to `width` letters with `sign` (at its begin for a negative width): JSONata's
    $pad, which is bounded here."""
    if text is None or width is None:
        return None
    for index, (value, fits) in enumerate(
        ((text, isinstance(text, str)), (width, _is_number(width)), (sign, isinstance(sign, str))), 1
    ):
        if not fits and value is not None:
            raise ValueError(f'T0410: Argument {index} of function "pad" does not match function signature')
    if abs(width) > MOST_LETTERS:
        raise ValueError(words.MEMORY)
    lacking = int(abs(width)) - len(text)
    if lacking <= 0:
        return text
    sign = sign or " "
    filling = (sign * (lacking // len(sign) + 1))[:lacking]
    return text + filling if width > 0 else filling + text


def encode_url(text: Any = None) -> Any:
    """Return a text as JavaScript's encodeURI writes it: JSONata's $encodeUrl."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError('T0410: Argument 1 of function "encodeUrl" does not match function signature')
    return quote(text, safe=";,/?:@&=+$-_.!~*'()#")


def number_text(text: str) -> str:
    """Return a text that JSONata takes for a number; ValueError for another, such as "+5" or " 5 "."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"D3030: Unable to cast value to a number: {json.dumps(text, ensure_ascii=False)}")
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def hash_of(value: Any = None, algorithm: Any = None) -> Any:
    """Return the hash of a text, or of a value as JSON, in hexadecimal digits."""
    if value is None or algorithm is None:
        return None
    if algorithm not in _HASHES:
        raise ValueError(f"Argument 2 of function 'hash' must be one of {', '.join(_HASHES)}")
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return hashlib.new(_HASHES[algorithm], text.encode("utf-8")).hexdigest()


def parse(text: Any = None) -> Any:
    """Return the value of a JSON text."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError("Argument 1 of function 'parse' must be a string")
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("D3137: Invalid JSON") from None


def no_eval(*arguments: Any) -> Any:
    """Refuse $eval, which Step Functions does not have (measured: floci #2737)."""
    raise ValueError("T1006: Attempted to invoke a non-function")
