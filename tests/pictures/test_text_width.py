"""Lines of a box: a word is whole, in any script, unless it is longer than a line."""

import pytest

from sagalab.pictures.text_width import wrap

TEXTS = {
    "Check whether the customer's creditworthiness holds": [
        "Check whether the customer's",
        "creditworthiness holds",
    ],
    "HTTPServerErrorHandlerForInternationalization": ["HTTPServerErrorHandlerFor", "Internationalization"],
    "Größenänderung der Übermaßbestellung prüfen": ["Größenänderung der", "Übermaßbestellung prüfen"],
    "sns:NotifyOfTheReleasedInventory_Failed": ["sns:NotifyOfTheReleased", "Inventory_Failed"],
    "注文を受ける" * 6: ["注文を受ける" * 5, "注文を受ける"],
    "x" * 40: ["x" * 30, "x" * 10],
    "": [" "],
}


@pytest.mark.parametrize("text", TEXTS)
def test_lines_end_between_words(text):
    assert wrap(text, 30) == TEXTS[text]


def test_what_does_not_fit_is_cut_with_a_sign():
    assert wrap("one two three four five", 5, 2) == ["one", "two…"]
