"""The course's checks on the local cloud: each typical mistake gets the message that names it."""

from collections import Counter

import pytest
from wrong_answers import WRONG

from sagalab import SagaLabError, check, deploy, tables
from sagalab.check_outcome import CORRECT, NOT_ATTEMPTED
from sagalab.check_outcome import WRONG as WRONG_NAME
from sagalab.exercises import exercises


@pytest.fixture(scope="module")
def deployed(cloud):
    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_PREFIX", "checks")
    yield deploy(progress=False)
    patch.undo()


def test_every_exercise_of_labs_02_to_04_has_six_wrong_answers():
    counts = Counter(name for name, *_ in WRONG)
    assert all(count >= 6 for count in counts.values())
    assert {each.name for each in exercises().values() if each.notebook < "05"} <= set(counts)


@pytest.mark.parametrize(
    ("name", "change", "words"), [(n, c, w) for n, _, c, w in WRONG], ids=[f"{n}-{d}" for n, d, *_ in WRONG]
)
def test_a_wrong_answer_gets_the_message_that_names_its_mistake(deployed, name, change, words):
    answer = check.reference(name)
    answer = change(answer) or answer
    outcome = getattr(check, name)(answer)
    assert outcome.name == WRONG_NAME
    assert words in outcome.because
    assert "text/html" in outcome._repr_mimebundle_()


def test_other_correct_solutions_pass(deployed):
    by_output = check.reference("assign")  # without a variable: the order travels as output and input
    first, second = by_output["States"].values()
    del first["Assign"]
    first["Output"], second["Arguments"]["Payload"] = "{% $states.result.Payload %}", "{% $states.input %}"
    assert check.assign(by_output).is_correct

    everything = check.reference("catch")  # one catcher for all errors
    everything["States"]["ProcessPayment"]["Catch"][0]["ErrorEquals"] = ["States.ALL"]
    assert check.catch(everything).is_correct

    two = check.reference("patience")  # another retrier beside it, and the defaults left out
    retry = two["States"]["ProcessPayment"]["Retry"]
    del retry[0]["BackoffRate"], retry[0]["IntervalSeconds"]
    retry.insert(0, {"ErrorEquals": ["Lambda.ServiceException"]})
    assert check.patience(two).is_correct

    later = check.reference("go_on")  # told at the end of the chain, under other names
    states = later["States"]
    states["ReleaseInventory"]["Catch"][0]["Next"] = "ProcessRefund"
    states["Tell"] = states.pop("sns:NotifyReleaseInventoryFail") | {"Next": "OrderFailed"}
    states["UpdateOrderStatus"]["Next"] = "Tell"
    assert check.go_on(later).is_correct


def test_a_check_leaves_machines_and_stock_as_they_were(deployed):
    before = tables(deployed)["stock"]
    assert check.happy_path(check.reference("happy_path")).is_correct
    assert tables(deployed)["stock"].equals(before)
    machines = deployed.cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    assert not [each["name"] for each in machines if each["name"].startswith("checks-check-")]


@pytest.mark.parametrize("answer", [{"StartAt": "A"}, [1, 2], "{ no JSON", {"States": {"A": object()}}, 7])
def test_an_answer_that_is_no_machine_is_wrong_and_nothing_worse(answer):
    outcome = check.retry(answer)
    assert outcome.name == WRONG_NAME
    assert "no state machine" in outcome.because or "not JSON" in outcome.because


@pytest.mark.parametrize(
    "stub", [None, ..., {"States": {"A": {"Retry": ...}}}, {"States": {"A": {"Next": "TODO"}}}, [1, ...]]
)
def test_a_stub_is_not_yet_attempted(stub):
    outcome = check.retry(stub)
    assert outcome.name == NOT_ATTEMPTED
    assert 'check.reference("retry")' in str(outcome)


def test_correct_says_so_in_words_and_with_a_sign():
    outcome = check.waits([3, 6, 12, 20, 20])
    assert outcome.name == CORRECT
    assert str(outcome).startswith("✓ correct: ")


def test_an_unknown_exercise_names_those_that_there_are():
    with pytest.raises(AttributeError, match="retry"):
        check.retri  # noqa: B018
    with pytest.raises(SagaLabError, match="There are: .*retry"):
        check.hint("retri")
