"""environment.yml names the direct dependencies of pyproject.toml with the versions of uv.lock."""

import re
import tomllib

import yaml

from sagalab.project import ROOT

# conda-forge calls these otherwise than PyPI.
CONDA_NAMES = {"python-graphviz": "graphviz", "matplotlib-base": "matplotlib"}


def _environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def _name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def _direct() -> dict[str, str]:
    """Return name with extras → version in uv.lock, of each direct dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions = {package["name"]: package.get("version") for package in lock["package"]}
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return {re.split(r"[<>=!~ ;]", line)[0].lower(): versions[_name(line)] for line in wanted}


def _pins() -> dict[str, str]:
    """Return name with extras → pinned version, of environment.yml's conda and pip parts together."""
    dependencies = _environment()["dependencies"]
    pip = next(part["pip"] for part in dependencies if isinstance(part, dict))
    lines = [line for line in dependencies if isinstance(line, str)] + pip
    pins = [line.partition("==") for line in lines if "==" in line]
    return {CONDA_NAMES.get(name, name): version for name, _, version in pins}


def test_the_pins_are_the_versions_of_the_lock():
    assert _pins() == _direct()


def test_only_python_and_the_project_are_not_pinned():
    dependencies = _environment()["dependencies"]
    pip = next(part["pip"] for part in dependencies if isinstance(part, dict))
    loose = {line for line in dependencies + pip if isinstance(line, str) and "==" not in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert loose == {"python" + project["project"]["requires-python"], "-e ."}


def test_packages_come_from_conda_forge_only():
    assert _environment()["channels"] == ["conda-forge", "nodefaults"]
