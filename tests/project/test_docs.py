"""The pages of docs/: built from the project without a warning, whole, and asking no other server."""

import re
from pathlib import Path

import pytest
from pictures_said import Pictures

import sagalab
from sagalab.linting.rule import RULES
from tools.docs import build, faults


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("docs") / "site"
    assert build(target)
    return target


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    assert faults(site) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    (tmp_path / "page.html").write_text(
        '<a href="gone.html"></a><a href="#gone"></a><a href="#here" id="here"></a><a href="https://example.org"></a>'
        '<script src="https://example.org/a.js"></script>'
    )
    assert faults(tmp_path) == [
        "page.html loads https://example.org/a.js",
        "page.html links to #gone",
        "page.html links to gone.html",
    ]


def test_every_rule_and_every_public_name_has_its_section(site):
    lint = (site / "docs" / "lint.html").read_text(encoding="utf-8")
    assert {rule.code for rule in RULES} <= set(re.findall(r"<h2>(SAGA\d+)", lint))
    assert lint.count("<strong>Bad</strong>") == lint.count("<strong>Good</strong>") == len(RULES)
    api = (site / "docs" / "api.html").read_text(encoding="utf-8")
    assert set(sagalab.__all__) <= set(re.findall(r"<h2>(\w+)", api))


def test_the_notebooks_stand_there_with_their_outputs(site):
    page = (site / "notebooks" / "04_catch_and_compensate.html").read_text(encoding="utf-8")
    assert "<svg" in page and "leaked:" in page


def test_every_picture_of_a_notebook_is_in_its_frame_with_its_words(site):
    for name in ("03_retry", "04_catch_and_compensate"):
        page = (site / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
        said = Pictures(page[page.index("<article") : page.index("</article")]).said
        assert len(said) == page.count('class="sagalab sagalab-picture') >= 3
        assert [words for words in said if len(words) < 20] == []
