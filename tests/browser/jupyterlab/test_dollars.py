"""`$order` and `$states.input` in an output are no formula: JupyterLab's MathJax leaves them alone."""

from collections.abc import Iterator

import pytest
from lab_page import Notebook
from playwright.sync_api import expect

NAMES = "$order and $states"
MACHINE = f"""
from sagalab import diagram
from sagalab.linting.rule import Finding
from sagalab.linting.table import Findings
machine = {{"StartAt": "{NAMES}", "States": {{"{NAMES}": {{"Type": "Pass", "End": True}}}}}}
"""
MARKED = [
    "diagram(machine)",
    "Findings([Finding('SAGA000', 'error', '', 'is $a$ and $b$', 'say $c$')])",
]
FORMULA = "from IPython.display import HTML\nHTML('<p>formula $x^2$</p>')"


@pytest.fixture(scope="module")
def notebook(lab) -> Iterator[Notebook]:
    with lab.opened("dollars.ipynb", MACHINE, *MARKED, FORMULA) as opened:
        opened.run_all()
        yield opened


def test_only_what_is_a_formula_is_typeset(notebook):
    assert notebook.errors() == []
    formulas = notebook.page.locator(".jp-OutputArea mjx-container")
    expect(formulas.last).to_contain_text("x")  # MathJax has been at the last cell, and at the others before
    expect(formulas).to_have_count(1)
    outputs = notebook.outputs().all_inner_texts()
    assert any("is $a$ and $b$" in text and "say $c$" in text for text in outputs)
    pictures = notebook.page.locator(
        ".jp-OutputArea svg"
    ).all_text_contents()  # the frame has one more, without words
    assert any(NAMES in text for text in pictures)
