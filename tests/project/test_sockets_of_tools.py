"""What the measurements start listens on the loopback alone: the rival too, whose default is all interfaces."""

import pytest
from cloud_processes import listening

from tools import bench


def test_the_local_cloud_that_is_measured():
    with bench.local_cloud() as (_, server):
        assert listening([server, *server.children(recursive=True)]) == {"127.0.0.1"}


def test_ministack():
    pytest.importorskip("ministack", reason="it is installed for a comparison only")
    with bench.ministack() as (_, server):
        assert listening([server, *server.children(recursive=True)]) == {"127.0.0.1"}
