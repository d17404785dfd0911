"""Doctor: the installed packages against the versions of uv.lock."""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from packaging.markers import Marker

from sagalab.project import ROOT
from sagalab.upkeep.doctor_check import Check, State


def how_to_install() -> str:
    """Return the command that brings the packages of this environment to the lock."""
    if (Path(sys.prefix) / "conda-meta").is_dir():
        return "conda env update --file environment.yml --prune"
    return "python3 setup/run.py lab"


def _is_for_us(package: dict[str, Any]) -> bool:
    """Tell whether a package of the lock is for this Python and system: one that has several versions says for which."""
    markers = package.get("resolution-markers", ())
    return not markers or any(Marker(each).evaluate() for each in markers)


def locked_versions(root: Path = ROOT) -> tuple[dict[str, str], dict[str, str]]:
    """Return name → version in uv.lock of the direct dependencies: (to run, only for the tests)."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    to_run = _names(project["project"]["dependencies"])
    for_tests = _names(project["dependency-groups"]["dev"])
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    versions = {
        package["name"]: package.get("version", "")
        for package in _packages_of_lock(lock, {*to_run, *for_tests})
        if _is_for_us(package)
    }
    return {name: versions[name] for name in to_run}, {name: versions[name] for name in for_tests}


def _names(requirements: list[str]) -> list[str]:
    return [re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in requirements]


def _packages_of_lock(lock: str, names: set[str]) -> list[dict[str, Any]]:
    """Return these packages' entries. Only they are parsed: the whole lock takes Python's tomllib a third of a second."""
    entries = re.split(r"^(?=\[\[package\]\]$)", lock, flags=re.MULTILINE)[1:]
    wanted = [entry for entry in entries if entry.split('"', 2)[1] in names]  # `name = "…"` stands first
    return tomllib.loads("".join(wanted))["package"]


def _differences(wanted: dict[str, str]) -> list[str]:
    found = []
    for name, locked in wanted.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            found.append(f"{name} is missing")
            continue
        if installed != locked:
            found.append(f"{name} is {installed}, not {locked}")
    return found


def packages(root: Path = ROOT) -> Check:
    """Compare every direct dependency's installed version with uv.lock's."""
    to_run, _ = locked_versions(root)
    wrong = _differences(to_run)
    if wrong:
        return Check("Packages", State.WRONG, "; ".join(wrong), how_to_install())
    return Check("Packages", State.GOOD, f"{len(to_run)} of {len(to_run)} as in uv.lock")


def tools_for_tests(root: Path = ROOT) -> Check:
    """Say whether the tools for the tests are there. Nobody needs them to take part."""
    _, tools = locked_versions(root)
    wrong = _differences(tools)
    if wrong:
        return Check(
            "Test tools", State.NOTE, "; ".join(wrong) + " (python3 setup/run.py test installs them)"
        )
    return Check("Test tools", State.GOOD, f"{len(tools)} of {len(tools)} as in uv.lock")
