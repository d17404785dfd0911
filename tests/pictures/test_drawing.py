"""What a notebook gets of a picture: forms, files, the same bytes each time, and words without a dot."""

import re
import subprocess

import graphviz
import pytest
from runs_drawn import saga_run

from sagalab.errors import SagaLabError
from sagalab.pictures import drawing
from sagalab.pictures.diagram import diagram
from sagalab.pictures.text_width import text_width

MACHINE = {"StartAt": "Grüße — ok", "States": {"Grüße — ok": {"Type": "Succeed", "Comment": "a < b & c"}}}


def test_a_notebook_gets_svg_and_words_the_same_each_time(capfd):
    bundles = [diagram(MACHINE)._repr_mimebundle_() for _ in range(2)]
    assert bundles[0] == bundles[1]
    # the second comes from the first; dot itself says the same each time, too
    source = diagram(MACHINE).source
    assert drawing.run_dot(source, "svg") == drawing.run_dot(source, "svg")
    assert set(bundles[0]) == {"image/svg+xml", "text/plain"}
    assert "0x" not in bundles[0]["text/plain"] and "Grüße — ok" in bundles[0]["text/plain"]
    assert capfd.readouterr() == ("", "")


def test_jupyterlab_gets_html_with_tooltips(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/00.ipynb")
    bundle = diagram(MACHINE)._repr_mimebundle_()
    assert "<svg " in bundle["text/html"] and "<script" not in bundle["text/html"]


def test_the_svg_stands_alone_and_speaks():
    svg = diagram(MACHINE, title="My machine").svg()
    assert (
        svg.startswith("<svg ")
        and "<!DOCTYPE" not in svg
        and "xlink:title" not in svg
        and "http://www.w3.org/2000" in svg
    )
    assert 'role="img"' in svg and 'aria-label="My machine. 1 state.' in svg
    assert "<title>Grüße — ok (Succeed)&#10;a &lt; b &amp; c</title>" in svg
    assert 'fill="#ffffff"' in svg, "a background of its own, for dark pages"


def test_files(tmp_path):
    picture = diagram(MACHINE)
    assert (
        (tmp_path / "x.svg").read_bytes().startswith(b"<svg")
        if picture.save(str(tmp_path / "x.svg"))
        else False
    )
    picture.save("x.png", directory=tmp_path)
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    picture.save(tmp_path / "x.gv")
    assert (tmp_path / "x.gv").read_text(encoding="utf-8").startswith("digraph")
    assert picture.pipe(format="svg") == picture.svg().encode("utf-8")
    assert picture.pipe(format="png").startswith(b"\x89PNG")


def test_without_any_dot_there_is_text_and_the_way_to_one(monkeypatch):
    monkeypatch.setattr(drawing, "find_dot", lambda: None)
    bundle = diagram(MACHINE)._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "Grüße — ok" in bundle["text/plain"] and "pip install graphviz-pure" in bundle["text/plain"]
    with pytest.raises(SagaLabError, match="no `dot`"):
        diagram(MACHINE).svg()


def test_a_dot_on_the_path_is_the_second_choice(monkeypatch, tmp_path):
    monkeypatch.setattr(drawing.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(drawing.shutil, "which", lambda name: "/opt/bin/dot" if name == "dot" else None)
    assert drawing.find_dot().name == "dot"
    monkeypatch.setattr(drawing.shutil, "which", lambda name: None)
    assert drawing.find_dot() is None


def test_what_dot_refuses_is_said_in_words():
    with pytest.raises(SagaLabError, match="could not draw"):
        drawing.run_dot("digraph {", "svg")


def test_a_dot_that_hangs_is_said_in_words(monkeypatch):
    def hang(*_args, **_options):
        raise subprocess.TimeoutExpired("dot", 60)

    monkeypatch.setattr(drawing.subprocess, "run", hang)
    undrawn = {"StartAt": "never drawn before", "States": {"never drawn before": {"Type": "Succeed"}}}
    assert set(diagram(undrawn)._repr_mimebundle_()) == {"text/plain"}


def test_what_was_drawn_just_before_is_not_laid_out_again(monkeypatch):
    first = diagram(MACHINE, title="once").svg()

    def refuse(*_args, **_options):
        raise AssertionError("laid out again")

    monkeypatch.setattr(drawing.subprocess, "run", refuse)
    assert diagram(MACHINE, title="once").svg() == first
    again = drawing.Drawing("once", "other words")
    again.body = diagram(MACHINE, title="once").body
    with pytest.raises(AssertionError, match="laid out again"):
        again.svg()


def test_participants_own_graphs_draw_as_well():
    own = graphviz.Digraph()
    own.edge("a", "b")
    assert b"<svg" in own.pipe(format="svg")


def test_taken_edges_are_drawn_over_the_others():
    svg = diagram(None, saga_run(["ReserveInventory", "ReleaseInventory"])).svg()
    whole = diagram(saga_run().definition, saga_run(["ReserveInventory", "ReleaseInventory"])).svg()
    assert whole.rindex('class="edge next"') < whole.index(' taken">')
    assert svg.count(' taken">') == 7 and svg.endswith("</g>\n</svg>\n")


def test_a_text_keeps_the_width_of_its_box_where_the_letters_are_wider():
    """Without Arial a browser takes wider letters, and names would stand out of their boxes."""
    graph = drawing.Drawing()
    graph.node("a", label="sns:NotifyReleaseInventoryFail <&>", fontname="Arial", fontsize="10")
    svg = graph.svg()
    [(length, text)] = re.findall(
        r'textLength="([\d.]+)" lengthAdjust="spacingAndGlyphs">([^<]+)</text>', svg
    )
    assert text == "sns:NotifyReleaseInventoryFail &lt;&amp;&gt;"
    assert float(length) == pytest.approx(text_width("sns:NotifyReleaseInventoryFail <&>", 10), abs=0.1)


def test_a_picture_shrinks_with_its_page_and_does_not_grow():
    svg = drawing.Drawing(body=["a -> b\n"]).svg()
    natural = re.search(r' width="(\d+pt)"', svg)[1]
    assert f'style="width:100%;max-width:{natural};min-width:min(' in svg
