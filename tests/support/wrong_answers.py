"""Typical wrong answers to all exercises of the course; those of the labs stand in files of their own."""

import wrong_answers_01  # noqa: F401
import wrong_answers_02_03  # noqa: F401
import wrong_answers_03  # noqa: F401
import wrong_answers_04_10  # noqa: F401
import wrong_answers_05_06  # noqa: F401
import wrong_answers_07_09  # noqa: F401
import wrong_answers_11  # noqa: F401
import wrong_answers_12  # noqa: F401
import wrong_answers_13  # noqa: F401
import wrong_answers_14  # noqa: F401
import wrong_answers_odd  # noqa: F401
from wrong_answer import WRONG

__all__ = ["WRONG"]
