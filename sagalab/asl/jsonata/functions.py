"""The functions that Step Functions adds to JSONata; what they cannot take is a ValueError."""

import hashlib
import json
from typing import Any

MOST_ITEMS = 1000
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def partition(array: Any = None, size: Any = None) -> Any:
    """Return the items of an array in arrays of `size`."""
    if array is None or size is None:
        return None
    items = array if isinstance(array, list) else [array]
    if isinstance(size, bool) or not isinstance(size, (int, float)) or size < 1:
        raise ValueError("Argument 2 of function 'partition' must be a positive integer")
    step = int(size)
    return [items[start : start + step] for start in range(0, len(items), step)]


def number_range(first: Any = None, last: Any = None, step: Any = 1) -> Any:
    """Return the numbers from `first` to `last` by `step`."""
    if first is None or last is None:
        return None
    if step == 0:
        raise ValueError("Argument 3 of function 'range' must not be zero")
    count = max(0, int((last - first) / step) + 1) if (last - first) * step >= 0 else 0
    if count > MOST_ITEMS:
        raise ValueError(f"The function 'range' returns at most {MOST_ITEMS} items")
    return [first + index * step for index in range(count)]


def hash_of(value: Any = None, algorithm: Any = None) -> Any:
    """Return the hash of a text, or of a value as JSON, in hexadecimal digits."""
    if value is None:
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
    return json.loads(text)


def no_eval(*arguments: Any) -> Any:
    """Refuse $eval, as Step Functions does."""
    raise ValueError("The function 'eval' is not supported")
