"""`sagalab doctor`: look at everything that the workshop needs, with a cure for each thing that is wrong."""

import os
import shutil
import struct
import sys
from collections.abc import Callable, Iterator

from sagalab import settings
from sagalab.errors import SagaLabError
from sagalab.project import ROOT, state_path, try_state_dir
from sagalab.upkeep.chromium import find_chromium
from sagalab.upkeep.doctor_check import Check, State
from sagalab.upkeep.doctor_cloud import aws, free_port, local_cloud
from sagalab.upkeep.doctor_packages import how_to_install, packages, tools_for_tests

OLDEST_PYTHON = (3, 11)
NEEDED_DISK_MB = 200  # records, logs and pictures of a session; the packages are there already


def python() -> Check:
    """Look at the Python that runs this."""
    found = f"{sys.version.split()[0]}, {struct.calcsize('P') * 8}-bit, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return Check(
            "Python", State.WRONG, found, "Install 3.11 or later from https://www.python.org/downloads/"
        )
    return Check("Python", State.GOOD, found)


def kernel() -> Check:
    """Look whether notebooks run in this Python: a kernel in the home folder can hide the right one."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Check("Notebook kernel", State.WRONG, "there is none called python3", how_to_install())
    if os.path.isabs(program) and os.path.realpath(program) != os.path.realpath(sys.executable):
        cure = "Start by: python3 setup/run.py lab. Or remove that kernel: jupyter kernelspec remove python3"
        return Check("Notebook kernel", State.WRONG, f"it runs another Python: {program}", cure)
    return Check("Notebook kernel", State.GOOD, "it runs this Python")


def drawing() -> Check:
    """Draw a graph of two nodes."""
    from sagalab.pictures.drawing import find_dot, run_dot

    try:
        picture = run_dot("digraph { a -> b }", "svg")
    except SagaLabError as error:
        return Check("Drawing", State.WRONG, error.what, how_to_install())
    dot = find_dot()
    if dot is None or picture.count(b'class="node"') != 2:
        return Check("Drawing", State.WRONG, f"{dot} drew something else than asked", how_to_install())
    return Check("Drawing", State.GOOD, f"a graph of two nodes by {dot.name}")


def state_folder() -> Check:
    """Write a file to the folder of run-time state."""
    try:
        try_state_dir()
    except SagaLabError as problem:
        return Check("State folder", State.WRONG, problem.what.rstrip("."), problem.cure)
    return Check("State folder", State.GOOD, f"{state_path()} can be written to")


def disk() -> Check:
    """Look at the free space where the project is."""
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < NEEDED_DISK_MB:
        return Check(
            "Disk", State.WRONG, f"{free} MB free", f"Free some: a session needs {NEEDED_DISK_MB} MB."
        )
    return Check("Disk", State.GOOD, f"{free / 1000:.1f} GB free")


def time_scale() -> Check:
    """Look at SAGALAB_TIME_SCALE: waits and retry intervals of the local cloud are multiplied by it."""
    try:
        factor = settings.time_scale()
    except SagaLabError as problem:
        return Check("Time scale", State.WRONG, problem.what.rstrip("."), problem.cure)
    if factor != 1:
        return Check(
            "Time scale", State.NOTE, f"waits on the local cloud last {factor:g} times what they say"
        )
    return Check("Time scale", State.GOOD, "waits on the local cloud last as long as they say")


def settings_of_ours() -> Check:
    """Look whether every variable SAGALAB_… means something."""
    try:
        settings.check()
    except SagaLabError as problem:
        return Check("Settings", State.WRONG, problem.what.rstrip("."), problem.cure)
    return Check("Settings", State.GOOD, "all variables SAGALAB_… that are set mean something")


def chromium() -> Check:
    """Say whether the browser tests can run. Nobody needs them to take part."""
    found = find_chromium()
    if found:
        return Check("Chromium", State.GOOD, found)
    return Check("Chromium", State.NOTE, "none found: the browser tests are skipped, all else works")


CHECKS: tuple[tuple[str, Callable[[], Check]], ...] = (
    ("Python", python),
    ("Packages", packages),
    ("Notebook kernel", kernel),
    ("Drawing", drawing),
    ("Ports", free_port),
    ("State folder", state_folder),
    ("Disk", disk),
    ("Local cloud", local_cloud),
    ("Settings", settings_of_ours),
    ("Time scale", time_scale),
    ("AWS", aws),
    ("Test tools", tools_for_tests),
    ("Chromium", chromium),
)


def examine() -> Iterator[Check]:
    """Yield each check as it ends. A check that breaks is itself something wrong; the others go on."""
    for name, check in CHECKS:
        try:
            yield check()
        except Exception as error:
            found = f"the check broke: {type(error).__name__}: {error}"
            yield Check(name, State.WRONG, found, how_to_install())
