"""The deployment package of the functions: lambdas/ as a zip, the same bytes for the same sources."""

import base64
import functools
import hashlib
import importlib.util
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
_READABLE = 0o644 << 16


@dataclass(frozen=True)
class Package:
    """A zip and its SHA-256 in base64, which is how Lambda reports it (`CodeSha256`)."""

    content: bytes

    @functools.cached_property
    def sha256(self) -> str:
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


def files_of(content: bytes) -> dict[str, bytes]:
    """Return name → text of the Python files in a zip. Raises zipfile.BadZipFile for what is none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".py")]
        return {name: archive.read(name).replace(b"\r\n", b"\n") for name in names}


def with_durable_sdk(packed: Package) -> Package:
    """Return the package with AWS's SDK for durable functions in it, as it is installed here.

    Lambda's runtimes include one, "for testing and development"; AWS recommends to pack one's own, so that its version
    is known ("Supported runtimes for durable functions", Lambda developer guide). boto3 is the runtime's.
    """
    found = importlib.util.find_spec("aws_durable_execution_sdk_python")
    assert found is not None and found.origin is not None  # a dependency of ours
    folder = Path(found.origin).parent
    sources = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    }
    return _packed({**files_of(packed.content), **sources})


def package(folder: Path = LAMBDAS) -> Package:
    """Return the zip of all Python files of `folder`: sorted, dated 1980, without caches.

    Raises SagaLabError when there are none.
    """
    sources = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    if not sources:
        raise SagaLabError(
            f"There are no functions in {folder.name}/.", "Get the clone's files back: git checkout lambdas"
        )
    return _packed({path.relative_to(folder).as_posix(): path.read_bytes() for path in sources})


def _packed(files: Mapping[str, bytes]) -> Package:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on Windows too: the permission bits below count
            entry.external_attr = _READABLE
            archive.writestr(entry, content.replace(b"\r\n", b"\n"))
    return Package(buffer.getvalue())
