"""An agent step beside another case about the same charge, and over restarts: bounds count on, an approval goes on waiting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import CaseResult, decide, run_cases, take_up
from runtime.understanding.model_client import open_model
from tests.harness.kill_rig import run_and_kill
from tests.harness.wild_agent import AGENTS, USAGE
from tests.harness.wild_model import WildModel, calls, wild_model
from tests.runtime.agent.agent_goal import MAY, TASK, with_task
from tests.runtime.agent.two_writes import behaviour
from tests.runtime.lives import CHILD
from tests.runtime.piloted import AUTONOMIES, case, write_gate
from tests.runtime.quick_encode import quick_encode

WORDS = "My bill is wrong: there is a flat data charge on it. [{}]"
CREDIT = {"account_id": "account_id", "charge_id": "charge_id", "amount": "credit.amount", "currency": "EUR"}
STEPS: list[Any] = [
    *MAY[:1],
    {"rule": "open_charges", "with": ["usage"], "gives": ["open_charges"]},
    *MAY[1:3],
    MAY[4],
    {
        "when": "credit.amount",
        "is": "positive",
        "do": [{**MAY[5], "with": CREDIT}],
        "otherwise": "handoff",
    },
]
EATS = {"eats": behaviour(lambda seen, draw: calls((USAGE, {}), tokens=9_000), 0)}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[WildModel]:
    with wild_model({**AGENTS, **EATS}) as running:
        monkeypatch.setenv("CXREADY_MODEL", "wild")
        monkeypatch.setenv("CXREADY_MODEL_URL", running.url)
        yield running


def ran(folder: Folder, estate: RunningEstate, name: str, model: WildModel | None) -> CaseResult:
    thinks = open_model("wild", model.url) if model else None
    about = case(f"{name}-{bool(model)}", "A-10234", WORDS.format(name), channel=str(bool(model)))
    [done] = run_cases(folder, [about], secrets=estate.environment(), encode=quick_encode, model=thinks)
    return done


def dies(folder: Folder, name: str, point: str) -> None:
    about = case(name, "A-10234", WORDS.format(name))
    (folder.path / "cases.jsonl").write_text(json.dumps(about) + "\n", encoding="utf-8")
    run_and_kill([CHILD, str(folder.path), name], point=point, timeout=90)


@pytest.mark.parametrize("first_by_model", [True, False])
def test_two_cases_about_one_charge_pay_once_whether_steps_or_a_model_are_first(
    folder: Folder, estate: RunningEstate, first_by_model: bool
) -> None:
    slots = {"charge_id": {"from": "utterance", "pattern": r"CH-\d+-\d+", "else_choose": "open_charges"}}
    either = with_task(folder, {**TASK, "gives": {}}, slots, without=STEPS)
    with wild_model(AGENTS) as model:
        order = [model, None] if first_by_model else [None, model]
        results = [ran(either, estate, "works-quietly", by) for by in order]
    assert [r.outcome for r in results] == ["resolved", "resolved"], [r.reason for r in results]
    assert [(c["charge_id"], c["amount"]) for c in estate.records["credits"]] == [("CH-10234-2", "12.40")]


def test_tokens_of_before_a_kill_count_on(folder: Folder, estate: RunningEstate, model: WildModel) -> None:
    agent = with_task(folder, TASK)
    dies(agent, "eats", "runtime.agent.steps.ask_model:after:2")
    [done] = take_up(agent, secrets=estate.environment(), encode=quick_encode)
    assert done.outcome == "handed_off" and "its 20,000 tokens" in done.reason
    turns = [sum(m["role"] == "assistant" for m in asked["messages"]) for asked in model.asked]
    assert turns == [0, 1, 2], "27,000 tokens in all, 18,000 of them in an earlier life; no question twice"


def test_an_approval_inside_an_agent_step_waits_through_kills_and_is_used_once(
    folder: Folder, estate: RunningEstate, model: WildModel
) -> None:
    agent = with_task(folder, TASK)
    write_gate(agent.path, autonomies={**AUTONOMIES, "billing-dispute": "approve"})
    dies(agent, "works-well", "runtime.cases.waiting_cases.keep:after:1")
    [waits] = take_up(agent, secrets=estate.environment(), encode=quick_encode)
    assert waits.outcome == "waiting" and estate.records["credits"] == []
    done = decide(agent, "works-well", "approve", "person-11", secrets=estate.environment(), encode=quick_encode)
    assert done.outcome == "resolved" and [c["amount"] for c in estate.records["credits"]] == ["12.40"]
    assert len(model.asked) == 5 and len(estate.records["tickets"]) == 1
