"""`sagalab bundle FOLDER`: a stick from which the workshop starts on computers without a network.

On it lie this project as it was committed, and in `wheels/` the files of uv.lock and uv for every system and Python, each
once. setup/bootstrap/stick.py is the other end: started from a stick, it works in a copy in the user's home.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.project import ROOT, writing
from sagalab.upkeep.wheels import TARGETS, Needed, Target, Wheel, locked_wheels, needed, requirements

WHEELS, EDITION, GUIDE = "wheels", "edition.txt", "START-HERE.txt"
_AT_ONCE = 20  # files that one pip fetches, so that progress is seen
_SPARE_BYTES = 60_000_000  # the project, and uv for the systems
# What another package does where a package has no wheel: said, so that nobody wonders.
_STANDS_IN = {"jsonatapy": "there jsonata-python evaluates JSONata, slower"}
_START = """Saga Lab, without a network
===========================

You need Python {pythons} (python.org), and about 1 GB of room on your computer. In a terminal:

  Linux, macOS:  python3 "{here}/setup/run.py" lab
  Windows:       py "{here}\\setup\\run.py" lab

where {here} is this folder. The first start copies the course into your home, into the folder saga-lab, and works there;
nothing is ever written to this stick. From then on it starts without the stick too: python3 ~/saga-lab/setup/run.py lab

