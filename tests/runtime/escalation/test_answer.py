"""The first right decision counts; every wrong one does nothing."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes.gather.answer_drill import OTHER, PERSON, RULES, right_decisions, wrong_decisions
from probes.gather.drill_handoffs import STOPS, handoff_of
from runtime.escalation import answer
from runtime.escalation.destinations.destination import Held
from runtime.escalation.form import Handoff

KEYS = ["old-key-for-tests-only", "key-for-tests-only"]


def handoff(key: str = "h_test_0001") -> Handoff:
    return handoff_of(
        STOPS[0],
        reference=key,
        route="r",
        queue="q",
        budget_s=3_600,
        operation="billing.createCredit",
        read="crm.getContract",
        now=datetime.now(UTC),
    )


def table(path: str | Path = ":memory:") -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    answer.prepare(connection)
    return connection


def test_each_way_back_counts_once() -> None:
    assert right_decisions(handoff(), Held("1"), KEYS, datetime.now(UTC)) == [
        ("link", True),
        ("ticket field", True),
        ("reply", True),
    ]


@pytest.mark.parametrize("n", range(10))
def test_in_over_two_hundred_tries_no_wrong_decision_acts(n: int) -> None:
    tried = wrong_decisions(handoff(f"h_test_{n:04d}"), Held("1", text="approved"), KEYS, datetime.now(UTC))
    assert len(tried) >= 20
    assert [name for name, nothing in tried if not nothing] == []


def test_forty_people_press_at_once_and_one_decision_stands(tmp_path: Path) -> None:
    of, now = handoff(), datetime.now(UTC)
    path = tmp_path / "d.sqlite"
    table(path).close()
    tokens = [answer.link_token(of, "approve" if n % 2 else "refuse", PERSON, KEYS) for n in range(40)]
    verdicts: list[answer.Verdict] = []

    def press(token: str) -> None:
        connection = table(path)
        verdicts.append(answer.decide_by_link(connection, token, of, KEYS, RULES, now=now))
        connection.close()

    threads = [threading.Thread(target=press, args=(token,), daemon=True) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(v.accepted for v in verdicts) == 1
    stands = answer.decision_of(table(path), of.handoff_id)
    assert stands is not None and stands["option"] == next(v.option for v in verdicts if v.accepted)


def test_looking_shows_what_the_button_would_do_and_changes_nothing() -> None:
    of, connection = handoff(), table()
    token = answer.link_token(of, "approve", PERSON, KEYS)
    assert answer.look(token, of, KEYS, now=datetime.now(UTC)).option == "approve"
    assert answer.decision_of(connection, of.handoff_id) is None


def test_a_rotated_key_still_opens_and_a_retired_one_does_not() -> None:
    of, now = handoff(), datetime.now(UTC)
    token = answer.link_token(of, "approve", PERSON, KEYS[:1])
    assert answer.look(token, of, KEYS, now=now).accepted
    assert not answer.look(token, of, KEYS[1:], now=now).accepted
    assert "expired" in answer.look(token, of, KEYS, now=now + timedelta(days=8)).why


def test_nobody_may_decide_where_no_approver_is_named() -> None:
    of = handoff()
    verdict = answer.decide_in_console(
        table(), "approve", PERSON, of, of.action_digest(), answer.Rules(frozenset()), now=datetime.now(UTC)
    )
    assert not verdict.accepted


def test_the_console_is_bound_to_the_action_that_it_showed() -> None:
    of, connection, now = handoff(), table(), datetime.now(UTC)
    assert not answer.decide_in_console(connection, "approve", PERSON, of, "sha256:other", RULES, now=now).accepted
    assert answer.decide_in_console(connection, "approve", PERSON, of, of.action_digest(), RULES, now=now).accepted
    assert not answer.decide_in_console(connection, "refuse", OTHER, of, of.action_digest(), RULES, now=now).accepted


@pytest.mark.parametrize("text", ["GENEHMIGEN {code}", "approve {code}.", "  Refuse {code}  "])
def test_an_own_line_in_either_language_decides(text: str) -> None:
    of = handoff()
    reply = (
        f"Guten Tag,\n{text.format(code=of.return_.code)}\nAm 3. Mai 2026 schrieb Agent:\n> APPROVE {of.return_.code}"
    )
    assert answer.decide_by_reply(table(), reply, PERSON, of, RULES, now=datetime.now(UTC), authenticated=True).accepted
