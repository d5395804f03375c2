"""Several workers on one PostgreSQL database: each case once, one of a customer at a time, none lost with a worker."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import running
from runtime import decision_log
from runtime.engine.queue_client import enqueue_cases
from runtime.errors import Conflict
from runtime.piloting.pilot_state import open_log
from tests.harness.postgres import Server
from tests.runtime.databases import a_new_database
from tests.runtime.engine.workers import ends_of, rows, worker
from tests.runtime.piloted import case, demo_cases, piloted, write_gate
from tests.runtime.quick_encode import quick_encode

ACCOUNTS = ("A-10234", "A-10877", "A-11902")


@pytest.fixture
def shared(tmp_path: Path, estate: RunningEstate, server: Server, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The folder, its state in a database of its own."""
    a_new_database(server, monkeypatch)
    return piloted(tmp_path / "northwind", estate)


def test_cases_of_a_worker_that_is_killed_are_finished_by_another_and_nothing_is_paid_twice(
    shared: Folder, estate: RunningEstate
) -> None:
    names = [f"c-{n}" for n in range(6)]
    with worker(shared, "one") as first, worker(shared, "two"):
        enqueue_cases(shared.estate, [case(name, "A-10234") for name in names])
        until = time.monotonic() + 60
        while not rows(shared) and time.monotonic() < until:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        ends = ends_of(shared, names)
    assert "lost" not in ends.values()
    assert [credit["amount"] for credit in estate.records["credits"]] == ["12.40"]
    assert decision_log.verify(open_log(shared.path / ".cxready")) == []


def test_one_case_of_a_customer_at_a_time_whatever_the_number_of_workers(shared: Folder) -> None:
    names = [f"{account}-{n}" for account in ACCOUNTS for n in range(3)]
    with worker(shared, "one"), worker(shared, "two"):
        enqueue_cases(shared.estate, [case(name, name[:7]) for name in names])
        assert "lost" not in ends_of(shared, names).values()
    spans = {name: [at for run, at, step, _ in rows(shared) if run == name] for name in names}
    for account in ACCOUNTS:
        ordered = sorted((min(spans[name]), max(spans[name])) for name in names if name.startswith(account))
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(ordered)), account


def test_a_worker_that_is_told_to_end_finishes_its_cases_says_so_and_exits_0(shared: Folder) -> None:
    with worker(shared, "one") as only:
        enqueue_cases(shared.estate, [case("c-1", "A-10234")])
        until = time.monotonic() + 60
        while not rows(shared) and time.monotonic() < until:
            time.sleep(0.02)
        only.send_signal(signal.SIGTERM)
        assert only.wait(60) == 0
    ends = ends_of(shared, ["c-1"], patience=0)
    assert ends == {"c-1": "resolved"}, (rows(shared), (shared.path / "one.log").read_text())


def test_two_workers_never_have_one_name(shared: Folder) -> None:
    secrets = json.loads((shared.path / "environment.json").read_text())
    with (
        worker(shared, "one"),
        pytest.raises(Conflict, match="running already"),
        running(shared, secrets=secrets, encode=quick_encode, worker="one"),
    ):
        pass


def test_a_worker_says_that_it_is_ready_and_ends_when_the_database_ends_its_session(
    shared: Folder, server: Server
) -> None:
    import psycopg

    port = _free_port()
    with worker(shared, "one", str(port)) as only:
        assert _asked(port, "/readyz") == (200, "")
        assert _asked(port, "/healthz")[0] == 200
        assert _asked(port, "/cases")[0] == 404
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cxready'"
            )
        assert only.wait(60) == 3
    with worker(shared, "one") as again:
        enqueue_cases(shared.estate, [case("c-1", "A-10234")])
        assert ends_of(shared, ["c-1"]) == {"c-1": "resolved"}
        assert again.poll() is None


def test_an_upgrade_leaves_cases_to_the_old_worker_while_it_lives_and_then_to_people_each_once(
    shared: Folder, estate: RunningEstate
) -> None:
    waits = demo_cases(shared)["demo-6-approval"]
    secrets = json.loads((shared.path / "environment.json").read_text())
    with worker(shared, "old"):
        enqueue_cases(shared.estate, [waits])
        until = time.monotonic() + 60
        while not estate.records["tickets"] and time.monotonic() < until:
            time.sleep(0.05)
        goals = shared.path / "goals.yaml"
        goals.write_text(goals.read_text() + "# reviewed\n")
        write_gate(shared.path)
        with running(load_folder(shared.path), secrets=secrets, encode=quick_encode, worker="new") as engine:
            assert engine.hand_over_stranded() == []
    with running(load_folder(shared.path), secrets=secrets, encode=quick_encode, worker="new") as engine:
        assert engine.hand_over_stranded() == []  # told when it was opened
        engine.pilot.deliver()
    assert sum("goals.yaml was changed" in ticket["body"] for ticket in estate.records["tickets"]) == 1


def _asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())["why"]
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["why"]


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
