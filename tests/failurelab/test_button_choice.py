"""ButtonChoice: what a click does, what setting it does not, and that nothing is said by colour alone."""

import pytest

from sagalab.failurelab.button_choice import ButtonChoice


@pytest.fixture
def calls():
    return []


@pytest.fixture
def choice(calls):
    return ButtonChoice("Fruit", {1: "apple", 2: "pear"}, calls.append, value=1, tooltips={2: "green"})


def words(choice):
    return [button.description for button in choice.buttons.values()]


def test_a_click_chooses_and_tells(choice, calls):
    choice.buttons[2].click()
    assert (choice.value, choice.label, calls) == (2, "pear", [2])
    assert words(choice) == ["○ apple", "● pear"]


def test_setting_the_value_tells_nobody(choice, calls):
    choice.value = 2
    assert words(choice) == ["○ apple", "● pear"] and calls == []
    choice.value = None
    assert words(choice) == ["○ apple", "○ pear"] and choice.label == ""


def test_what_is_not_offered_is_refused(choice):
    with pytest.raises(ValueError, match="3 is none of the options of 'Fruit'"):
        choice.choose(3)


def test_new_words_keep_the_buttons_and_with_them_the_focus(choice):
    before = list(choice.buttons.values())
    choice.options = {1: "Apple", 2: "Pear"}
    assert list(choice.buttons.values()) == before and words(choice) == ["● Apple", "○ Pear"]


def test_an_option_that_goes_leaves_the_first_one_chosen(choice):
    choice.options = {2: "pear", 3: "plum"}
    assert choice.value == 2 and words(choice) == ["● pear", "○ plum"]


def test_locked_it_stays_locked_with_new_options(choice):
    choice.lock(True)
    choice.options = {1: "apple", 4: "fig"}
    assert all(button.disabled for button in choice.buttons.values())
    choice.lock(False)
    assert not any(button.disabled for button in choice.buttons.values())


def test_a_button_says_what_it_is_about(choice):
    assert [button.tooltip for button in choice.buttons.values()] == ["Fruit", "Fruit: green"]
