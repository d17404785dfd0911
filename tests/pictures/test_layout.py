"""Where labels and edges lie: nothing runs through a label, no two edges lie on each other."""

import pytest
from machines_known import KNOWN, RECORDED_NAMES
from sagas_made import made_saga

from sagalab.pictures.diagram import diagram
from sagalab.pictures.label_places import coincident, crossed, free_labels, parts

OURS = {name: body for name, body in KNOWN.items() if name not in RECORDED_NAMES}
MADE = {
    f"{steps} steps, handled {handled}": made_saga(steps, handled)
    for steps in range(2, 7)
    for handled in (0, 1)
}


@pytest.mark.parametrize("name", [*OURS, *MADE])
def test_nothing_runs_through_a_label_and_edges_lie_apart(name):
    found = parts(diagram((OURS | MADE)[name]).svg())
    assert not crossed(found) and not coincident(found)


@pytest.mark.parametrize("name", RECORDED_NAMES)
def test_in_recorded_machines_only_the_foot_of_a_narrow_box_is_crossed(name):
    """A Map's box may be narrower than twice its words, and the edge to its end stands in its middle."""
    found = parts(diagram(KNOWN[name]).svg())
    assert {part.kind for part, _ in crossed(found)} <= {"cluster"} and not coincident(found)


def test_a_free_label_stays_where_dot_put_it():
    """An own edge that runs 4 points below a label is none that crosses it, wherever on the page both lie."""
    for down in range(12):
        y = 50 + down / 4
        text = f'<text text-anchor="start" x="20" y="{y}" font-size="11.00" textLength="80">Err</text>\n'
        edge = f'<path d="M0,{y + 6.2}C40,{y + 6.2} 80,{y + 6.2} 120,{y + 6.2}"/>\n{text}'
        box = '<path d="M120,40C140,40 140,80 120,80"/>\n'
        svg = f'<svg><g id="node1" class="node">\n{box}</g>\n<g id="edge1" class="edge">\n{edge}</g>\n</svg>'
        assert free_labels(svg) == svg
