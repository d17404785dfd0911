"""Activities as they are kept."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Activity:
    """An activity; `created` in milliseconds since 1970."""

    arn: str
    name: str
    created: int
    encryption: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
