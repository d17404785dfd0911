"""`sagalab demo` in a real browser: one key leads through the paths, and nothing is asked of another machine."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, Request, sync_playwright

from sagalab.instructor.paths import DEMO_PATHS
from sagalab.project import ROOT

SECONDS = 60
OWN_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
END = signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT


@pytest.fixture(scope="module")
def address(cloud) -> Iterator[str]:
    """The address of a demonstration that runs."""
    command = [sys.executable, "-m", "sagalab", "demo", "--no-browser"]
    demo = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", **OWN_GROUP
    )
    try:
        yield re.search(r"http://127\.0\.0\.1:\d+/\S*", demo.stdout.readline()).group()
    finally:
        demo.send_signal(END)
        try:
            demo.wait(10)
        except (
            subprocess.TimeoutExpired
        ):  # a job in the background of a shell ignores Ctrl-C, and so do its children
            for each in psutil.Process(demo.pid).children(recursive=True):
                each.kill()
            demo.kill()
            demo.wait()


def wait_for(address: str) -> None:
    """Wait until the page's server takes connections."""
    port = urlsplit(address).port
    for _ in range(SECONDS * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


@pytest.fixture(scope="module")
def page(address, chromium_path) -> Iterator[Page]:
    """The page in a browser. Its attribute `sent` lists all requests, `refused` those that the policy stopped."""
    wait_for(address)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(SECONDS * 1000)
        page.sent, page.refused = [], set()
        page.on("request", lambda request: page.sent.append(request.url))
        page.on("requestfailed", lambda request: page.refused.update(refused_by_policy(request)))
        page.goto(address)
        page.get_by_role("button", name="next").wait_for()
        yield page
        browser.close()


def refused_by_policy(request: Request) -> set[str]:
    """Return the address of a request that the browser never sent, because the page's policy forbids it."""
    return {request.url} if request.failure == "csp" else set()


def test_one_key_leads_through_all_paths(page):
    page.get_by_role("button", name="next").focus()
    for number, path in enumerate(DEMO_PATHS, 1):
        page.keyboard.press("Space")
        page.get_by_role("heading", name=f"{number} · {path.title}").wait_for()
        page.get_by_role("status").filter(has_text=path.ends).wait_for()
        assert page.locator("svg[role=img]").get_attribute("aria-label").startswith("Execution.")


def test_a_button_runs_its_path_and_the_notes_can_be_shown(page):
    path = DEMO_PATHS[4]
    page.get_by_role("button", name=path.button).click()
    page.get_by_role("heading", name=path.title).wait_for()
    page.get_by_role("status").filter(has_text=path.ends).wait_for()
    assert page.get_by_text(path.notes[0]).count() == 0
    page.get_by_role("button", name="speaker notes").click()
    page.get_by_text(path.notes[0]).wait_for()


def test_no_request_leaves_this_machine(page, address):
    base = address.partition("?")[0]
    ours = (base, base.replace("http:", "ws:"), "data:", "blob:")
    outside = {url for url in page.sent if not url.startswith(ours)}
    assert len(page.sent) > 20
    assert outside <= page.refused


def answer(address: str, target: str, **headers: str) -> int:
    """Return the status of a plain request to the page's server."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=SECONDS)
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_page_opens_for_its_token_and_no_foreign_name(address):
    wait_for(address)
    with_token = f"/?{urlsplit(address).query}"
    for target in ("/", "/?token=guessed", "/voila/templates/../..", "/api/kernels/x/channels"):
        assert answer(address, target) != 200
    for target in ("/", with_token, "/api/kernels/x/channels"):
        assert answer(address, target, Host="evil.example") == 403
        assert answer(address, target, Host=f"evil.example:{urlsplit(address).port}") == 403


def test_it_listens_on_the_loopback_and_its_token_is_in_no_argument(address):
    wait_for(address)
    token = urlsplit(address).query.partition("=")[2]
    server = next(
        each.pid
        for each in psutil.net_connections("tcp")
        if each.status == "LISTEN" and each.laddr.port == urlsplit(address).port
    )
    family = [psutil.Process(server), *psutil.Process(server).children(recursive=True)]
    assert token and not [each.pid for each in family if token in " ".join(each.cmdline())]
    listening = {each.laddr.ip for one in family for each in one.net_connections() if each.status == "LISTEN"}
    assert listening == {"127.0.0.1"}
