"""Any machine and any run draws: valid XML, every state once, the walk's transitions taken."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_history import HistoryMaker
from picture_structure import structure
from recorded import FILES

from sagalab.history.execution import Execution
from sagalab.pictures.diagram import diagram

ERRORS = ["States.ALL", "States.Timeout", 'Err"<&>\\', "Größe.Überschritten"]
KINDS = ["Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail"]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=80)


@st.composite
def machines(draw, names: list[str], depth: int = 0) -> dict:
    """A machine whose transitions lead forward only, so that every walk ends; names are used up."""
    count = draw(st.integers(1, min(4, len(names)))) if names else 0
    own = [names.pop() for _ in range(count)]
    states = {}
    for place, name in enumerate(own):
        later = own[place + 1 :]
        kinds = [
            kind
            for kind in KINDS
            if (later or kind != "Choice") and (names and depth < 2 or kind not in KINDS[4:6])
        ]
        kind = draw(st.sampled_from(kinds))
        state = states[name] = {"Type": kind}
        if kind in ("Succeed", "Fail"):
            continue
        if kind == "Choice":
            state["Choices"] = [{"Variable": "$.x", "NumericEquals": 1, "Next": draw(st.sampled_from(later))}]
            state["Default"] = draw(st.sampled_from(later))
            continue
        if later:
            state["Next"] = draw(st.sampled_from(later))
        else:
            state["End"] = True
        if kind == "Parallel":
            state["Branches"] = [
                draw(machines(names, depth + 1)) for _ in range(draw(st.integers(1, 2))) if names
            ]
        if kind == "Map":
            state["ItemProcessor"] = draw(machines(names, depth + 1))
        if kind in ("Task", "Parallel", "Map") and later:
            state["Catch"] = [
                {"ErrorEquals": [draw(st.sampled_from(ERRORS))], "Next": draw(st.sampled_from(later))}
            ]
            state["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": draw(st.integers(0, 5))}]
    return {"StartAt": own[0], "States": states}


@st.composite
def cases(draw) -> tuple[dict, list[str], dict]:
    names = draw(st.lists(TEXTS, min_size=2, max_size=14, unique=True))
    machine = draw(machines(list(names)))
    plan = draw(
        st.dictionaries(
            st.sampled_from(names), st.sampled_from(["ok", *ERRORS, {"retries": 2}, {"items": 0}])
        )
    )
    return machine, _names(machine), plan


def _names(machine: dict) -> list[str]:
    found = []
    for name, state in machine["States"].items():
        found.append(name)
        for inner in [
            *state.get("Branches", []),
            *([state["ItemProcessor"]] if "ItemProcessor" in state else []),
        ]:
            found += _names(inner)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_machine_and_any_run_of_it_draws(case):
    machine, names, plan = case
    run = Execution.from_history(HistoryMaker(machine, plan).events_of_run(), machine)
    for drawing in (diagram(machine), diagram(machine, run)):
        shown = structure(drawing.svg())
        assert sorted(shown.ids) == sorted(f"n{number}" for number in range(len(names)))
        assert (
            drawing.source == diagram(machine, run if drawing.words.startswith(run.status) else None).source
        )
    walked = sum(1 for visit in run.visits if visit.next is not None)
    taken = [ends for ends, classes in shown.edges.items() if "taken" in classes]
    assert bool(taken) == bool(walked) and len(taken) <= walked


def test_every_recorded_history_draws_without_its_definition():
    for path in FILES:
        run = Execution.from_history(json.loads(path.read_text(encoding="utf-8"))["events"])
        drawing = diagram(None, run)
        assert drawing.source.count('class="state ') == len({_place(visit) for visit in run.visits}), (
            path.name
        )
        for name in set(run.path):
            assert name in drawing.words or len(run.path) > 50, path.name
    assert FILES


def _place(visit) -> tuple:
    return (visit.name, visit.branch or 0, _place(visit.parent) if visit.parent else None)
