"""compare() and scenario_matrix(): where two runs part; small multiples."""

import xml.etree.ElementTree as ElementTree

import pytest
from runs_drawn import NESTED, SAGA, SCENARIOS, run, saga_run

from sagalab.errors import SagaLabError
from sagalab.pictures import drawing
from sagalab.pictures.compare import compare
from sagalab.pictures.grid import scenario_matrix


def test_two_runs_part_where_the_outcome_differs():
    found = compare(saga_run(), saga_run(["ReserveInventory"]), titles=("good", "bad"))
    assert (found.parted_at, found.step) == ("ReserveInventory", 3)
    assert "good succeeded, bad failed, caught: ErrReserveInventory" in found.text()
    assert list(found.table["differs"][:4]) == ["", "", "status", "state"]
    assert len(found.table) == 7
    svg = found.svg()
    ElementTree.fromstring(svg)
    assert svg.count(" marked") == 2
    html = found._repr_html_()
    assert html.count("<svg ") == 3 and "<table" in html


def test_two_runs_part_at_a_choice():
    machine = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Choice", "Choices": [{"Condition": "{% a %}", "Next": "Yes"}], "Default": "No"},
            "Yes": {"Type": "Succeed"},
            "No": {"Type": "Succeed"},
        },
    }
    found = compare(run(machine), run(machine, {"Ask": {"go": "No"}}))
    assert (found.parted_at, found.step) == ("Ask", 1)
    assert "first run goes on to Yes, second run to No" in found.text()


def test_equal_runs_do_not_part_and_attempts_are_seen():
    found = compare(saga_run(), saga_run(ProcessPayment={"retries": 1}))
    assert found.parted_at is None and "same path" in found.text()
    assert list(found.table["differs"]) == ["", "attempts", "", "", ""]


def test_iterations_are_compared_in_their_order():
    found = compare(
        run(NESTED, {"Each": {"items": 3}}), run(NESTED, {"Each": {"items": 3}, "Pick": ["ok", "Gone", "ok"]})
    )
    assert found.parted_at == "Pick" and found.table.loc[found.step - 1, "differs"] == "status"


def test_the_matrix_has_a_picture_a_scenario():
    grid = scenario_matrix(
        {f"Scenario {key}": saga_run(failing) for key, (failing, _) in SCENARIOS.items()}, SAGA
    )
    root = ElementTree.fromstring(grid.svg())
    cells = [group for group in root.iter("{http://www.w3.org/2000/svg}g") if group.get("class") == "cell"]
    assert len(cells) == 7 and "Scenario 33: FAILED with SagaFailed" in grid.text()
    assert set(grid._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
    with pytest.raises(ValueError):
        scenario_matrix({})
    with pytest.raises(SagaLabError, match="saved as SVG"):
        grid.save("x.png")


def test_words_without_a_dot(monkeypatch):
    monkeypatch.setattr(drawing, "find_dot", lambda: None)
    assert set(scenario_matrix({"one": saga_run()})._repr_mimebundle_()) == {"text/plain"}
    assert set(compare(saga_run(), saga_run())._repr_mimebundle_()) == {"text/plain"}
