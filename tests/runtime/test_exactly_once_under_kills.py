"""`kill -9` at step boundaries and inside writes, on SQLite and PostgreSQL: nothing is written twice, nothing is lost, one ticket arrives."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from assess.demo import estate as demo
from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from runtime.gate import RepeatSafe
from tests.harness.postgres import Server
from tests.runtime.databases import a_new_database
from tests.runtime.lives import IGNORES_KEYS, forget_keys, is_whole, kill_at_each, lives_through, points
from tests.runtime.piloted import piloted, write_gate

ALONG_THE_WAY = [
    "runtime.cases.steps.read:after:2",
    "runtime.exactly_once._begin:after:1",
    "runtime.guardrails.forwarding.Forwarder._send:before:1",
    "runtime.guardrails.forwarding.Forwarder._send:after:1",
    "runtime.exactly_once._record:before:1",
    "runtime.guardrails.forwarding.Forwarder._send:after:1",
    "runtime.exactly_once._record:after:2",
]
# Before and after every step of a case, and inside its writes: what a kill at any of them leaves, the next start has to finish.
EVERYWHERE = points(
    {
        "runtime.cases.steps.understood_of": 1,
        "runtime.cases.steps.with_person": 1,
        "runtime.cases.steps.allowed": 1,
        "runtime.cases.steps.read": 2,
        "runtime.cases.steps.apply_rule": 3,
        "runtime.cases.write_steps.write_through": 3,
        "runtime.exactly_once._begin": 3,
        "runtime.cases.writing._send": 3,
        "runtime.guardrails.forwarding.Forwarder._send": 3,
        "runtime.exactly_once._record": 3,
        "runtime.decision_log._insert": 9,
        "runtime.cases.steps.remember": 1,
    }
)


@pytest.mark.usefixtures("anywhere")
def test_a_case_that_dies_seven_times_pays_writes_and_tells_once(folder: Folder, estate: RunningEstate) -> None:
    line = kill_at_each(folder, ALONG_THE_WAY, "demo-1-resolved")
    assert line["outcome"] == "resolved", line["reason"]
    assert [credit["amount"] for credit in estate.records["credits"]] == ["12.40"]
    assert len(estate.records["notes"]) == 1
    assert len(estate.records["messages"]) == 1
    assert is_whole(folder)


def test_a_case_above_the_limit_that_dies_around_its_handoff_leaves_one_ticket(
    folder: Folder, estate: RunningEstate
) -> None:
    line = kill_at_each(
        folder,
        ["runtime.escalation.outbox.enqueue:after", "runtime.cases.hand_off.hand_off:after"],
        "demo-2-over-limit",
    )
    assert line["outcome"] == "handed_off"
    assert [ticket["queue"] for ticket in estate.records["tickets"]] == ["billing-desk"]
    assert estate.records["credits"] == []


def test_a_system_that_ignores_keys_is_read_back_before_anything_is_written_again(
    folder: Folder, estate: RunningEstate
) -> None:
    forget_keys(estate)
    write_gate(folder.path, {"billing.createCredit": IGNORES_KEYS})
    line = kill_at_each(folder, ["runtime.guardrails.forwarding.Forwarder._send:after:1"], "demo-1-resolved")
    assert line["outcome"] == "resolved", line["reason"]
    assert [credit["amount"] for credit in estate.records["credits"]] == ["12.40"]


def test_without_key_and_read_back_an_open_write_goes_to_a_person_and_is_not_repeated(
    folder: Folder, estate: RunningEstate
) -> None:
    forget_keys(estate)
    write_gate(folder.path, {"billing.createCredit": RepeatSafe(by="no")})
    line = kill_at_each(folder, ["runtime.guardrails.forwarding.Forwarder._send:after:1"], "demo-1-resolved")
    assert line["outcome"] == "unknown"
    assert len(estate.records["credits"]) == 1
    [ticket] = estate.records["tickets"]
    assert "billing.createCredit" in ticket["body"]
    assert estate.records["messages"] == []


@pytest.mark.soak
@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("ignores_keys", [False, True], ids=["keys", "ignores-keys"])
def test_kills_at_every_boundary_never_double_or_lose_a_credit(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, ignores_keys: bool
) -> None:
    """Cases that each die at three points of the list, drawn by the seed, until the count of kills is reached."""
    first, wanted = int(os.environ.get("CXREADY_SOAK_SEED", "0")), int(os.environ.get("CXREADY_SOAK_COUNT", "8"))
    drawn, kills, number = random.Random(first), 0, 0
    while kills < wanted:
        number += 1
        if "CXREADY_DATABASE" in os.environ:
            a_new_database(server, monkeypatch)
        with demo.start() as estate:
            folder = piloted(tmp_path / f"run-{number}", estate)
            if ignores_keys:
                forget_keys(estate)
                write_gate(folder.path, {"billing.createCredit": IGNORES_KEYS})
            kills += survives(folder, estate, drawn.sample(EVERYWHERE, 3))
    print(f"killed {kills} times")


def survives(folder: Folder, estate: RunningEstate, at: Sequence[str]) -> int:
    """One case that dies at each point that its lives still reach, and then is whole; gives how often it died."""
    line, kills = lives_through(folder, at, "demo-1-resolved")
    assert line["outcome"] == "resolved", line["reason"]
    assert [credit["amount"] for credit in estate.records["credits"]] == ["12.40"], at
    assert [len(estate.records[kind]) for kind in ("notes", "messages")] == [1, 1], at
    assert is_whole(folder)
    return kills
