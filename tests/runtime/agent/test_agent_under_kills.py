"""`kill -9` around each answer of a model, each call that it proposes, and inside its writes: no write twice, none lost, none outside the gate.

The model is asked anew after a kill only where its answer was not recorded yet, and then it may say something else.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assess.demo import estate as demo
from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from tests.harness.wild_model import WildModel, wild_model
from tests.runtime.agent.two_writes import another_mind, behaviour, credit_then_refund, two_writes
from tests.runtime.databases import a_new_database
from tests.runtime.lives import IGNORES_KEYS, forget_keys, is_whole, lives_through, points
from tests.runtime.piloted import NO_WAY, case, write_gate

MESSAGE = "My bill is wrong: there is a flat data charge on it. [{}]"
AROUND = {
    "sqlite": [
        "runtime.understanding.agent_model.ask:after:4",
        "runtime.guardrails.forwarding.Forwarder._send:after:1",
        "runtime.escalation.outbox.enqueue:after:1",
    ],
    "postgres": ["runtime.exactly_once._begin:after:1", "runtime.agent.calls.do:before:2"],
}
EVERYWHERE = {
    "runtime.agent.steps.ask_model": 5,
    "runtime.understanding.agent_model.ask": 5,
    "runtime.agent.calls.do": 7,
    "runtime.cases.steps.read": 4,
    "runtime.cases.steps.apply_rule": 1,
    "runtime.cases.write_steps.write_through": 2,
    "runtime.exactly_once._begin": 2,
    "runtime.cases.writing._send": 2,
    "runtime.guardrails.forwarding.Forwarder._send": 1,
    "runtime.exactly_once._record": 2,
    "runtime.decision_log._insert": 22,
    "runtime.cases.hand_off.hand_off": 1,
    "runtime.escalation.outbox.enqueue": 1,
    "runtime.cases.steps.remember": 1,
}
"""How often each is called at most; a place is drawn first, then when to die there."""


@pytest.mark.parametrize("place", AROUND)
def test_an_agent_step_that_dies_around_its_answers_and_writes_pays_once_and_asks_one_person(
    tmp_path: Path, estate: RunningEstate, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    kept_in(place, request, monkeypatch)
    folder = two_writes(tmp_path / "northwind", estate)
    with wild_model({"two-writes": behaviour(credit_then_refund, 0)}) as model:
        line, kills = died(folder, model, monkeypatch, "two-writes", AROUND[place])
    assert kills == len(AROUND[place])
    assert line["outcome"] == "handed_off" and "above the limit" in line["reason"]
    assert [c["amount"] for c in estate.records["credits"]] == ["12.40"]
    assert is_bounded(estate, folder, line)


@pytest.mark.soak
@pytest.mark.parametrize("ignores_keys", [False, True], ids=["keys", "ignores-keys"])
@pytest.mark.parametrize("turn", [credit_then_refund, another_mind], ids=["same", "another-mind"])
@pytest.mark.parametrize("place", AROUND)
def test_kills_anywhere_in_an_agent_step_never_double_lose_or_exceed_a_write(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    turn: Any,
    ignores_keys: bool,
) -> None:
    """Cases that each die at three points drawn by the seed, until the count of kills is reached."""
    first, wanted = int(os.environ.get("CXREADY_SOAK_SEED", "0")), int(os.environ.get("CXREADY_SOAK_COUNT", "4"))
    drawn, kills, number = random.Random(f"{first} {request.node.name}"), 0, 0
    while kills < wanted:
        number += 1
        kept_in(place, request, monkeypatch)
        with demo.start() as estate, wild_model({"case": behaviour(turn, drawn.randrange(10**6))}) as model:
            folder = two_writes(tmp_path / f"run-{number}", estate)
            if ignores_keys:
                forget_keys(estate)
                write_gate(folder.path, {**NO_WAY, "billing.createCredit": IGNORES_KEYS})
            at = [drawn.choice(points({name: EVERYWHERE[name]})) for name in drawn.sample(list(EVERYWHERE), 3)]
            line, died_here = died(folder, model, monkeypatch, "case", at)
            print(number, at, line["outcome"], line["reason"])
            assert line["outcome"] in ("resolved", "handed_off", "unknown"), (at, line)
            assert is_bounded(estate, folder, line), (at, line)
            kills += died_here
    print(f"killed {kills} times")


def kept_in(place: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder's own files, or a PostgreSQL database of its own."""
    if place == "postgres":
        a_new_database(request.getfixturevalue("server"), monkeypatch)


def died(
    folder: Folder, model: WildModel, monkeypatch: pytest.MonkeyPatch, name: str, at: Sequence[str]
) -> tuple[dict[str, Any], int]:
    """The line of a case that died at each of these points that it reached, and how often it did."""
    monkeypatch.setenv("CXREADY_MODEL", "wild")
    monkeypatch.setenv("CXREADY_MODEL_URL", model.url)
    about = case(name, "A-10234", MESSAGE.format(name))
    (folder.path / "cases.jsonl").write_text(json.dumps(about) + "\n", encoding="utf-8")
    return lives_through(folder, at, name)


def is_bounded(estate: RunningEstate, folder: Folder, line: dict[str, Any]) -> bool:
    """What the systems recorded is what the case says that it did, at most once and within the gate; a person has the rest."""
    credits = [(c["account_id"], c["charge_id"], c["amount"]) for c in estate.records["credits"]]
    said = [w["arguments"] for w in line["writes"] if w["operation"] == "billing.createCredit"]
    assert credits in ([], [("A-10234", "CH-10234-2", "12.40")]), credits
    assert [(w["account_id"], w["charge_id"], w["amount"]) for w in said] == credits
    assert estate.records["refunds"] == []
    assert len(estate.records["tickets"]) == (line["outcome"] != "resolved")
    assert all(
        ("Done: create credit 12.40 EUR" in ticket["body"]) == bool(credits) for ticket in estate.records["tickets"]
    )
    return is_whole(folder)
