"""steps() and its player: the run after k events."""

import pytest
from picture_structure import structure
from runs_drawn import saga_run

from sagalab.pictures.steps import Change, player, steps


def rows(execution) -> dict:
    done = {visit.name for visit in execution.visits if visit.status == "succeeded"}
    orders = (
        {"4": {"status": "Pending" if "UpdateOrderStatus" in done else "New"}}
        if "ProcessOrder" in done
        else {}
    )
    return {"orders": orders}


def test_each_frame_is_the_run_so_far():
    run = saga_run(["ProcessPayment"])
    frames = steps(run)
    assert len(frames) == len(run.events) + 1
    assert frames[0].execution.path == [] and "Before the first" in frames[0].title
    assert frames[-1].execution.path == run.path and frames[-1].k == len(run.events)
    entered = next(event["id"] for event in run.events if event["type"] == "TaskStateEntered")
    frame = frames[entered]
    assert frame.state == "ProcessOrder" and frame.input == {"order_id": "4"} and frame.output is None
    shown = structure(frame.drawing.svg())
    assert "running" in shown.states["ProcessOrder"] and "not_reached" in shown.states["ProcessPayment"]
    assert "ProcessOrder" in frame.html() and frame.title in frame.html().replace("&#x27;", "'")
    assert [frame.k for frame in frames[2:5]] == [2, 3, 4]
    with pytest.raises(IndexError, match="frames go from 0"):
        frames[len(frames)]


def test_variables_are_those_assigned_so_far():
    run = saga_run()
    events = [dict(event) for event in run.events]
    for event in events:
        if event["type"] == "TaskStateExited":
            name = event["stateExitedEventDetails"]["name"]
            event["stateExitedEventDetails"] = {
                **event["stateExitedEventDetails"],
                "assignedVariables": {"last": f'"{name}"'},
            }
    frames = steps(type(run).from_history(events, run.definition))
    seen = [frame.variables.get("last") for frame in frames]
    assert list(dict.fromkeys(seen)) == [
        None,
        "ProcessOrder",
        "ProcessPayment",
        "ReserveInventory",
        "sns:NotifySuccess",
    ]
    assert seen[-1] == "sns:NotifySuccess"


def test_changed_rows_are_named():
    changes = [change for frame in steps(saga_run(["ProcessPayment"]), rows=rows) for change in frame.changed]
    assert changes == [Change("orders", "4", "added"), Change("orders", "4", "changed")]
    given = steps(saga_run(), rows={3: {"orders": {"4": {"status": "New"}}}, 9: {"orders": {}}})
    assert [frame.k for frame in given if frame.changed] == [3, 9]
    assert (
        "● changed"
        in next(f for f in steps(saga_run(["ProcessPayment"]), rows=rows) if f.changed and f.k > 12).html()
    )


def test_the_player_moves_by_slider_and_buttons():
    run = saga_run()
    widget = player(run, start=0)
    _play, back, slider, forward = widget.children[0].children
    picture = widget.children[1]
    assert slider.max == len(run.events) and slider.value == 0 and slider.description
    forward.click()
    assert slider.value == 1 and "Event 1 of" in picture.value
    back.click()
    back.click()
    assert slider.value == 0 and "Before the first" in picture.value
    slider.value = len(run.events)
    assert "ExecutionSucceeded" in picture.value and "<script" not in picture.value
