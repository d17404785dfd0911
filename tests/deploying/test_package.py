"""The functions' deployment package: the same bytes for the same sources."""

import os
import zipfile
from io import BytesIO

import pytest

from sagalab.deploying.package import package
from sagalab.errors import SagaLabError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.py").write_bytes(b"one = 1\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.py").write_bytes(b"two = 2\n")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.py").write_bytes(b"cached")
    (tmp_path / "notes.txt").write_bytes(b"no")
    return tmp_path


def test_it_holds_the_sources_and_no_cache(folder):
    with zipfile.ZipFile(BytesIO(package(folder).content)) as archive:
        assert archive.namelist() == ["a.py", "deep/b.py"]
        assert archive.read("deep/b.py") == b"two = 2\n"


def test_times_and_line_ends_of_a_checkout_change_nothing(folder):
    before = package(folder)
    os.utime(folder / "a.py", (1, 1))
    (folder / "a.py").write_bytes(b"one = 1\r\n")
    assert package(folder) == before
    assert package(folder).sha256 == before.sha256
    (folder / "a.py").write_bytes(b"one = 2\n")
    assert package(folder).sha256 != before.sha256


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(SagaLabError, match="no functions"):
        package(tmp_path)
