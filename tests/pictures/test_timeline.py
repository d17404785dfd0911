"""timeline(): bars where the times say, waits hatched, one figure and not two."""

import matplotlib
import pytest
from history_writer import HistoryWriter
from runs_drawn import NESTED, run, saga_run

from sagalab.history.execution import Execution
from sagalab.pictures.timeline import timeline


def boxes(chart) -> dict[int, list]:
    """Left and right ends of all bars by layer (2 visits, 3 waits, 4 attempts), in order."""
    found: dict[int, list] = {}
    for bars in chart.axes[0].collections:
        ends = [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in bars.get_paths()]
        found[bars.get_zorder()] = sorted(found.get(bars.get_zorder(), []) + ends)
    return found


def test_visits_attempts_and_waits_are_where_they_were():
    execution = saga_run(["ReserveInventory"], ProcessPayment={"retries": 2})
    chart = timeline(execution)
    drawn = boxes(chart)
    payment = execution.visits[1]
    assert len(drawn[2]) == len(execution.visits) == 7
    assert len(drawn[4]) == sum(len(visit.attempts) for visit in execution.visits) == 8
    waits = [
        ((one.ended - execution.started).total_seconds(), (two.scheduled - execution.started).total_seconds())
        for one, two in zip(payment.attempts, payment.attempts[1:], strict=False)
    ]
    assert drawn[3] == [pytest.approx(wait) for wait in waits]
    texts = [text.get_text() for text in chart.axes[0].texts]
    assert "waits 2.0 s" in texts and "waits 4.0 s" in texts
    assert any("ErrReserveInventory" in text and text.startswith("↷") for text in texts)
    assert chart.axes[0].get_xlabel() == "seconds since the start"


def test_nested_rows_are_indented():
    labels = [label.get_text() for label in timeline(run(NESTED)).axes[0].get_yticklabels()]
    assert labels[:5] == ["Both", "    A", "    Each", "        Pick [0]", "        Pick [1]"]


def test_many_visits_share_a_row_each_state():
    chart = timeline(run(NESTED, {"Each": {"items": 60}}))
    assert len(chart.axes[0].get_yticks()) == 6
    assert "60 visits" in [text.get_text() for text in chart.axes[0].texts]


def test_a_notebook_shows_it_once():
    chart = timeline(saga_run())
    assert set(chart._repr_mimebundle_()[0]) == {"image/png", "text/plain"}
    assert chart._repr_mimebundle_() == timeline(saga_run())._repr_mimebundle_()
    pyplot = matplotlib.pyplot.get_fignums() if hasattr(matplotlib, "pyplot") else []
    assert pyplot == [], "a figure that pyplot knows would be shown a second time"


@pytest.mark.parametrize("length", [0, 1, 2, 4])
def test_the_beginning_of_a_run_draws(length):
    timeline(saga_run().at(length))._repr_mimebundle_()


def redriven_run(after: float = 3600.0 * 24 * 3) -> Execution:
    """A task that was tried twice and failed; after so many seconds it was redriven."""
    history = HistoryWriter()
    last = history.enter("T", 0)
    for _ in range(2):
        last = history.fail(history.schedule(last))
    last = history.add("ExecutionFailed", last, error="Oops")
    before = len(history.events)
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    history.add("ExecutionSucceeded", history.exit("T", history.succeed(history.schedule(last))))
    for event in history.events[before:]:
        event["timestamp"] += after
    return Execution.from_history(history.events)


@pytest.mark.parametrize("after", [0.0, 5.0, 3600.0 * 24 * 3])
def test_the_time_before_a_redrive_is_cut_short_and_is_no_wait(after):
    chart = timeline(redriven_run(after))
    [axes] = chart.axes
    drawn = boxes(chart)
    ran = 1.2  # seconds: 13 events, one each 0.1 s, and the first at 0
    assert len(drawn[3]) == 1, "one retry waited, and not two"
    assert len(drawn[4]) == 3
    assert max(over for _, over in drawn[4]) < ran * 1.2, "three days would leave no room for what ran"
    assert axes.get_xlabel() == "seconds that it ran"
    assert all(float(label.get_text()) <= ran for label in axes.get_xticklabels())
    assert any(text.get_text().endswith("×2, redriven ×1") for text in axes.texts)
    [key] = [text.get_text() for text in chart.legends[0].texts if "redriven" in text.get_text()]
    assert key.startswith("↻ ended, redriven ") and key.endswith(" later")
    assert "Redrive 1: it had ended as FAILED with Oops, and went on" in chart.words
