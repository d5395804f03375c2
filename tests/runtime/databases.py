"""A PostgreSQL database of its own for a test, as the one that CXREADY_DATABASE names."""

from __future__ import annotations

import time

import pytest

from tests.harness.postgres import Server


def a_new_database(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Makes one on the server, names it in the environment, and gives its address."""
    import psycopg

    name = f"t{time.time_ns()}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = server.url.replace("/postgres", f"/{name}")
    monkeypatch.setenv("CXREADY_DATABASE", address)
    return address
