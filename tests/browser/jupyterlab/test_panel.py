"""The failure lab's panel in JupyterLab in a real browser: by mouse, by keyboard, slowly, narrow, dark."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from chromium_launch import resize
from lab_page import Notebook
from lab_panels import ASKS
from playwright.sync_api import Locator, expect

RESET_AFTER = (0.1, 1.2)  # seconds
MOST_TABS = 15
WIDTHS = (1024, 1440, 1920)
LONG = {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 1_000_000, "End": True}}}
"""A machine that does not end while a test looks at it, however busy the computer is."""


@pytest.fixture(scope="module")
def notebook(cloud, lab) -> Iterator[Notebook]:
    """A notebook with nothing but the panel. The saga is deployed, and two machines that wait: for a human, and long."""
    from sagalab import deploy, deploy_machine

    deployment = deploy(progress=False)
    deploy_machine(deployment, "asks", ASKS)
    deploy_machine(deployment, "long", LONG)
    with lab.opened("90_panel.ipynb", "from sagalab import FailureLab\n\nlab = FailureLab()\nlab") as opened:
        opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened.run_all()
        yield opened


@pytest.fixture
def panel(notebook) -> Locator:
    page = notebook.page
    resize(page, 1500, 1000)
    found = page.locator(".jp-OutputArea .sagalab-lab")
    found.scroll_into_view_if_needed()
    press(found, "Reset")
    notebook.settle()  # the message may be that of the Reset before
    expect(message(found)).to_contain_text("Everything is set back")
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
    return panel.locator(".sagalab-message [role=status]")


def caption(panel: Locator) -> Locator:
    return panel.locator(".sagalab-caption")


def fold(panel: Locator, words: str) -> Locator:
    """Return the button that says what is chosen, and shows the others."""
    return panel.get_by_role("button", name=re.compile(rf"^[▸▾] {re.escape(words)}"))


def watch_pictures(panel: Locator) -> None:
    """Keep the words of every picture that the panel shows in `window.seen`."""
    panel.evaluate("""panel => {
      window.seen = [];
      new MutationObserver(() => {
        const words = panel.querySelector('svg desc');
        if (words && window.seen.at(-1) !== words.textContent) window.seen.push(words.textContent);
      }).observe(panel, {subtree: true, childList: true});
    }""")


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
    expect(panel.get_by_role("img", name=re.compile("^Timeline"))).to_be_visible()
    notebook.screenshot("05-panel-timeline")


def test_stop_in_the_middle(notebook, panel):
    press(panel, "Find machines")
    fold(panel, "saga").click()
    option(panel, "long (no saga: it undoes nothing)").click()
    fold(panel, "long").click()  # it would stay open for the tests after this one
    press(panel, "Run")
    expect(panel.locator(".sagalab-frame svg desc")).to_contain_text("Long (running)")
    press(panel, "Stop")
    expect(message(panel)).to_contain_text("ABORTED")
    notebook.screenshot("05-panel-stopped")
    expect(button(panel, "Run")).to_be_enabled()
    expect(button(panel, "Stop")).to_be_disabled()


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

    fold(panel, "saga").focus()
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


def test_no_control_takes_keys_that_jupyterlab_takes_too(panel):
    """A menu or a radio button would lose letters and arrow keys to the notebook, which may delete the cell."""
    assert panel.locator("select, input[type=radio]").count() == 0


def test_predict_first(notebook, panel):
    panel.get_by_label("Predict first").check()
    press(panel, "Run")
    expect(panel.get_by_text("Hidden until you have clicked").filter(visible=True)).to_be_visible()
    for state in ("ProcessOrder", "ProcessPayment", "OrderFailed"):
        press(panel, state)
    expect(panel.locator("[aria-label=prediction]")).to_contain_text("The first 2 states were right")
    notebook.screenshot("05-panel-predicted")
    press(panel, "Reset")
    expect(message(panel)).to_contain_text("Everything is set back")
    expect(panel.get_by_label("Predict first")).not_to_be_checked()


def test_from_the_first_control_to_run_it_is_few_tabs(notebook, panel):
    """With nothing chosen, and with a fault that shows all that can be said of one."""
    keyboard = notebook.page.keyboard

    def tabs() -> int:
        fold(panel, "saga").focus()
        for count in range(1, 60):
            keyboard.press("Tab")
            if notebook.page.evaluate("document.activeElement.textContent.trim()") == "Run":
                return count
        raise AssertionError("Tab never came to Run")

    assert tabs() < MOST_TABS
    set_fault(panel, "ReserveInventory", "slow")
    fold(panel, "slow").click()  # the other kinds are folded away
    assert tabs() < MOST_TABS


def test_step_by_step_by_keyboard_shows_the_next_transition(notebook, panel):
    """The verdict is not told before the last step; afterwards one walks back."""
    option(panel, "step by step").click()
    set_fault(panel, "ProcessPayment", "error")
    press(panel, "Run")
    expect(message(panel)).to_contain_text("press Next")
    onward = button(panel, "Next ►")
    expect(onward).to_be_enabled()
    onward.focus()
    for words in ("ProcessOrder begins", "ProcessPayment begins", "ProcessPayment: attempt 1 has failed"):
        notebook.page.keyboard.press("Space")
        expect(caption(panel)).to_contain_text(words)
    notebook.screenshot("panel-step-by-step")
    expect(panel.locator(".sagalab-frame svg desc")).not_to_contain_text("ProcessRefund →")
    expect(message(panel)).not_to_contain_text("ended")
    press(panel, "End ►|")
    expect(message(panel)).to_contain_text(re.compile(r"ended, FAILED \(shown slowly; it took \d+\.\d s\)"))
    press(panel, "◄ Back")
    expect(caption(panel)).not_to_contain_text("the execution has failed")


def test_a_run_that_waits_is_answered(notebook, panel):
    press(panel, "Find machines")
    fold(panel, "saga").click()
    option(panel, "asks (no saga: it undoes nothing)").click()
    press(panel, "Run")
    expect(message(panel)).to_contain_text("waits for a human's answer in Ask")
    expect(message(panel)).not_to_contain_text("ended")
    notebook.screenshot("panel-waits")
    press(panel, "Answer go: on")
    expect(message(panel)).to_contain_text("ended, SUCCEEDED")
    expect(panel.locator(".sagalab-answer")).to_be_hidden()


def test_a_quantity_that_is_none_is_said_at_its_field(notebook, panel):
    fold(panel, "2 × Coffee mug").click()
    mugs = panel.get_by_label("Coffee mug")
    for typed, words in (("2.5", "2.5 is no whole number"), ("1e9", "1e9 is too many: at most 999 pieces")):
        mugs.fill(typed)
        notebook.page.keyboard.press("Tab")
        expect(panel.get_by_role("alert").filter(has_text=words)).to_be_visible()
        expect(mugs).to_have_value(typed)
    press(panel, "Run")
    expect(message(panel)).to_contain_text("Coffee mug, 8.50: 1e9 is too many")
    notebook.screenshot("panel-quantity")
    mugs.fill("3")
    notebook.page.keyboard.press("Tab")
    expect(fold(panel, "3 × Coffee mug + 1 × Notebook, dotted = 38.49")).to_be_visible()
    fold(panel, "3 × Coffee mug").click()


def test_the_code_is_copied(notebook, panel):
    set_fault(panel, "ProcessPayment", "crash")
    panel.locator(".lm-TabBar-tabLabel", has_text="Code").click()
    press(panel, "Copy to Clipboard")
    expect(button(panel, "Copied!")).to_be_visible()
    copied = notebook.page.evaluate("navigator.clipboard.readText()")
    assert "Fault.crash('ProcessPayment')" in copied and copied.startswith("from sagalab import FailureLab")


@pytest.mark.parametrize("width", [1024, 1440])
def test_nothing_moves_while_a_run_goes_on(notebook, panel, width):
    """The picture and what is under it stay where they are, from the first picture to the verdict."""
    resize(notebook.page, width, 900)
    set_fault(panel, "ProcessPayment", "transient")
    panel.evaluate("""panel => {
      window.places = new Set();
      const frame = panel.querySelector('.sagalab-frame'), tabs = panel.querySelector('.widget-tab');
      const look = () => {
        const top = panel.getBoundingClientRect().top;
        const y = each => Math.round(each.getBoundingClientRect().top - top);
        window.places.add(`${y(frame)} ${y(tabs)}`);
      };
      for (const each of ['.sagalab-frame', '.sagalab-message', '.sagalab-replay'])
        new MutationObserver(look).observe(panel.querySelector(each), {subtree: true, childList: true});
    }""")
    press(panel, "Run")
    expect(message(panel)).to_contain_text("consistent: all was done")
    places = notebook.page.evaluate("[...window.places]")
    assert len(places) == 1, places


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_fits_and_can_be_read(notebook, panel, theme):
    """No control is cut off, and words stand out from what is behind them, at each width and in both themes."""
    notebook.choose_theme(f"JupyterLab {theme}")
    press(panel, "Run")
    expect(message(panel)).to_contain_text("consistent: all was done")
    panel.locator(".lm-TabBar-tabLabel", has_text="Result").click()
    expect(panel.get_by_role("group", name="run 1")).to_be_visible()
    for width in WIDTHS:
        resize(notebook.page, width, 1000)
        notebook.screenshot(f"panel-{theme.lower()}-{width}")
        assert what_stays(panel, CUT) == [], width
        assert what_stays(panel, OUT_OF_REACH) is False, width
        assert what_stays(panel, FAINT) == [], width


def what_stays(panel: Locator, script: str) -> Any:
    """Return what a script finds, once it finds nothing, or has found it for ten seconds: a page settles after it was resized."""
    for _ in range(100):
        found = panel.evaluate(script)
        if not found:
            break
        panel.page.wait_for_timeout(100)
    return found


CUT = """panel => {
  const right = panel.getBoundingClientRect().right + 1;
  return [...panel.querySelectorAll('.sagalab-frame, .widget-tab, .sagalab-message, button')]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > right).map(each => each.innerText);
}"""
"""Names what reaches out of the panel."""


OUT_OF_REACH = """panel => {
  const picture = panel.querySelector('.sagalab-frame svg'), room = panel.querySelector('.sagalab-frame');
  if (picture.getBoundingClientRect().right <= room.getBoundingClientRect().right + 1) return false;
  const scroller = room.querySelector(':scope > div');
  scroller.scrollLeft = 10000;
  return picture.getBoundingClientRect().right > room.getBoundingClientRect().right + 1;
}"""
"""Whether some of the live picture cannot be scrolled to."""

FAINT = """panel => {
  const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = each => {
    for (; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const each of panel.querySelectorAll('p, td, th, .sagalab-message div, .sagalab-caption, button:enabled, span, label')) {
    if (!each.checkVisibility() || !each.innerText.trim() || each.closest('svg')) continue;
    const [text, paper] = [parts(getComputedStyle(each).color), behind(each)];
    const [a, b] = [light(text), light(paper)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(`${each.innerText.trim().slice(0, 40)}: ${text} on ${paper}`);
  }
  return faint;
}"""
"""Names the texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""
