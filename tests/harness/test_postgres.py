"""The private cluster is really there, really private and really gone afterwards."""

from __future__ import annotations

import os
import socket

import pytest

from tests.harness.postgres import postgres

psycopg = pytest.importorskip("psycopg")


def test_a_server_runs_for_the_block_and_no_longer() -> None:
    with postgres("fsync=off") as server:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 6 * 7").fetchone() == (42,)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        folder, port, pid = server.folder, server.port, server.pid
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with socket.socket() as tried:
        assert tried.connect_ex(("127.0.0.1", port)) != 0
