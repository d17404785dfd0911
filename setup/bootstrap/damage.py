"""Find packages of `.venv` that are not whole, so that uv installs them again.

uv takes a package for installed when its dist-info folder is there, and `uv sync --reinstall`
downloads all of them again (measured: 130 MB). So each package's own list of files is compared
with the disk, and the dist-info of a package that lacks something is taken away.
"""

import csv
import shutil
from pathlib import Path

from bootstrap.places import SITE_PACKAGES


def forget_damaged() -> list[str]:
    """Take away the dist-info of each package that is not whole; return their names and versions."""
    damaged = [folder for folder in sorted(SITE_PACKAGES.glob("*.dist-info")) if not _is_whole(folder)]
    for folder in damaged:
        shutil.rmtree(folder)
    return [folder.name.removesuffix(".dist-info") for folder in damaged]


def _is_whole(dist_info: Path) -> bool:
    """Compare a package's RECORD (path, hash, size in bytes; see PEP 376 and PEP 627) with the disk."""
    try:
        with open(dist_info / "RECORD", encoding="utf-8", newline="") as record:
            rows = [row for row in csv.reader(record) if row]
    except OSError:
        return False
    for path, _hash, size in rows:
        if path.endswith(".pyc"):
            continue  # Python makes them anew
        try:
            found = (SITE_PACKAGES / path).stat().st_size
        except OSError:
            return False
        if size and found != int(size):
            return False
    return bool(rows)
