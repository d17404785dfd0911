"""The panel's form: what is bought, what is wrong in a field, which machines are no sagas, and what is folded."""

import asyncio

import pytest
from lab_panels import ASKS, text

from sagalab import FailureLab, Fault, deploy, deploy_machine
from sagalab.failurelab.number_field import NumberField


@pytest.fixture(scope="module")
def deployed(cloud):
    found = deploy(cloud, prefix="form", progress=False)
    deploy_machine(found, "asks", ASKS)
    return found


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


@pytest.mark.parametrize(
    ("typed", "value", "problem"),
    [
        ("3", 3, ""),
        (" 1e1 ", 10, ""),
        ("2.0", 2, ""),
        ("", 0, ""),
        ("2.5", 7, "2.5 is no whole number."),
        ("1e9", 7, "1e9 is too many: at most 999 pieces."),
        ("-1", 7, "-1 is too few: at least 0 pieces."),
        ("two", 7, "two is no whole number."),
        ("nan", 7, "nan is no whole number."),
        ("9" * 400, 7, f"{'9' * 19}… is too many"),
    ],
)
def test_a_field_says_what_is_wrong_and_changes_nothing_by_itself(typed, value, problem):
    told = []
    field = NumberField("Mugs", lambda: told.append(1), value=7, most=999, unit="pieces")
    field.text.value = typed
    assert field.value == value and field.text.value == typed and told == [1]
    assert field.problem.startswith(problem) and bool(field.problem) == bool(problem)
    if problem:
        assert "Nothing runs until a whole number from 0 to 999 stands here." in text(field.words)
        field.value = 5
        assert field.problem == "" and field.text.value == "5" and told == [1]


def test_a_wrong_field_keeps_the_order_from_running(lab):
    panel, mugs = lab.panel, lab.panel.controls.items["1"]
    mugs.text.value = "2.5"
    assert "Coffee mug, 8.50: 2.5 is no whole number." in text(panel.message)
    assert panel.controls.order.words == "✗ a quantity is wrong"
    panel.run_button.click()
    assert panel.task is None and lab.history == []
    mugs.text.value = "4"
    assert text(panel.message).strip() == "" and lab.choice.items == {"1": 4, "2": 1}
    assert panel.controls.order.words == "4 × Coffee mug + 1 × Notebook, dotted = 46.99"


def test_wrong_milliseconds_do_as_well_and_another_task_forgets_them(lab):
    panel, faults = lab.panel, lab.panel.controls.faults
    faults.task.choose("ProcessOrder")
    faults.kind.choose("slow")
    faults.ms.text.value = "0"
    assert "Milliseconds: 0 is too few: at least 1 milliseconds." in text(panel.message)
    panel.run_button.click()
    assert panel.task is None and lab.choice.faults.faults == (Fault.slow("ProcessOrder", ms=500),)
    faults.task.choose("ProcessPayment")
    assert faults.ms.problem == ""


def test_machines_that_are_no_sagas_say_so(lab):
    asyncio.run(lab.panel.find_machines())
    options = lab.panel.controls.machine.options
    assert options["asks"] == "asks (no saga: it undoes nothing)"
    assert options["saga"] == "saga" and options["hardened"] == "hardened"


def test_what_folds_says_what_is_chosen_and_shows_the_others(lab):
    controls = lab.panel.controls
    machine = controls.machine
    assert not machine.open and not controls.order.open and machine._fold.head.description == "▸ saga"
    machine._fold.head.click()
    assert machine.open and machine._fold.head.description == "▾ saga"
    controls.preset.choose("3")
    assert controls.preset._fold.head.description.startswith("▸ 3: ")


def test_a_second_click_on_a_task_closes_it(lab):
    faults = lab.panel.controls.faults
    assert faults.task.value is None and faults._one.layout.display == "none"
    faults.task.choose("ProcessPayment")
    assert faults._one.layout.display == "" and faults.kind.open  # no fault yet: its kind comes first
    faults.kind.choose("crash")
    faults.task.choose("ProcessPayment")
    assert faults._one.layout.display == "none" and faults.faults == [Fault.crash("ProcessPayment")]


def test_a_machine_that_calls_no_task_says_that_there_is_nothing_to_break(lab):
    panel, faults = lab.panel, lab.panel.controls.faults

    async def play() -> None:
        lab.choose(machine="asks")
        await asyncio.gather(*panel.tasks)

    assert faults._none.layout.display == "none"
    asyncio.run(play())
    assert faults.task.options == {} and faults._none.layout.display == ""


def test_another_choice_sets_the_progress_back(lab):
    panel = lab.panel
    lab.run()
    assert panel.bar.value == 1
    panel.controls.faults.task.choose("ProcessOrder")
    panel.controls.faults.kind.choose("error")
    assert panel.bar.value == 0


def test_the_copy_button_holds_the_code_of_the_choice(lab):
    lab.choose(Fault.crash("ProcessPayment"))
    assert lab.panel.tabs.copy.text_to_copy == lab.code() == lab.panel.tabs.code.value
