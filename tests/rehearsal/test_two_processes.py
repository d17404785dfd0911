"""The explorer in two processes finds what it finds in one, also when the second is not to be had."""

import subprocess
import sys

import pytest

from sagalab import explore
from sagalab.deploying.machines import definition, fill
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal import two_processes
from sagalab.rehearsal.fault_tree import grow
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS

HARDENED = fill(definition("hardened"), SUBSTITUTIONS)
CHOSEN = plans.singles()[::3] + plans.sample(plans.pairs(), 40, seed=2)


@pytest.fixture(autouse=True)
def always(monkeypatch):
    monkeypatch.setattr(two_processes, "WORTH_IT", 1)
    monkeypatch.setattr(two_processes.os, "cpu_count", lambda: 2)


def said(found):
    """Return what is said of each plan, in one order."""
    return sorted(
        (plans.in_short(plan), case.landed, case.verdict, case.path, case.words)
        for shared, case in found
        for plan in shared
    )


@pytest.fixture(scope="module")
def in_one():
    return said(grow(*ready(HARDENED), CHOSEN))


def test_two_find_what_one_finds(in_one):
    assert said(two_processes.grow_in_two(HARDENED, CHOSEN)) == in_one


def test_the_second_process_does_a_part(monkeypatch):
    parts = two_processes.parts_of(CHOSEN)
    helpers = []
    start = two_processes.started_helper
    monkeypatch.setattr(two_processes, "started_helper", lambda: helpers.append(start()) or helpers[0])
    done = two_processes.queue.SimpleQueue()
    helper = two_processes.Helper(HARDENED, 1, two_processes.deque(parts[:2]), done)
    helper.run()
    found = list(iter(done.get, None))
    assert said(found) == said(item for part in parts[:2] for item in grow(*ready(HARDENED), part))
    assert helpers[0].poll() is not None  # nothing stays behind


@pytest.mark.parametrize("how", ["cannot be started", "ends at once"])
def test_one_does_it_all_where_the_second_process_fails(monkeypatch, in_one, how):
    def started():
        if how == "cannot be started":
            raise OSError("no more processes")
        return subprocess.Popen(
            [sys.executable, "-c", ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    monkeypatch.setattr(two_processes, "started_helper", started)
    assert said(two_processes.grow_in_two(HARDENED, CHOSEN)) == in_one


def test_nothing_stays_behind_after_ctrl_c(monkeypatch):
    helpers = []
    start = two_processes.started_helper
    monkeypatch.setattr(two_processes, "started_helper", lambda: helpers.append(start()) or helpers[0])

    def stop(done, of):
        if done > 3 and helpers:
            raise KeyboardInterrupt

    found = explore("hardened", only=CHOSEN, advance=stop)
    assert found.interrupted and found.cases
    assert helpers[0].wait(10) is not None
