"""Calls at the same time: their answers in order, and after an error no further call."""

import pytest

from sagalab.threads import together


def test_the_answers_are_in_the_order_of_the_items():
    assert together(lambda number: number * 2, range(25)) == list(range(0, 50, 2))
    assert together(str, []) == []


def test_after_an_error_none_is_begun_and_the_error_is_raised():
    begun = []

    def call(number):
        begun.append(number)
        if number == 1:
            raise KeyError("the second")

    with pytest.raises(KeyError, match="the second"):
        together(call, range(20), threads=1)
    assert begun == [0, 1]
