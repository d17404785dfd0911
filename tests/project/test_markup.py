"""Hostile names, causes, inputs and file names in every view: they are shown as text, and are markup in none."""

import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import ipywidgets
import pytest
from made_history import HistoryMaker
from runs_drawn import LAMBDA

from sagalab.course.magic import Note
from sagalab.course.outcome import WRONG, Outcome
from sagalab.failurelab import view
from sagalab.failurelab.choice import Choice
from sagalab.failurelab.prediction import Prediction
from sagalab.failurelab.prediction_box import PredictBox
from sagalab.failurelab.run import ENDED, LabRun
from sagalab.history.execution import Execution
from sagalab.instructor.demo import result
from sagalab.instructor.room import read_room
from sagalab.instructor.room_picture import save_picture
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.owed import Owed
from sagalab.ledger.verdict import LEAKED, Verdict
from sagalab.linting.lint import lint
from sagalab.markup import NO_MATH, Row, escape, table
from sagalab.pictures.beside import beside
from sagalab.pictures.compare import compare
from sagalab.pictures.diagram import diagram
from sagalab.pictures.frame import framed
from sagalab.pictures.grid import scenario_matrix
from sagalab.pictures.steps import steps
from sagalab.pictures.timeline import timeline

# each would be a tag, an attribute, an entity, the end of what it stands in, or mathematics
HOSTILE = [
    "<hostile onload=hostile()>",
    "\"onload='hostile()'x=\"",
    "'onload=\"hostile()\"x='",
    "</title></desc></text></svg><hostile>",
    "]]><hostile/><![CDATA[",
    "&lt;hostile&gt;&#60;hostile&#62;",
    "--><hostile><!--",
    "\\N\\G\\<hostile>\\",
    "<b>hostile</b><br/>",
    "$\\frac{hostile$ $x_$",
    "a\x00\x0b\ud800\uffffhostile",
]


