"""`sagalab demo` in a real browser: its keys from the first press, its sizes, two windows in step, and its door."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from chromium_launch import resize
from cloud_processes import listening
from playwright.sync_api import BrowserContext, Page, Request, expect

from sagalab.course.exercises import exercises
from sagalab.instructor.paths import DEMO_PATHS
from sagalab.project import ROOT

SECONDS = 60
SIZES = ((1024, 768), (1366, 768), (1920, 1080), (3840, 2160))
OWN_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
END = signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGTERM


def start(*arguments: str) -> tuple[subprocess.Popen, str, str]:
    """Start a demonstration; return its process, the room's address and the speaker's."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "sagalab", "demo", "--no-browser", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **OWN_GROUP,
    )  # fmt: skip
    room, speaker = (re.search(r"http://127\.0\.0\.1:\d+/\S*", demo.stdout.readline()).group() for _ in "12")
    return demo, room, speaker


def end(demo: subprocess.Popen) -> str:
    """End a demonstration as a terminal does that is closed; return what it said of anything that went wrong."""
    if demo.poll() is None:
        demo.send_signal(END)
    return demo.communicate(timeout=SECONDS)[1]


@pytest.fixture(scope="module")
def demonstration(cloud, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The two addresses of a demonstration that runs, for a room of forty."""
    folder = tmp_path_factory.mktemp("room")
    states = [{"tries": 3, "done": None}, {"tries": 2, "done": "2026-11-27T10:00:00+00:00"}]
    for number in range(40):
        kept = {
            name: {**states[(place + number) % 2], "hints": 0, "solution": place % 5 == 0}
            for place, name in enumerate(exercises())
            if place < number
        }
        file = folder / f"Participant {number:02}.json"
        file.write_text(json.dumps({"exercises": kept}), encoding="utf-8")
    demo, room, speaker = start("--room", str(folder))
    try:
        yield room, speaker
    finally:
        end(demo)


@pytest.fixture(scope="module")
def address(demonstration) -> str:
    """The room's address."""
    return demonstration[0]


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    """A browser that has been nowhere. Its attribute `sent` lists all requests, `refused` what a policy stopped."""
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    context.set_default_timeout(SECONDS * 1000)
    context.sent, context.refused = [], set()
    context.on("request", lambda request: context.sent.append(request.url))
    context.on("requestfailed", lambda request: context.refused.update(refused_by_policy(request)))
    yield context
    context.close()


@pytest.fixture
def page(context, address) -> Page:
    """The room's page, at its start; nothing in it was clicked, nothing has the focus."""
    page = opened(context, address)
    page.keyboard.press("0")
    expect(page.get_by_role("heading")).to_have_text("A saga, and what becomes of it when something fails")
    return page


def opened(context: BrowserContext, address: str) -> Page:
    """Open a page and wait until the server has filled it."""
    page = context.new_page()
    page.goto(address)
    page.locator("body.ready").wait_for()
    return page


def refused_by_policy(request: Request) -> set[str]:
    """Return the address of a request that the browser never sent, because the page's policy forbids it."""
    return {request.url} if request.failure == "csp" else set()


def ended(page: Page, number: int) -> None:
    """Wait until a path is shown with its verdict."""
    path = DEMO_PATHS[number - 1]
    expect(page.get_by_role("heading", name=f"{number} · {path.title}")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(path.ends)


def test_the_space_bar_leads_through_all_paths_from_the_first_press_and_nothing_is_cut(
    page, context, address
):
    for number, path in enumerate(DEMO_PATHS, 1):
        page.keyboard.press("Space")
        ended(page, number)
        assert page.locator("svg[role=img]").get_attribute("aria-label").startswith("Execution.")
        for width, height in SIZES:
            resize(page, width, height)
            measured = page.evaluate(MEASURED)
            assert measured["parts"] > 40
            assert measured["cut"] == [], (path.key, width)
            assert measured["covered"] == measured["spilled"] == [], (path.key, width)
            assert measured["smallest"] >= 16, (path.key, width)
            # the verdict can be read from the last row: a fifteenth of a landscape's height is a headline
            assert measured["verdict"] >= height / 25
        resize(page, 1024, 768)
    base = address.partition("?")[0]
    assert len(context.sent) > 10
    assert {url for url in context.sent if not url.startswith((base, "data:"))} <= context.refused


# In the browser: what reaches out of the window, what the panel hides, and the smallest letters, in pixels.
MEASURED = """() => {
  const box = (element) => element.getBoundingClientRect();
  const parts = [...document.querySelectorAll(
    "#bar button, #title, #verdict *, #rows td, #picture .state, #picture .mark, #picture text")];
  const shown = parts.filter((part) => box(part).width > 0);
  const name = (part) => part.id + " " + part.textContent.trim().slice(0, 40);
  const out = (part) => box(part).left < -0.5 || box(part).top < -0.5
    || box(part).right > innerWidth + 0.5 || box(part).bottom > innerHeight + 0.5;
  const clipped = (part) => part.scrollWidth > part.clientWidth + 1 && part.matches("button, td, p");
  const panel = box(document.querySelector("#panel"));
  const hidden = (part) => box(part).right > panel.left && box(part).bottom > panel.top;
  const size = (part) => parseFloat(getComputedStyle(part).fontSize)
    * (part.getScreenCTM ? part.getScreenCTM().a : 1);
  return {
    parts: shown.length,
    cut: shown.filter((part) => out(part) || clipped(part)).map(name),
    covered: [...document.querySelectorAll("#picture :is(.state, .mark) > :is(path, polygon)"),
      ...document.querySelectorAll("#picture text")].filter(hidden).map(name),
    smallest: Math.min(...shown.filter((part) => part.textContent.trim() && !part.matches("g")).map(size)),
    spilled: [...document.querySelectorAll("#picture .state text")].filter((text) => {
      const frame = box(text.closest(".state").querySelector("path, polygon"));
      return box(text).left < frame.left || box(text).right > frame.right
        || box(text).top < frame.top - 1 || box(text).bottom > frame.bottom + 1;
    }).map(name),
    verdict: size(document.querySelector("#verdict strong")),
  };
}"""


def test_back_jump_home_and_end_show_what_was_run_and_run_what_was_not(page):
    page.keyboard.press("2")
    ended(page, 2)
    page.keyboard.press("End")
    ended(page, 7)
    page.keyboard.press("ArrowLeft")  # the sixth was never run: only what it is
    expect(page.get_by_role("heading")).to_contain_text("6 · ")
    expect(page.get_by_role("status")).to_contain_text("What will happen?")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowLeft")
    ended(page, 2)
    page.keyboard.press("Home")
    expect(page.get_by_role("heading")).to_contain_text("A saga")
    page.keyboard.press("ArrowLeft")  # there is nothing before it
    expect(page.get_by_role("heading")).to_contain_text("A saga")
    page.keyboard.press("PageDown")
    ended(page, 1)
    page.keyboard.press("ArrowRight")
    ended(page, 2)


def test_a_click_on_a_button_runs_its_path_and_takes_no_key_away(page):
    page.get_by_role("button", name=DEMO_PATHS[4].button).click()
    ended(page, 5)
    page.keyboard.press("Space")
    ended(page, 6)


def test_s_is_slow_motion_and_the_space_bar_ends_it(page):
    page.evaluate(WATCH)
    page.keyboard.press("s")
    page.keyboard.press("4")
    page.wait_for_function("() => seen.some(([said]) => said.includes('ProcessPayment begins'))")
    seen = page.evaluate("seen")
    for state in ("ProcessOrder", "ProcessPayment"):
        said, running = next((said, running) for said, running in seen if f"{state} begins" in said)
        assert "slow motion" in said and running == 1
    page.keyboard.press("Space")
    ended(page, 4)
    page.keyboard.press("s")


# In the browser: keep what the room has been told, and how many states ran then, however short it stood there.
WATCH = """() => {
  window.seen = [];
  new MutationObserver(() => seen.push([
    document.querySelector("#verdict").textContent, document.querySelectorAll("#picture .state.running").length,
  ])).observe(document.body, {subtree: true, childList: true});
}"""


def test_keys_arrive_in_the_order_in_which_they_were_pressed(page):
    """However slow the server is: a browser has six connections, and none of them waits for another."""
    page.evaluate("""() => {
      window.sent = [];
      window.fetch = (_address, {body}) => new Promise((done) => sent.push({key: body, done}));
    }""")
    for key in "sbr":
        page.keyboard.press(key)
    for number in range(1, 4):
        page.wait_for_function("(number) => sent.length >= number", arg=number)
        assert page.evaluate("sent.map((each) => each.key)") == list("sbr"[:number])
        page.evaluate("sent.at(-1).done()")


def test_f_is_full_screen_and_b_is_dark(page):
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.keyboard.press("b")
    expect(page.locator("#dark")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator("#dark")).to_be_hidden()


def test_the_speaker_has_notes_and_the_next_question_and_both_windows_are_in_step(page, context):
    with context.expect_page() as opening:
        page.keyboard.press("w")
    speaker = opening.value
    first, second = DEMO_PATHS[:2]
    expect(speaker.locator("#next")).to_contain_text(first.question)
    page.keyboard.press("Space")
    ended(page, 1)
    ended(speaker, 1)
    for said in (*first.notes, second.question, f"of {first.minutes} min"):
        expect(speaker.locator("body")).to_contain_text(said)
        expect(page.locator("body")).not_to_contain_text(said)
    speaker.keyboard.press("Space")
    ended(page, 2)
    before = speaker.locator("#clock").text_content()
    expect(speaker.locator("#clock")).not_to_have_text(before)  # it goes on
    speaker.close()
    page.keyboard.press("Space")  # and a window that was closed stops nobody
    ended(page, 3)


def test_a_room_of_forty_is_shown_in_letters_of_16_px_whole_or_half_by_half(page):
    page.keyboard.press("m")
    page.locator("#map table").wait_for()
    for width, height in SIZES:
        resize(page, width, height)
        wide, high, smallest, cells = page.evaluate(
            """() => {
              const map = document.querySelector("#map"), cells = [...map.querySelectorAll("td, th, strong")];
              return [map.scrollWidth - map.clientWidth, map.scrollHeight - map.clientHeight,
                Math.min(...cells.map((cell) => parseFloat(getComputedStyle(cell).fontSize))), cells.length];
            }"""
        )
        assert cells > 40 * len(exercises())
        assert wide <= 0 and high <= 0 and smallest >= 16, width
        people = page.locator("#map tbody tr").filter(visible=True)
        expect(people).to_have_count(40 if height > 1000 else 20)
        expect(page.get_by_role("rowheader", name="done by")).to_be_in_viewport()
    resize(page, *SIZES[0])
    for half in ("21 to 40", "1 to 20"):  # in turn
        expect(page.locator("#map caption")).to_contain_text(half)
    page.keyboard.press("m")
    expect(page.locator("#map")).to_be_hidden()


def test_the_speakers_window_is_not_cut(context, demonstration):
    speaker = opened(context, demonstration[1])
    speaker.keyboard.press("0")
    for number in (5, 7):  # the most to say, and the last
        speaker.keyboard.press(str(number))
        ended(speaker, number)
        for width, height in SIZES:
            resize(speaker, width, height)
            wide, high = speaker.evaluate(
                "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            assert wide <= width and high <= height, number


def test_a_tab_that_nobody_sees_takes_no_connection_and_is_up_to_date_when_it_is_seen(page, context, address):
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    tabs = [page]
    for _ in range(7):  # one more than there are connections
        tabs[-1].evaluate(hide, True)
        tabs.append(opened(context, address))
    tabs[-1].keyboard.press("1")
    ended(tabs[-1], 1)
    expect(page.get_by_role("heading")).to_contain_text("A saga")
    page.evaluate(hide, False)
    ended(page, 1)


def test_a_second_demonstration_runs_beside_the_first_and_an_open_page_says_when_it_has_ended(
    context, address
):
    demo, room, _speaker = start()
    try:
        one, other = opened(context, address), opened(context, room)
        other.keyboard.press("0")
        other.keyboard.press("4")
        ended(other, 4)
        one.keyboard.press("Home")
        expect(one.get_by_role("heading")).to_contain_text("A saga")
        ended(other, 4)
        assert end(demo) == ""
        other.locator("body.lost").wait_for()
        expect(one.locator("body.lost")).to_have_count(0)
    finally:
        if demo.poll() is None:
            end(demo)


def test_a_cloud_that_was_killed_is_started_anew_by_the_next_press(context, cloud, tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "state"))
    sagalab = [sys.executable, "-m", "sagalab"]
    demo, room, _speaker = start()
    try:
        page = opened(context, room)
        page.keyboard.press("Space")
        ended(page, 1)
        record = json.loads((tmp_path / "state" / "cloud.json").read_text(encoding="utf-8"))
        psutil.Process(record["pid"]).kill()
        page.keyboard.press("Space")
        ended(page, 2)
    finally:
        end(demo)
        subprocess.run([*sagalab, "cloud", "stop"], cwd=ROOT, timeout=SECONDS, check=False)


def answer(address: str, target: str, method: str = "GET", body: str = "", **headers: str) -> int:
    """Return the status of a plain request to the page's server."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=SECONDS)
    try:
        connection.request(method, target, body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_pages_open_for_their_token_and_no_foreign_name(address):
    port = urlsplit(address).port
    cookie = f"sagalab-demo-{port}={urlsplit(address).query.partition('=')[2]}"
    with_token = f"/?{urlsplit(address).query}"
    for target in ("/", "/?token=guessed", "/speaker", "/events/speaker", "/page.js", "/../server.py"):
        assert answer(address, target) != 200
    assert answer(address, "/", Cookie=cookie) == 200
    for target in ("/", with_token, "/speaker"):
        assert answer(address, target, Host="evil.example", Cookie=cookie) == 403
        assert answer(address, target, Host=f"evil.example:{port}", Cookie=cookie) == 403
    assert answer(address, "/press", "POST", "Home") == 403
    assert answer(address, "/press", "POST", "Home", Cookie=cookie) == 403  # as a foreign page's form would
    assert answer(address, "/press", "POST", "Home", Cookie=cookie, **{"X-Sagalab": "press"}) == 204


def test_the_address_bar_shows_no_token(page):
    assert urlsplit(page.url).query == ""


def test_it_listens_on_the_loopback_and_its_token_is_in_no_argument(address):
    token = urlsplit(address).query.partition("=")[2]
    server = next(
        each.pid
        for each in psutil.net_connections("tcp")
        if each.status == "LISTEN" and each.laddr.port == urlsplit(address).port
    )
    family = [psutil.Process(server), *psutil.Process(server).children(recursive=True)]
    assert token and not [each.pid for each in family if token in " ".join(each.cmdline())]
    assert listening(family) == {"127.0.0.1"}
