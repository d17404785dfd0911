"""Every package of uv.lock has a ready-made file for each system and Python: read from the lock alone."""

import pytest

from sagalab.errors import SagaLabError
from sagalab.upkeep.bundle import choose_targets
from sagalab.upkeep.wheels import PYTHONS, SYSTEMS, TARGETS, locked_wheels, needed, requirements

pytest.importorskip("uv", reason="uv reads the lock; here is none (conda?)")


@pytest.fixture(scope="module")
def lock():
    return requirements(), locked_wheels()


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_locked_package_has_a_wheel(target, lock):
    found = needed(target, *lock)
    assert found.without_wheel == ()
    assert len(found.wheels) > 100


def test_where_jsonatapy_has_no_wheel_the_lock_leaves_it_out(lock):
    without = {(t.system.name, t.python) for t in TARGETS if "jsonatapy" in needed(t, *lock).left_out}
    newest = {(system.name, "3.14") for system in SYSTEMS}
    assert without == newest | {("macos-intel", python) for python in PYTHONS}
    assert all("jsonata-python" in {w.package for w in needed(t, *lock).wheels} for t in TARGETS)


def test_both_versions_are_taken_where_a_patch_release_of_python_decides(lock):
    """soupsieve 4 asks for Python 3.11.5."""
    of_311 = needed(TARGETS[0], *lock).wheels
    assert len([wheel for wheel in of_311 if wheel.package == "soupsieve"]) == 2


def test_a_package_without_a_wheel_is_told(lock):
    wanted, wheels = lock
    only_source = {key: [] if key[0] == "numpy" else files for key, files in wheels.items()}
    assert [name.split()[0] for name in needed(TARGETS[0], wanted, only_source).without_wheel] == ["numpy"]


def test_targets_are_chosen_by_name():
    assert choose_targets([], []) == list(TARGETS)
    assert [str(each) for each in choose_targets(["windows"], ["3.12"])] == ["Windows, Python 3.12"]
    with pytest.raises(SagaLabError, match="beos"):
        choose_targets(["beos"], [])
