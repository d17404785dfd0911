"""Where labels and edges lie: nothing runs through a label, no two edges lie on each other."""

import json
from functools import cache

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


WITH_RULES = [name for name, body in KNOWN.items() if '"Choices"' in json.dumps(body)]


@cache
def drawn(name):
    return parts(diagram((KNOWN | MADE)[name]).svg())


@pytest.mark.parametrize("name", [*OURS, *MADE, *RECORDED_NAMES])
def test_nothing_runs_through_a_label_and_edges_lie_apart(name):
    """The words at the foot of a Map's box too: no box is so narrow that the edge to its end must cross them."""
    found = drawn(name)
    assert not crossed(found) and not coincident(found)


@pytest.mark.parametrize("name", WITH_RULES)
def test_a_rule_stands_near_its_choice(name):
    """`otherwise` in the middle of a long way does not say what else there was."""
    rules = [part for part in drawn(name) if part.rule and part.label]
    assert rules
    assert all(rule.label.gap(rule.tail) < 150 for rule in rules)


def test_a_free_label_stays_where_dot_put_it():
    """An own edge that runs 4 points below a label is none that crosses it, wherever on the page both lie."""
    for down in range(12):
        y = 50 + down / 4
        text = f'<text text-anchor="start" x="20" y="{y}" font-size="11.00" textLength="80">Err</text>\n'
        edge = f'<path d="M0,{y + 6.2}C40,{y + 6.2} 80,{y + 6.2} 120,{y + 6.2}"/>\n{text}'
        box = '<path d="M120,40C140,40 140,80 120,80"/>\n'
        svg = f'<svg><g id="node1" class="node">\n{box}</g>\n<g id="edge1" class="edge">\n{edge}</g>\n</svg>'
        assert free_labels(svg) == svg
