"""The cheat sheet says what is so: its names, commands and errors are those of the project; it prints on one page."""

import ast
import re
from html import unescape

import pytest
import typer
from chromium_launch import launched

import sagalab
from sagalab.asl.error_names import ERROR_NAMES
from sagalab.commands.app import app, register_commands
from sagalab.project import NOTEBOOKS
from sagalab.upkeep.chromium import find_chromium

SHEET = NOTEBOOKS / "cheat_sheet.html"
TEXT = SHEET.read_text(encoding="utf-8")
SMALLEST = 7.0  # points


def in_code() -> list[str]:
    found = re.findall(r"<(?:code|pre)>(.*?)</(?:code|pre)>", TEXT, re.DOTALL)
    return [unescape(each).replace("\xad", "") for each in found]


def test_every_name_that_it_calls_is_public():
    python = [
        each for each in re.findall(r"<pre>(.*?)</pre>", TEXT, re.DOTALL) if not each.startswith("&quot;")
    ]
    called = set()
    for code in map(unescape, python):
        if code.startswith('"'):
            continue  # a piece of a state machine
        called |= {
            node.func.id
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
    assert len(called) > 15 and called <= set(sagalab.__all__)


def test_every_command_is_one():
    register_commands()
    commands = typer.main.get_command(app).commands
    written = [each.split()[1:] for each in in_code() if each.startswith("sagalab ")]
    assert len(written) > 7
    for name, *arguments in written:
        with commands[name].make_context(name, arguments) as context:  # it refuses what it does not know
            assert context.command is commands[name]


def test_what_takes_an_error_is_as_in_the_table():
    table = {each.name: each for each in ERROR_NAMES}
    rows = re.findall(r'<tr data-error="(.*?)">.*?"sign">(.)</td><td class="sign">(.)</td></tr>', TEXT)
    assert len(rows) > 5
    for name, by_all, by_task_failed in rows:
        known = table[name]
        assert (by_all, by_task_failed) == ("✗✓"[known.by_all], "✗✓"[known.by_task_failed]), name


def test_it_prints_on_one_page_that_can_be_read():
    chromium = find_chromium()
    if not chromium:
        pytest.skip("printing needs Chromium or Chrome, and none is here")
    with launched(chromium) as browser:
        page = browser.new_page(viewport={"width": 1123, "height": 794})
        page.emulate_media(media="print")
        page.goto(SHEET.as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        main = page.evaluate(
            "(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.querySelector('main'))"
        )
        wide = page.evaluate(
            "[...document.querySelectorAll('pre, td, section')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
        )
        sizes = page.evaluate(
            "[...document.querySelectorAll('li, p, td, code, pre')].map(e => parseFloat(getComputedStyle(e).fontSize) * 0.75)"
        )
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert main[0] <= main[1], "a column too many: it is cut off at the right"
    assert wide == 0
    assert min(sizes) >= SMALLEST
