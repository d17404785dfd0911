"""beside(): which lines of the text belong to which box, and markup that a browser and a screen reader can take."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
from runs_drawn import NESTED, SAGA, saga_run

from sagalab.asl.text import AslSyntaxError
from sagalab.pictures import drawing
from sagalab.pictures.beside import beside

YAML = """QueryLanguage: JSONata
StartAt: Both
States:
  Both:
    Type: Parallel
    Branches:
    - StartAt: In
      States:
        In:
          Type: Pass

          End: true
    Next: Done

  Done:
    Type: Succeed
"""


def names(view) -> dict[str, list[str]]:
    """The lines of each state's element in the HTML, by the id of its box."""
    root = ElementTree.fromstring(view.html())
    found = {}
    for part in root.iter("span"):
        classes = part.get("class").split()
        if classes[0] == "of":
            found[classes[1].removeprefix("of-")] = [
                line.text for line in part.iter("span") if "line" in line.get("class").split()
            ]
    return found


def test_a_state_has_the_lines_from_its_name_to_the_bracket_that_closes_it():
    view = beside(SAGA)
    shown = names(view)
    for number, (name, body) in enumerate(SAGA["States"].items()):
        assert json.loads("{" + "".join(shown[f"n{number}"]).rstrip(",") + "}") == {name: body}


def test_the_lines_of_yaml_are_those_of_the_text():
    view = beside(YAML)
    assert view.text == YAML
    assert view.lines == {"n0": (4, 13), "n1": (9, 12), "n2": (15, 16)}
    assert names(view)["n1"] == ["        In:", "          Type: Pass", " ", "          End: true"]


def test_states_inside_others_have_their_own_lines():
    view = beside(NESTED)
    outer, inner = view.lines["n0"], view.lines["n2"]
    assert outer[0] < inner[0] < inner[1] < outer[1]


def test_a_text_on_one_line_is_broken_into_lines():
    assert beside(json.dumps(SAGA)).text == json.dumps(SAGA, indent=2)


def test_every_box_can_be_reached_and_says_its_name():
    root = ElementTree.fromstring(beside(SAGA, saga_run(["ProcessPayment"])).html())
    boxes = [part for part in root.iter() if part.get("tabindex") == "0" and part.get("role") == "img"]
    assert len(boxes) == len(SAGA["States"])
    assert "ProcessPayment (Lambda invoke): failed, caught" in [box.get("aria-label") for box in boxes]


def test_elsewhere_the_picture_stands_alone_with_the_asl_as_text(monkeypatch):
    bundle = beside(SAGA)._repr_mimebundle_()
    assert (
        set(bundle) == {"image/svg+xml", "text/plain"} and '"StartAt": "ProcessOrder"' in bundle["text/plain"]
    )
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    assert "sagalab-beside" in beside(SAGA)._repr_mimebundle_()["text/html"]
    monkeypatch.setattr(drawing, "find_dot", lambda: None)
    assert set(beside(SAGA)._repr_mimebundle_()) == {"text/plain"}


def test_what_is_no_asl_is_said():
    with pytest.raises(AslSyntaxError):
        beside("{")
