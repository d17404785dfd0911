"""Notebooks in JupyterLab in a real browser: all cells run, and the failure lab's panel works."""

import re
from collections.abc import Iterator

import pytest
from lab_server import SECONDS, Notebook, Server, launch_arguments
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from sagalab.course.quizzes import quizzes
from sagalab.project import NOTEBOOKS

NAMES = [
    path.name for number in ("00", "05", "06", "12") for path in sorted(NOTEBOOKS.glob(f"{number}_*.ipynb"))
]
LAB = "05_failure_lab.ipynb"
REDRIVE = "12_redrive.ipynb"
RESET_AFTER = (0.1, 0.6, 1.5)  # seconds
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="module")
def server(cloud, tmp_path_factory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("jupyterlab"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browser(chromium_path, server) -> Iterator[Browser]:
    """Chromium; the saga is deployed, and JupyterLab answers, meanwhile."""
    from sagalab import deploy

    deploy(progress=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=launch_arguments())
        server.wait()
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, browser, server) -> Iterator[Notebook]:
    opened = server.open(browser, request.param)
    opened.run_all()
    yield opened
    opened.page.close()


def test_all_cells_run(notebook):
    assert notebook.errors() == []
    notebook.outputs().last.scroll_into_view_if_needed()
    notebook.screenshot(f"{notebook.name[:2]}-run-all")
    assert notebook.outputs().count() > 3


def test_nothing_comes_from_another_machine(notebook):
    assert notebook.foreign == []


def test_a_question_is_answered_by_keyboard_and_explains_itself(notebook):
    outputs = notebook.page.locator(
        ".jp-OutputArea-output", has=notebook.page.locator(".sagalab-choice button")
    )
    outputs = outputs.filter(
        has_not=notebook.page.locator(".sagalab-lab"), has_not_text="Your first choice counts."
    )
    question = outputs.last
    question.scroll_into_view_if_needed()
    choice = question.locator("button").first
    choice.focus()
    notebook.page.keyboard.press("Space")
    expect(choice).to_have_text(re.compile("^● "))
    expect(question.get_by_role("status")).to_have_text(re.compile("^(✓ Yes|✗ No): .{10}"))
    notebook.screenshot(f"{notebook.name[:2]}-question")


@pytest.mark.parametrize("notebook", [REDRIVE], indirect=True)
def test_the_closing_quiz_is_answered_by_keyboard_to_its_end(notebook):
    """Tab goes from choice to choice, and from question to question; the first choice of each counts."""
    questions = quizzes()[REDRIVE.removesuffix(".ipynb")]
    last = notebook.page.get_by_role(
        "button", name=re.compile(rf"^[●○] {re.escape(list(questions[-1].choices)[0])}")
    )
    quiz = notebook.page.locator(".jp-OutputArea-output", has=last)
    quiz.scroll_into_view_if_needed()
    quiz.locator("button").first.focus()
    wrong = next(choice for choice in questions[0].choices if choice != questions[0].answer)
    for number, question in enumerate(questions):
        picked = question.answer if number else wrong
        for choice in question.choices:
            if choice == picked:
                notebook.page.keyboard.press("Space" if number else "Enter")
                expect(quiz).to_contain_text(f"{'✓ Yes' if number else '✗ No'}: {question.choices[choice]}")
            notebook.page.keyboard.press("Tab")
    total = len(questions)
    expect(quiz).to_contain_text(f"Your score: {total - 1} of {total}. For another try, run this cell again.")
    notebook.screenshot("12-quiz")


@pytest.mark.parametrize("notebook", [REDRIVE], indirect=True)
def test_a_redriven_run_is_told_in_its_picture(notebook):
    picture = notebook.page.locator("svg[aria-label*='Redrive 1: it had ended as FAILED']").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    notebook.screenshot("12-timeline")


in_the_lab = pytest.mark.parametrize("notebook", [LAB], indirect=True)  # only notebook 05 has the panel


@pytest.fixture
def panel(notebook) -> Locator:
    page = notebook.page
    page.set_viewport_size({"width": 1500, "height": 1000})
    found = page.locator(".jp-OutputArea .sagalab-lab")
    found.scroll_into_view_if_needed()
    press(found, "Reset")
    expect(found.locator("[role=status]", has_text="Everything is set back")).to_be_visible()
    return found


def press(panel: Locator, name: str) -> None:
    button(panel, name).click()


def button(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("button", name=name, exact=True)


def option(panel: Locator, words: str) -> Locator:
    """Return the button of an option, chosen or not; its words may go on."""
    return panel.get_by_role("button", name=re.compile(rf"^[●○] {re.escape(words)}")).filter(visible=True)


def set_fault(panel: Locator, task: str, *options: str) -> None:
    """Choose a task, and then its fault, when and how often."""
    option(panel, task).click()
    expect(panel.get_by_role("status").filter(has_text=f"{task}:")).to_be_visible()
    for words in options:
        option(panel, words).click()
        expect(panel.get_by_role("button", name=re.compile(rf"^● {re.escape(words)}"))).to_be_visible()


def message(panel: Locator) -> Locator:
    return panel.locator("[role=status]").last


def watch_pictures(panel: Locator) -> None:
    """Keep the words of every picture that the panel shows in `window.seen`."""
    panel.evaluate("""panel => {
      window.seen = [];
      new MutationObserver(() => {
        const words = panel.querySelector('svg desc');
        if (words && window.seen.at(-1) !== words.textContent) window.seen.push(words.textContent);
      }).observe(panel, {subtree: true, childList: true});
    }""")


@in_the_lab
def test_run_shows_states_changing_and_then_the_verdict(notebook, panel):
    watch_pictures(panel)
    press(panel, "Run")
    expect(message(panel)).to_contain_text("consistent: all was done")
    notebook.screenshot("05-panel-succeeded")
    seen = notebook.page.evaluate("window.seen")
    for state in ("ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess"):
        running = [number for number, words in enumerate(seen) if f"{state} (running)" in words]
        beyond = [number for number, words in enumerate(seen) if f"{state} → " in words]
        assert running and beyond and running[0] < beyond[0], state
    expect(panel.locator("[aria-label=ledger]")).to_be_visible()


@in_the_lab
def test_a_fault_is_chosen_and_the_tabs_tell_it(notebook, panel):
    set_fault(panel, "ReserveInventory", "error")
    expect(option(panel, "ReserveInventory: error before")).to_be_visible()
    press(panel, "Run")
    expect(message(panel)).to_contain_text("consistent: all was undone")
    for tab, words in (
        ("Events", "ErrReserveInventory"),
        ("States", "Input"),
        ("Runs", "ReserveInventory: error"),
    ):
        panel.locator(".lm-TabBar-tabLabel", has_text=tab).click()
        expect(panel.locator(".widget-tab-contents")).to_contain_text(words)
    panel.locator(".lm-TabBar-tabLabel", has_text="Timeline").click()
    expect(panel.locator("img[alt^=Timeline]")).to_be_visible()
    notebook.screenshot("05-panel-timeline")


@in_the_lab
def test_stop_in_the_middle(notebook, panel):
    set_fault(panel, "ProcessPayment", "slow")
    panel.get_by_label("Milliseconds").fill("4000")
    notebook.page.keyboard.press("Tab")
    press(panel, "Run")
    expect(panel.locator("svg desc")).to_contain_text("ProcessPayment (running)")
    press(panel, "Stop")
    expect(message(panel)).to_contain_text("ABORTED")
    notebook.screenshot("05-panel-stopped")
    expect(button(panel, "Run")).to_be_enabled()
    expect(button(panel, "Stop")).to_be_disabled()


@in_the_lab
@pytest.mark.parametrize("seconds", RESET_AFTER)
def test_reset_during_a_run_sets_everything_back(notebook, panel, seconds):
    """Whatever the run is at, Reset does not only abort it: nothing of it is kept, shown or said later."""
    set_fault(panel, "ReserveInventory", "slow")
    panel.get_by_label("Milliseconds").fill("5000")
    notebook.page.keyboard.press("Tab")
    press(panel, "Run")
    notebook.page.wait_for_timeout(1000 * seconds)
    press(panel, "Reset")
    expect(message(panel)).to_contain_text("Everything is set back")
    expect(button(panel, "Run")).to_be_enabled()
    expect(option(panel, "ReserveInventory: slow")).to_have_count(0)
    press(panel, "Run")
    expect(message(panel)).to_contain_text("Run 1 ended, SUCCEEDED")
    panel.locator(".lm-TabBar-tabLabel", has_text="Runs").click()
    expect(panel.locator(".widget-tab-contents")).not_to_contain_text("ABORTED")


@in_the_lab
def test_by_keyboard_alone(notebook, panel):
    """Tab, space and Enter choose a fault, run it and read its states; JupyterLab's own keys do no harm."""
    keyboard, cells = notebook.page.keyboard, notebook.page.locator(".jp-Notebook .jp-Cell").count()
    focused = lambda: notebook.page.evaluate("document.activeElement.textContent.trim()")  # noqa: E731

    def tab_to(words: str, press_key: str) -> None:
        for _ in range(60):
            if focused().startswith((f"● {words}", f"○ {words}", words)):
                keyboard.press(press_key)
                return
            keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {words!r}; it is on {focused()!r}")

    option(panel, "saga").focus()
    tab_to("ReserveInventory", "Space")
    expect(panel.get_by_role("status").filter(has_text="ReserveInventory:")).to_be_visible()
    tab_to("crash", "Enter")
    expect(option(panel, "ReserveInventory: crash before")).to_be_visible()
    tab_to("after", "Space")
    expect(option(panel, "ReserveInventory: crash after")).to_be_visible()
    tab_to("Run", "Enter")
    expect(message(panel)).to_contain_text("leaked")
    panel.locator(".lm-TabBar-tab", has_text="States").click()
    handle = panel.get_by_role("slider").filter(visible=True)
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        keyboard.press(key)
    expect(panel.get_by_role("group", name="state ProcessPayment")).to_be_visible()
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert notebook.page.evaluate("document.activeElement.closest('.sagalab-lab') !== null")
    notebook.screenshot("05-panel-keyboard")


@in_the_lab
def test_no_control_takes_keys_that_jupyterlab_takes_too(panel):
    """A menu or a radio button would lose letters and arrow keys to the notebook, which may delete the cell."""
    assert panel.locator("select, input[type=radio]").count() == 0


@in_the_lab
def test_a_narrow_window(notebook, panel):
    press(panel, "Run")
    expect(message(panel)).to_contain_text("consistent: all was done")
    notebook.page.set_viewport_size({"width": 640, "height": 1000})
    picture, tabs = panel.locator("svg").first, panel.locator(".jupyter-widget-tab, .widget-tab").first
    expect(picture).to_be_visible()
    notebook.page.wait_for_function(
        """() => { const panel = document.querySelector('.sagalab-lab');
                   return panel.querySelector('svg').getBoundingClientRect().bottom
                          <= panel.querySelector('.widget-tab').getBoundingClientRect().top + 2; }"""
    )
    panel.locator("svg").first.scroll_into_view_if_needed()
    notebook.screenshot("05-panel-narrow")
    assert picture.bounding_box()["width"] <= panel.bounding_box()["width"] + 1
    assert tabs.bounding_box()["width"] <= panel.bounding_box()["width"] + 1


@in_the_lab
def test_predict_first(notebook, panel):
    panel.get_by_label("Predict first").check()
    press(panel, "Run")
    expect(panel.get_by_text("Hidden until you have clicked").filter(visible=True)).to_be_visible()
    for state in ("ProcessOrder", "ProcessPayment", "OrderFailed"):
        press(panel, state)
    expect(panel.locator("[aria-label=prediction]")).to_contain_text("The first 2 states were right")
    notebook.screenshot("05-panel-predicted")
    press(panel, "Reset")
    expect(panel.locator("[role=status]", has_text="Everything is set back")).to_be_visible()
    expect(panel.get_by_label("Predict first")).not_to_be_checked()
