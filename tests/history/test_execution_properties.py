"""Executions read from any history: interleaved at random, cut, shuffled, damaged, or no history at all."""

import copy
import json
from collections import UserDict
from datetime import UTC, datetime

import pytest
from history_writer import HistoryWriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import FILES, recording
from simulated_history import Simulation, programs, steps

from sagalab.history.execution import Execution

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def told(execution: Execution) -> list[tuple]:
    return [
        (
            v.entered_event, v.name, v.status, v.parent and v.parent.entered_event, v.branch, v.iteration,
            [a.outcome for a in v.attempts],
        )
        for v in execution.visits
    ]  # fmt: skip


@quick
@given(programs, st.integers(0, 1000), st.randoms())
def test_interleaved_branches_and_iterations_come_apart(program, seed, random):
    run = Simulation(program, seed)
    shuffled = random.sample(run.history.events, len(run.history.events))
    execution = Execution.from_history(shuffled)
    assert told(execution) == [tuple(expected) for expected in run.expected]
    assert execution.warnings == []


@quick
@given(programs, st.integers(0, 1000), st.data())
def test_the_first_events_tell_of_the_first_visits(program, seed, data):
    run = Simulation(program, seed)
    whole = Execution.from_history(run.history.events)
    k = data.draw(st.integers(0, len(whole.events)))
    part = whole.at(k)
    assert part.path == whole.path[: len(part.path)]
    assert part.status == ("RUNNING" if k < len(whole.events) else "SUCCEEDED")
    assert part.warnings == []
    for then, now in zip(part.visits, whole.visits, strict=False):
        assert then.status in ("running", now.status)
        assert [a.outcome for a in then.attempts if a.outcome != "running"] == [
            a.outcome for a in now.attempts
        ][: sum(a.outcome != "running" for a in then.attempts)]


@quick
@given(steps, st.integers(0, 1000))
def test_a_sequence_needs_no_previous_event_id(program, seed):
    run = Simulation(program, seed)
    events = [{k: v for k, v in event.items() if k != "previousEventId"} for event in run.history.events]
    execution = Execution.from_history(events)
    assert told(execution) == [tuple(expected) for expected in run.expected]
    assert any("which event it follows" in warning for warning in execution.warnings)


@quick
@given(programs, st.integers(0, 1000))
def test_without_previous_event_id_all_is_still_read(program, seed):
    run = Simulation(program, seed)
    events = [{k: v for k, v in event.items() if k != "previousEventId"} for event in run.history.events]
    execution = Execution.from_history(events)
    assert execution.path == [expected.name for expected in run.expected]
    assert execution.status == "SUCCEEDED"
    assert "running" not in {visit.status for visit in execution.visits}


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 40), st.floats(), st.text(max_size=6), st.just([1]),
    st.just({"name": "X"}), st.just({"truncated": True}), st.just(10**30), st.just("2024-99-01"),
)  # fmt: skip
UNKNOWN = st.sampled_from(
    ["FooStateEntered", "FooStateExited", "FooStateAborted", "QuantumLeapt", "", "ExecutionFailed", "{}"]
)


