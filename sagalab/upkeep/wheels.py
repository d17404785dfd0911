"""Which ready-made files (wheels) of uv.lock each system and Python needs: read from the lock, without a network."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from sagalab.errors import SagaLabError
from sagalab.project import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The oldest that every locked package has a wheel for: Debian 10, RHEL 8, Ubuntu 20.04 and later; macOS 11 and later.
_GLIBC, _MACOS = (2, 28), (11, 0)
_PATCHES = (0, 99)  # the first and the last release of a Python: some packages ask for 3.11.5
_LEGACY = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


@dataclass(frozen=True)
class System:
    """A kind of computer: its name here, in words, and as markers of requirements call it."""

    name: str
    words: str
    sys_platform: str
    platform_system: str
    machine: str

    def platforms(self) -> list[str]:
        """Return the platform tags whose wheels run here, those that ask least of the system first."""
        if self.sys_platform == "win32":
            return ["win_amd64"]
        if self.sys_platform == "darwin":
            return list(mac_platforms(_MACOS, self.machine))[::-1]
        found = []
        for minor in range(5, _GLIBC[1] + 1):
            if (2, minor) in _LEGACY:
                found.append(f"{_LEGACY[2, minor]}_{self.machine}")
            found.append(f"manylinux_2_{minor}_{self.machine}")
        return found


SYSTEMS = (
    System("linux", "Linux on Intel or AMD", "linux", "Linux", "x86_64"),
    System("linux-arm", "Linux on ARM", "linux", "Linux", "aarch64"),
    System("macos", "Mac with an Apple processor", "darwin", "Darwin", "arm64"),
    System("macos-intel", "Mac with an Intel processor", "darwin", "Darwin", "x86_64"),
    System("windows", "Windows", "win32", "Windows", "AMD64"),
)


@dataclass(frozen=True)
class Target:
    """A system and a version of Python ("3.12")."""

    system: System
    python: str

    def __str__(self) -> str:
        return f"{self.system.words}, Python {self.python}"

    def markers(self, patch: int) -> dict[str, str]:
        """Return what the markers of requirements ask, of one patch release of this Python."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.{patch}",
            "implementation_version": f"{self.python}.{patch}",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": "nt" if self.system.sys_platform == "win32" else "posix",
            "sys_platform": self.system.sys_platform,
            "platform_system": self.system.platform_system,
            "platform_machine": self.system.machine,
            "platform_release": "",
            "platform_version": "",
        }

    def tags(self) -> list[Tag]:
        """Return the tags of the wheels that can be installed here, the best first."""
        version = tuple(int(part) for part in self.python.split("."))
        interpreter = f"cp{''.join(self.python.split('.'))}"
        platforms = self.system.platforms()
        own = cpython_tags(version, [interpreter], platforms)
        return [*own, *compatible_tags(version, interpreter, platforms)]


TARGETS = tuple(Target(system, python) for system in SYSTEMS for python in PYTHONS)


def this_target() -> Target:
    """Return the target that this computer is. Raises SagaLabError on one for which no stick is made."""
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}
    here = (sys.platform, machine.get(platform.machine(), platform.machine()), platform.python_version()[:4])
    for target in TARGETS:
        system = target.system
        if (system.sys_platform, machine.get(system.machine, system.machine), target.python) == here:
            return target
    raise SagaLabError(
        "No stick is made for this computer.", "Linux, macOS and Windows, Python 3.11 to 3.14."
    )


@dataclass(frozen=True)
class Wheel:
    """A file of uv.lock; `size` in bytes."""

    package: str
    version: str
    file: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Needed:
    """What a target needs: its wheels, the packages that have none for it, and those that the lock leaves out there."""

    wheels: tuple[Wheel, ...]
    without_wheel: tuple[str, ...]
    left_out: tuple[str, ...]


def requirements(root: Path = ROOT) -> list[Requirement]:
    """Return what the workshop needs to run (not its tests), with markers, as `uv export` reads it from uv.lock.

    Raises SagaLabError without uv, which setup/run.py puts into .sagalab.
    """
    beside = [Path(sys.executable).parent, *ROOT.glob(".sagalab/uv-*/bin")]
    uv = shutil.which("uv", path=os.pathsep.join(str(folder) for folder in beside))
    options = ["--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-header", "--no-annotate"]
    if not uv:
        raise SagaLabError("uv is not here.", "Start by: python3 setup/run.py bundle FOLDER")
    done = subprocess.run(
        [uv, "export", *options, "--offline", "--quiet"], cwd=root, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise SagaLabError(f"uv.lock cannot be read: {done.stderr.strip()}", "git checkout uv.lock")
    return [Requirement(line) for line in done.stdout.splitlines() if line.strip()]


def needed(
    target: Target,
    wanted: list[Requirement] | None = None,
    lock: dict[tuple[str, str], list[Wheel]] | None = None,
) -> Needed:
    """Return what a target needs of the lock."""
    wanted = requirements() if wanted is None else wanted
    locked = locked_wheels() if lock is None else lock
    rank = {tag: place for place, tag in enumerate(target.tags())}
    found, lacking, left_out = [], [], []
    for requirement in wanted:
        marker = requirement.marker
        if marker and not any(marker.evaluate(target.markers(patch)) for patch in _PATCHES):
            left_out.append(requirement.name)
            continue
        version = str(requirement.specifier).removeprefix("==")
        fitting = []
        for wheel in locked[requirement.name, version]:
            places = [rank[tag] for tag in parse_wheel_filename(wheel.file)[3] if tag in rank]
            fitting += [(min(places), wheel.file, wheel)] if places else []
        if fitting:
            found.append(min(fitting)[2])
        else:
            lacking.append(f"{requirement.name} {version}")
    names = {wheel.package for wheel in found}  # a package may stand there twice, a version for each Python
    return Needed(tuple(found), tuple(lacking), tuple(name for name in left_out if name not in names))


def locked_wheels(root: Path = ROOT) -> dict[tuple[str, str], list[Wheel]]:
    """Return (name, version) → its wheels in uv.lock."""
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    return {
        (package["name"], package["version"]): list(_wheels(package))
        for package in lock["package"]
        if "version" in package
    }


def _wheels(package: dict[str, Any]) -> Iterator[Wheel]:
    for entry in package.get("wheels", []):
        file = unquote(re.split("[/#?]", entry["url"].partition("#")[0])[-1])
        yield Wheel(
            package["name"],
            package["version"],
            file,
            entry["hash"].removeprefix("sha256:"),
            entry.get("size", 0),
        )
