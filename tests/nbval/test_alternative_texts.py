"""Every picture of the published notebooks has its alternative text, on the pages that nbconvert makes of them."""

import functools

import nbformat
import pytest
from nbconvert import get_exporter
from pictures_said import Pictures

from sagalab.project import NOTEBOOKS

NAMES = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
NO_WORDS = "No description has been provided for this image"


@functools.cache
def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


@functools.cache
def exporter():
    """One for all notebooks: it keeps the templates that it has compiled."""
    return get_exporter("saga-page")()


def stored(name: str) -> list[dict]:
    return [
        output
        for cell in read(name).cells
        for output in cell.get("outputs", [])
        if {"image/png", "image/svg+xml"} & set(output.get("data", {}))
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if stored(name)])
def test_every_picture_has_its_words(name):
    page, _ = exporter().from_notebook_node(read(name))
    said = Pictures(page).said
    assert len(said) >= len(stored(name))
    assert [words for words in said if len(words) < 20 or words.startswith(NO_WORDS)] == []


def test_the_helper_itself():
    page = "<img alt='a'><svg aria-label='b'><svg></svg></svg><svg aria-hidden='true'></svg><img>"
    assert Pictures(page).said == ["a", "b", ""]