@st.composite
def damaged(draw) -> list:
    """A recorded or simulated history with some damage done to it."""
    if FILES and draw(st.booleans()):
        events = copy.deepcopy(recording(draw(st.sampled_from(FILES)).stem)["events"])
    else:
        events = copy.deepcopy(Simulation(draw(programs), draw(st.integers(0, 99))).history.events)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(events) - 1))
        event = events[at]
        match draw(st.integers(0, 8)):
            case 0 if len(events) > 1:
                del events[at]
            case 1:
                events.insert(draw(st.integers(0, len(events))), copy.deepcopy(event))
            case 2:
                event["type"] = draw(UNKNOWN)
            case 3:
                event.pop(draw(st.sampled_from(list(event) or ["x"])), None)
            case 4:
                event[draw(st.sampled_from(list(event) or ["x"]))] = draw(JUNK)
            case 5:
                for details in event.values():
                    if isinstance(details, dict) and details:
                        details[draw(st.sampled_from(sorted(details)))] = draw(JUNK)
            case 6:
                for details in event.values():
                    for key in ("input", "output") if isinstance(details, dict) else ():
                        if isinstance(details.get(key), str):
                            details[key] = details[key][: draw(st.integers(0, 20))]
            case 7:
                events.reverse()
            case 8:
                event["previousEventId"] = draw(st.integers(0, len(events) + 2))
    return events


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_a_damaged_history_never_raises(events):
    if not any(isinstance(event.get("type"), str) for event in events):
        return
    execution = Execution.from_history(events)
    assert all(isinstance(warning, str) and warning.endswith((".", ")")) for warning in execution.warnings)
    assert execution.status in ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
    for visit in execution.visits:
        assert repr(visit) and (visit.input, visit.output, visit.assigned, visit.duration) is not None
        assert visit.status != "running" or execution.status == "RUNNING"
        assert all(repr(a) and (a.parameters, a.result, a.label) for a in visit.attempts)
    assert (execution.input, execution.output, execution.duration, repr(execution)) is not None
    assert execution._repr_html_()
    assert execution.at(len(execution.events) // 2).path is not None


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_the_tables_of_a_damaged_history_never_raise(events):
    if any(isinstance(event.get("type"), str) for event in events):
        execution = Execution.from_history(events)
        assert len(execution.table()) == len(execution.visits)
        assert len(execution.events_table()) == len(execution.events)


@pytest.mark.parametrize(
    "thing", [None, "", "a history", b"x", 7, [], {}, {"events": []}, {"events": None}, {"Events": [1]},
              ["x"], [1, 2], [None], [{}], [{"id": 1}], [[{"type": "ExecutionStarted"}]]],
)  # fmt: skip
def test_something_that_is_no_history_says_what_was_expected(thing):
    with pytest.raises(ValueError, match="A history is a list of events as GetExecutionHistory returns them"):
        Execution.from_history(thing)


def a_history() -> list[dict]:
    history = HistoryWriter({"order_id": "4"})
    history.add("ExecutionSucceeded", history.task("T", 0, errors=1), output='"done"')
    return history.events


def test_the_same_history_in_many_forms():
    events = a_history()
    expected = told(Execution.from_history(events))
    log = [
        {
            "id": str(e["id"]), "type": e["type"], "previous_event_id": str(e["previousEventId"]),
            "event_timestamp": str(int(e["timestamp"] * 1000)),
            "details": next((v for k, v in e.items() if k.endswith("EventDetails")), {}),
        }
        for e in events
    ]  # fmt: skip
    texts = [e | {"timestamp": datetime.fromtimestamp(e["timestamp"], UTC).isoformat()} for e in events]
    moments = [e | {"timestamp": datetime.fromtimestamp(e["timestamp"], UTC)} for e in events]
    forms = [
        {"events": events, "nextToken": "x"}, {"case": "recorded", "events": events},
        tuple(events), iter(events), [{"events": events[:3]}, {"events": events[3:]}], list(reversed(events)), log, texts, moments,
        [UserDict(e) for e in events], events + events,
    ]  # fmt: skip
    for form in forms:
        execution = Execution.from_history(form)
        assert told(execution) == expected
        assert execution.started == datetime.fromtimestamp(1_700_000_000, UTC)
        assert execution.input == {"order_id": "4"} and execution.output == "done"
        assert execution.duration == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("damage", "warning"),
    [
        (lambda e: e.insert(3, "x"), "1 entry had no event type and could not be read."),
        (lambda e: e.append(e[2]), "1 event came more than once; only the first was read."),
        (lambda e: e[2].pop("id"), "1 event had no id; the order of the list was kept."),
        (lambda e: e[4].pop("previousEventId"), "Event 5 does not say which event it follows"),
        (lambda e: e.pop(4), "Event 6 follows an event that is not in this history."),
        (lambda e: e.pop(0), "the beginning of the history is missing"),
        (lambda e: e[4].update(type="Leapt"), "Event 5 has a type that this version does not know: Leapt."),
        (lambda e: e[1]["stateEnteredEventDetails"].pop("name"), "Event 2 does not name its state."),
        (lambda e: e[1]["stateEnteredEventDetails"].update(input='{"a'), "data of event 2 is no whole JSON."),
        (lambda e: e[0]["executionStartedEventDetails"]["inputDetails"].update(truncated=True),
         "The data of event 1 was cut short by the service."),
        (lambda e: e[3].update(timestamp="noon"), "The time of event 4 is missing or cannot be read."),
    ],
)  # fmt: skip
def test_warnings_say_what_was_not_understood(damage, warning):
    events = json.loads(json.dumps(a_history()))
    damage(events)
    execution = Execution.from_history(events)
    assert any(warning in told for told in execution.warnings), execution.warnings
    assert execution.status == "SUCCEEDED" and execution.visits[0].status in ("succeeded", "caught")


def test_states_entered_after_the_end_are_over_too():
    events = a_history()
    late = {"id": 99, "previousEventId": 0, "type": "PassStateEntered"}
    late["stateEnteredEventDetails"] = {"name": "L"}
    execution = Execution.from_history([*events, late])
    assert execution.visits[-1].status == "succeeded" and execution.status == "SUCCEEDED"
    assert any("states were entered after it" in warning for warning in execution.warnings)


def test_a_definition_that_is_none_is_left_aside():
    for definition in ("{", {"States": 3}, "[]", {"StartAt": "T"}):
        execution = Execution.from_history(a_history(), definition)
        assert execution.definition is None and "The definition has no States" in execution.warnings[0]


def test_an_execution_from_a_file_cannot_be_followed():
    with pytest.raises(ValueError, match=r"Execution\.fetch"):
        next(Execution.from_history(a_history()).follow())