It has what these need:
{targets}
{notes}"""


def make_bundle(
    folder: Path,
    *,
    targets: Sequence[Target] = TARGETS,
    history: bool = False,
    say: Callable[[str], None] = print,
) -> int:
    """Make a stick in `folder`, or bring one up to date; return its size in bytes. What lies there already is kept.

    `history`: the project's git history too, as a file to clone from. The project is put there last, so that a
    half-made stick cannot be started. Raises SagaLabError without a clone, a network, or room.
    """
    commit = _git("rev-parse", "HEAD").decode().strip()
    with writing(folder, f"The folder {folder}"):
        _take_folder(folder)
        _say_what_is_not_committed(say)
        kept = _fetch_all(folder / WHEELS, targets, say)
        _put_project(folder, commit)
        if history:
            _git(
                "bundle", "create", str((folder / "saga-lab-history.bundle").resolve()), "HEAD", "--branches"
            )
        _write_guide(folder, targets, kept)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    say(f"✓ {folder}: {size / 1e6:.0f} MB, for {len(targets)} of {len(TARGETS)} pairs of system and Python.")
    say(f'  On each computer, from the stick: python3 "{folder / "setup" / "run.py"}" lab   (Windows: py …)')
    return size


def choose_targets(systems: Sequence[str], pythons: Sequence[str]) -> list[Target]:
    """Return the targets of these systems and Pythons; of all, where none is named. Raises SagaLabError for unknown ones."""
    for given, known in (
        (systems, {each.system.name for each in TARGETS}),
        (pythons, {each.python for each in TARGETS}),
    ):
        for name in given:
            if name not in known:
                raise SagaLabError(f"{name} is not one of them.", f"Choose of: {', '.join(sorted(known))}.")
    return [
        each
        for each in TARGETS
        if (not systems or each.system.name in systems) and (not pythons or each.python in pythons)
    ]


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    except FileNotFoundError:
        raise SagaLabError("git is not here.", "Install git: a stick is made of what is committed.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise SagaLabError(f"git {arguments[0]} failed: {said}", "A stick is made from a clone (git clone).")
    return done.stdout


def _say_what_is_not_committed(say: Callable[[str], None]) -> None:
    changed = _git("status", "--porcelain", "--untracked-files=no").decode().splitlines()
    if changed:
        say(f"! {len(changed)} files differ from the last commit: the stick gets the committed ones.")


def _take_folder(folder: Path) -> None:
    """Make the folder; refuse one with other things in it, and one within this clone."""
    if folder.resolve().is_relative_to(ROOT):
        raise SagaLabError(f"{folder} is in this project.", "Name a folder elsewhere, on the stick.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / WHEELS).is_dir():
        raise SagaLabError(
            f"{folder} has other things in it.", f"Name a folder of its own there: {folder / 'saga-lab'}"
        )
    (folder / WHEELS).mkdir(parents=True, exist_ok=True)
    (folder / "setup" / "run.py").unlink(missing_ok=True)  # until all is there


def _fetch_all(folder: Path, targets: Sequence[Target], say: Callable[[str], None]) -> dict[Target, Needed]:
    """Fetch what is not there yet, and remove what no target needs any more."""
    wanted, lock = requirements(), locked_wheels()
    every = {target: needed(target, wanted, lock) for target in targets}
    files = {wheel.file: wheel for each in every.values() for wheel in each.wheels}
    for path in folder.iterdir():
        known = files.get(path.name)
        if known is None or _sha256(path) != known.sha256:
            if not path.name.startswith(f"uv-{uv_version()}-"):
                path.unlink()
    missing = sum(wheel.size for name, wheel in files.items() if not (folder / name).exists())
    free = shutil.disk_usage(folder).free
    say(
        f"· {len(files)} packages' files, {sum(wheel.size for wheel in files.values()) / 1e6:.0f} MB; "
        f"{missing / 1e6:.0f} MB of them are to be fetched"
    )
    if free < missing + _SPARE_BYTES:
        short = (
            f"{folder} has {free / 1e6:.0f} MB free, and {(missing + _SPARE_BYTES) / 1e6:.0f} MB are needed."
        )
        raise SagaLabError(
            short, "Take a larger stick, or fewer: --system windows --python 3.13 (more than once)."
        )
    done = 0
    for target, each in every.items():
        lacking = [wheel for wheel in each.wheels if not (folder / wheel.file).exists()]
        for some in _by_turns(lacking):
            _pip_download(
                folder, target, [f"{w.package}=={w.version} --hash=sha256:{w.sha256}" for w in some]
            )
            done += sum(wheel.size for wheel in some)
            say(f"  {done / 1e6:5.0f} of {missing / 1e6:.0f} MB   {target}")
        _fetch_uv(folder, target)
        lost = [wheel.file for wheel in each.wheels if not (folder / wheel.file).exists()]
        if lost:
            raise SagaLabError(
                f"pip fetched other files than {', '.join(lost)}.",
                "Look at pip's settings (pip config list): the index must have PyPI's files.",
            )
    for line in _notes(every):
        say(f"! {line}")
    return every


def _by_turns(wheels: list[Wheel]) -> Iterator[list[Wheel]]:
    """Yield some at a time; two versions of a package never together, which pip would refuse."""
    left = wheels
    while left:
        first = {wheel.package: wheel for wheel in left}
        some = list(first.values())[:_AT_ONCE]
        left = [wheel for wheel in left if wheel not in some]
        yield some


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def uv_version() -> str:
    """Return the version of uv that setup/run.py wants."""
    text = (ROOT / "setup" / "bootstrap" / "packages.py").read_text(encoding="utf-8")
    return re.findall(r'^UV_VERSION = "(.+)"', text, re.MULTILINE)[0]


def _fetch_uv(folder: Path, target: Target) -> None:
    tags = set(target.system.platforms())
    names = [path.stem.split("-") for path in folder.glob(f"uv-{uv_version()}-*.whl")]
    if not any(tags & set(parts[-1].split(".")) for parts in names):
        _pip_download(folder, target, [f"uv=={uv_version()}"])


def _pip_download(folder: Path, target: Target, lines: list[str]) -> None:
    """Let pip fetch these requirements' wheels for a target, with the user's own settings of index and proxy."""
    interpreter = f"cp{''.join(target.python.split('.'))}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(folder)]
    command += ["--python-version", f"{target.python}.99", "--implementation", "cp"]
    command += [word for abi in (interpreter, "abi3", "none") for word in ("--abi", abi)]
    command += [word for tag in target.system.platforms() for word in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as temporary:
        pins = Path(temporary) / "requirements.txt"
        pins.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = subprocess.run(
            [*command, "--requirement", str(pins)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
            done.stderr.strip()
        ]
        raise SagaLabError(
            f"pip could not fetch all for {target}. It said: {errors[-1][:300]}",
            "Check the network and pip's settings (pip config list), and run the same command again: it goes on from here.",
        )


def _in_words(targets: Sequence[Target]) -> list[str]:
    """Return a line a system, with its Pythons."""
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(target.system.words, []).append(target.python)
    return [f"{words}: Python {', '.join(pythons)}" for words, pythons in found.items()]


def _notes(every: dict[Target, Needed]) -> list[str]:
    """Return, in words, what some targets lack."""
    notes = []
    for target, each in every.items():
        if each.without_wheel:
            lacking = ", ".join(each.without_wheel)
            notes.append(
                f"{target}: no ready-made file of {lacking}. There the lab needs a network and a compiler."
            )
    for name, instead in _STANDS_IN.items():
        without = [target for target, each in every.items() if name in each.left_out]
        if without:
            notes.append(f"{name} has no ready-made file for {'; '.join(_in_words(without))}: {instead}.")
    return notes


def _put_project(folder: Path, commit: str) -> None:
    """Put the committed files there; those of an older edition go."""
    for path in folder.iterdir():
        if path.name != WHEELS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with zipfile.ZipFile(io.BytesIO(_git("archive", "--format=zip", commit))) as archive:
        archive.extractall(folder)
    (folder / WHEELS / EDITION).write_text(commit + "\n", encoding="utf-8")


def _write_guide(folder: Path, targets: Sequence[Target], kept: dict[Target, Needed]) -> None:
    pythons = sorted({target.python for target in targets}, key=lambda name: int(name.split(".")[1]))
    text = _START.format(
        here="STICK",
        pythons=" or ".join(pythons),
        targets="\n".join(f"  {line}" for line in _in_words(targets)),
        notes="".join(f"\n{line}\n" for line in _notes(kept)),
    )
    (folder / GUIDE).write_text(text, encoding="utf-8", newline=os.linesep)
