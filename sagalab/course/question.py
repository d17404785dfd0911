"""One question of a closing quiz: its choices, why each is right or wrong, and which is right."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question with its choices: `choices` maps each to why it is right or wrong; `answer` is the right one."""

    text: str
    choices: Mapping[str, str]
    answer: str

    def __post_init__(self) -> None:
        if self.answer not in self.choices:
            raise ValueError(f"{self.answer!r} is none of the choices of {self.text!r}")