class Tags(HTMLParser):
    """Collects what a browser would make of a text."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found += [tag, *(name for name, _ in attributes)]

    def handle_data(self, data):
        self.said += data


def assert_is_text(markup: str) -> None:
    tags = Tags(markup)
    assert not {"hostile", "onload"} & set(tags.found)
    assert not [name for name in tags.found if re.search(r"hostile|[^\w:-]", name)]
    assert "hostile" in markup and not re.search("[\x00\x0b\ud800\uffff]", markup)


def assert_is_svg(svg: str) -> None:
    ElementTree.fromstring(svg)
    assert_is_text(svg)


def machine_of(text: str) -> dict:
    """A saga whose every text is hostile."""
    caught = {"ErrorEquals": [text], "Next": f"{text} Undo", "Comment": text}
    return {
        "Comment": text,
        "StartAt": text,
        "States": {
            text: {
                "Type": "Task",
                "Resource": LAMBDA,
                "Comment": text,
                "Parameters": {"FunctionName": text, "Payload": {text: text}},
                "Retry": [{"ErrorEquals": [text], "MaxAttempts": 1}],
                "Catch": [caught],
                "Next": f"{text} Choose",
            },
            f"{text} Choose": {
                "Type": "Choice",
                "Choices": [{"Variable": f"$['{text}']", "StringEquals": text, "Next": f"{text} Undo"}],
                "Default": "nowhere",
            },
            f"{text} Undo": {"Type": "Fail", "Error": text, "Cause": text},
        },
    }


def run_of(text: str) -> Execution:
    definition = machine_of(text)
    events = HistoryMaker(definition, {text: text}, {"order_id": text, text: text}).events_of_run()
    return Execution.from_history(events, definition)


def verdict_of(text: str) -> Verdict:
    ledger = Ledger(
        text, {"order_id": text, "order_status": text}, stock={text: 1}, wanted={text: (1, Decimal(1))}
    )
    return Verdict(LEAKED, text, (Owed("ProcessRefund", text),), ledger)


@pytest.mark.parametrize("text", HOSTILE)
def test_pictures(text):
    run = run_of(text)
    for drawn in (diagram(machine_of(text)), diagram(machine_of(text), run), diagram(None, run, title=text)):
        assert_is_svg(drawn.svg())
    assert_is_text(diagram(machine_of(text), run).html())
    assert_is_text(beside(machine_of(text), run).html())
    frames = steps(run, rows={1: {"orders": {text: {"status": text}}}})
    for frame in frames:
        assert_is_text(frame.html())
    for shown in (
        compare(run, run, titles=(text, text))._repr_html_(),
        scenario_matrix({text: run, f"{text} 2": run}).svg(),
        run._repr_html_(),
    ):
        assert_is_text(shown)
    chart = timeline(run, title=text)
    svg = chart.svg()
    assert_is_svg(svg)
    assert_is_text(framed(svg))
    bundle, about = chart._repr_mimebundle_()
    assert bundle["text/plain"] and about["image/png"]["alt"] == bundle["text/plain"]


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_of_lint_checks_and_the_ledger(text):
    assert_is_text(lint(machine_of(text))._repr_html_())
    assert_is_text(verdict_of(text)._repr_html_())
    assert_is_text(Note(text)._repr_html_())
    outcome = Outcome(text, WRONG, text, text, text, remark=text)
    assert_is_text(outcome._repr_mimebundle_()["text/html"])


def test_mathjax_leaves_what_a_notebook_shows_alone():
    run, text = run_of("$a$"), "$a$"
    in_frames = [
        lint(machine_of(text))._repr_html_(),
        verdict_of(text)._repr_html_(),
        run._repr_html_(),
        compare(run, run)._repr_html_(),
        steps(run)[1].html(),
        LabRun(1, Choice(machine=text), {}, None, ENDED, run, None)._repr_html_(),
        Outcome(text, WRONG, text, text, text)._repr_mimebundle_()["text/html"],
    ]
    assert [shown for shown in in_frames if not re.match(rf'<div class="[^"]*\b{NO_MATH}"', shown)] == []
    for svg in (diagram(machine_of(text)).svg(), scenario_matrix({text: run}).svg()):
        assert svg.startswith(f'<svg class="{NO_MATH}" ')


@pytest.mark.parametrize("text", HOSTILE)
def test_the_failure_lab_and_the_demonstration(text):
    run = run_of(text)  # its chart is that of test_pictures
    lab_run = LabRun(
        1, Choice(machine=text), {"order_id": text}, Prediction((text,)), ENDED, run, verdict_of(text)
    )
    shown = [
        lab_run._repr_html_(),
        view.result(lab_run),
        view.ledger(lab_run.verdict),
        view.picture(run.definition, run),
        view.events(run),
        view.runs([lab_run]),
        view.said(text),
        view.rows_of([[text]], [text], text),
        *(view.state(visit) for visit in run.visits),
    ]
    demo_run = type("Run", (), {"execution": run, "verdict": lab_run.verdict})
    for markup in (*shown, result(demo_run)):
        assert_is_text(markup)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_room(text, tmp_path):
    kept = {"exercises": {}}
    for name in (text, "ada"):
        folder = tmp_path / re.sub(r"[/\\\x00\ud800]", "_", name)
        folder.mkdir()
        (folder / "progress.json").write_text(json.dumps(kept), encoding="utf-8")
    save_picture(read_room(tmp_path), tmp_path / "room.svg")
    drawn = (tmp_path / "room.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(drawn)
    assert not {"hostile", "onload"} & set(Tags(drawn).found)


def test_the_helper_itself():
    assert escape("<a href=\"x\" title='y'>&") == "&lt;a href=&quot;x&quot; title=&#x27;y&#x27;&gt;&amp;"
    assert (
        escape("a\tb\nc\x00\x1b\ud800\ufffe\N{GRINNING FACE}")
        == "a\tb\nc" + "\N{REPLACEMENT CHARACTER}" * 4 + "\N{GRINNING FACE}"
    )
    assert escape(None) == "None"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_failure_lab_says_of_a_click(text):
    box = PredictBox(lambda path: None)
    box.offer(machine_of(text))
    box.states[text].click()
    (said,) = [each.value for each in vars(box).values() if isinstance(each, ipywidgets.HTML)]
    assert_is_text(said)


def test_a_table_shows_its_texts_and_says_what_names_a_row_and_a_column():
    shown = table(
        [("a", 1), Row(("<b>", ["one", "<two>"]), "color:red")],
        ("x", "it's"),
        cell=("text-align:left", "text-align:right"),
        named="font-weight:bold",
        label="rows",
    )
    assert shown == (
        "<table aria-label='rows'><thead><tr><th scope='col' style='text-align:left'>x</th>"
        "<th scope='col' style='text-align:right'>it&#x27;s</th></tr></thead><tbody>"
        "<tr><th scope='row' style='font-weight:bold'>a</th><td style='text-align:right'>1</td></tr>"
        "<tr style='color:red'><th scope='row' style='font-weight:bold'>&lt;b&gt;</th>"
        "<td style='text-align:right'>one<br>&lt;two&gt;</td></tr></tbody></table>"
    )


def test_a_row_with_a_cell_too_many_is_refused():
    with pytest.raises(ValueError):
        table([("a", "b")], cell=("text-align:left",))
