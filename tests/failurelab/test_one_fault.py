"""The small failure lab of notebooks 03 and 04: what a click runs, what it says, and what stands where no widgets are."""

import ipywidgets
import pytest

from sagalab import SagaLabError, definition, one_fault
from sagalab.failurelab.one_fault import FAULTS, OneFault


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch, tmp_path):
    """It rehearses: no cloud, and the state folder stays bare."""
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    yield
    assert not list(tmp_path.iterdir())


@pytest.fixture
def lab():
    return OneFault("saga")


def buttons(widget):
    if isinstance(widget, ipywidgets.Button):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from buttons(child)


def press(lab, words):
    next(each for each in buttons(lab.widget) if words in each.description).click()


def test_clicks_choose_and_run(lab):
    press(lab, "ReserveInventory")
    press(lab, "the process exits")
    assert "Press Run: one order with Fault.crash(&#x27;ReserveInventory&#x27;)" in lab.said.value
    press(lab, "Run")
    assert lab.words == (
        "Fault.crash('ReserveInventory'): FAILED with Runtime.ExitError after 0.0 s. ProcessOrder → ProcessPayment → "
        "ReserveInventory. The tables: leaked: 29.99 not refunded; order still New."
    )
    assert "role='status'" in lab.said.value and "✗ " in lab.said.value
    assert "<svg" in lab.picture.value and lab.execution.path[-1] == "ReserveInventory"


def test_a_retry_shows_its_tries_and_its_time(lab):
    words = lab.run("ProcessPayment", "transient")
    assert words.startswith("Fault.transient('ProcessPayment', times=2): SUCCEEDED after ")
    assert "ProcessPayment ×3 → " in words and lab.execution.duration > 0.5


def test_every_fault_of_every_step_runs_to_an_end(lab):
    ends = {(task, kind): lab.run(task, kind) for task in lab.tasks for kind in FAULTS}
    assert len(ends) == 15 and not any("RUNNING" in words for words in ends.values())
    assert (
        sum("leaked" in words for words in ends.values()) == 6
    )  # three names in two steps that nothing catches
    assert lab.run(kind="none").startswith("No fault: SUCCEEDED")


def test_where_no_widgets_are_it_says_how_it_is_run():
    found = one_fault(definition("saga"))
    bundle = found._repr_mimebundle_()
    assert 'one_fault.run("ReserveInventory", "crash")' in bundle["text/plain"]
    shown = one_fault.run("ReserveInventory", "crash")._repr_mimebundle_()
    assert "29.99 not refunded" in shown["text/plain"] and "<svg" in shown["text/html"]


def test_only_steps_that_the_machine_calls_can_be_chosen():
    one_step = definition("saga")
    one_step["States"]["ProcessOrder"] = {
        **{
            key: value
            for key, value in one_step["States"]["ProcessOrder"].items()
            if key in ("Type", "Resource")
        },
        "Arguments": {"FunctionName": "${NewOrderFunction}", "Payload": "{% $states.input %}"},
        "End": True,
    }
    one_step["States"] = {"ProcessOrder": one_step["States"]["ProcessOrder"]}
    assert OneFault(one_step).tasks == ["ProcessOrder"]
    alone = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    with pytest.raises(SagaLabError, match="none of the saga's functions"):
        OneFault(alone)


def test_what_cannot_be_chosen_is_said(lab):
    with pytest.raises(SagaLabError, match="Take one of: ProcessOrder"):
        lab.run("ReleaseInventory", "crash")
    with pytest.raises(SagaLabError, match="Take one of: none, error"):
        lab.run(kind="late")
