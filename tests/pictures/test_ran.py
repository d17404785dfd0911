"""The definition that a history tells: it holds what was entered and how, and nothing else."""

from runs_drawn import NESTED, run

from sagalab.asl.document import read
from sagalab.pictures.graph import MachineGraph
from sagalab.pictures.ran import ran_definition


def test_nothing_is_added_to_the_picture_of_what_ran():
    visits = run(NESTED).visits
    graph = MachineGraph.from_visits(visits)
    assert {node.name for node in graph.nodes} == {visit.name for visit in visits}
    assert all(node.part is not None and not node.missing for node in graph.nodes)
    assert all(edge is None or edge in edge.source.scope.edges for _, edge in graph.place(visits))


class Visit:
    parent = branch = iteration = round = None

    def __init__(self, name, kind, status, caught_error=None):
        self.name, self.type, self.status, self.caught_error = name, kind, status, caught_error


def test_a_state_leads_to_the_next_and_the_last_ends_when_it_succeeded():
    first, last = Visit("First", "Pass", "succeeded"), {"First": {"Type": "Pass", "Next": "Last"}}
    for status, end in (("succeeded", {"End": True}), ("running", {}), ("failed", {})):
        assert ran_definition([first, Visit("Last", "Task", status)]) == {
            "StartAt": "First",
            "States": {**last, "Last": {"Type": "Task", **end}},
        }


def test_branches_stand_in_their_places_and_items_in_one_processor():
    both, each = Visit("Both", "Parallel", "running"), Visit("Each", "Map", "running")
    inside = [Visit(name, "Task", "running") for name in ("Second", "First", "Item")]
    for visit, parent, branch in zip(inside, (both, both, each), (1, 0, None), strict=True):
        visit.parent, visit.branch = parent, branch

    def machine(name):
        return {"StartAt": name, "States": {name: {"Type": "Task"}}}

    both_ran = ran_definition([both, *inside[:2]])["States"]["Both"]
    assert both_ran["Branches"] == [machine("First"), machine("Second")]
    assert ran_definition([each, inside[2]])["States"]["Each"]["ItemProcessor"] == machine("Item")


def test_a_way_taken_often_stands_once():
    loop = [Visit("Try", "Task", "caught", "Gone"), Visit("Which", "Choice", "succeeded")]
    visits = [*loop, *loop, *loop, Visit("Try", "Task", "succeeded")]
    assert ran_definition(visits) == {
        "StartAt": "Try",
        "States": {
            "Try": {"Type": "Task", "Catch": [{"ErrorEquals": ["Gone"], "Next": "Which"}]},
            "Which": {"Type": "Choice", "Choices": [{"Next": "Try"}]},
        },
    }
    assert read(ran_definition([])).states == ()
