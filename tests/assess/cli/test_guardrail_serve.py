"""`cxready guardrails serve` as IT runs it: a process of its own, with a proof, until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from runtime import decision_log
from runtime.guardrails import case_context
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.reading_back import after_stop, near_misses

ROOT = Path(__file__).parents[3]
ACCOUNT = "A-90017"
CREDIT = {"account_id": ACCOUNT, "charge_id": "CH-90017-2", "amount": "12.40", "currency": "EUR", "reason": "a gap"}


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


@pytest.fixture
def folder(demo: RunningEstate, tmp_path: Path) -> Path:
    write_folder(tmp_path / "northwind", demo)
    return tmp_path / "northwind"


def cxready(*words: str, demo: RunningEstate, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from assess.cli import main; main()", "guardrails", *words]
    environment = {**os.environ, **demo.environment(), "PYTHONPATH": str(ROOT), **more}
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def served(*words: str, demo: RunningEstate, **more: Any) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    child = cxready("serve", *words, demo=demo, **more)
    try:
        assert child.stdout is not None and child.stderr is not None
        line = child.stdout.readline()
        assert line, child.stderr.read()
        yield json.loads(line), child
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=30)


def pay(told: dict[str, str], amount: str, case: str = "c-1", **known: Any) -> requests.Response:
    about = CaseContext(workflow="billing-dispute", case=case, customer=ACCOUNT, **known)
    headers = case_context.headers(told["secret"], told["token"], about)
    return requests.post(
        f"{told['url']}/billing/credits", json={**CREDIT, "amount": amount}, headers=headers, timeout=20
    )


def test_without_a_proof_it_does_not_start(folder: Path, demo: RunningEstate) -> None:
    child = cxready("serve", str(folder), demo=demo)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 2 and "no proof of these limits" in said and "guardrails prove" in said


def test_it_enforces_with_a_proof_and_tells_what_it_saw(folder: Path, demo: RunningEstate) -> None:
    proof = folder.parent / "proof.json"
    proved, _ = cxready("prove", str(folder), "--json", demo=demo).communicate(timeout=120)
    proof.write_text(proved, encoding="utf-8")
    state = folder / ".cxready"
    with served(str(folder), "--certificate", str(proof), demo=demo) as (told, child):
        looked_up = {"usage": {}, "logging": {}, "contract": {}}
        assert pay(told, "12.40", read=looked_up).status_code == 201
        assert pay(told, "3.10", "c-2").status_code == 201
        assert pay(told, "50.01", "c-3").json()["decision"] == "escalate"
        KillSwitch(state).turn_on("person-11", "test")
        assert pay(told, "1.00", "c-4").json()["rule"] == "kill_switch"
    assert child.returncode in (0, 130)
    log = decision_log.connect(state / "pilot.sqlite")
    near, stopped = near_misses(log), after_stop(log, state)
    assert (near.writes, near.missed) == (2, 1), "the second write stood on records that nobody had looked up"
    assert "billing.createCredit without contract (1)" in near.says()
    assert stopped is not None and (stopped.ended_after, stopped.refused_since) == (0, 1)
    assert decision_log.verify(log) == []


def test_a_changed_limit_no_longer_fits_its_proof(folder: Path, demo: RunningEstate) -> None:
    proof = folder.parent / "proof.json"
    proof.write_text(cxready("prove", str(folder), "--json", demo=demo).communicate(timeout=120)[0], encoding="utf-8")
    written = folder / "guardrails.yaml"
    written.write_text(written.read_text(encoding="utf-8").replace('each: "50.00"', 'each: "60.00"'), encoding="utf-8")
    with served(str(folder), "--certificate", str(proof), demo=demo) as (told, child):
        refused = pay(told, "12.40").json()
    assert refused["rule"] == "certificate" and "guardrails changed" in refused["reason"]
    assert child.stderr is not None and "every write is refused" in child.stderr.read()


def test_log_only_needs_no_proof_and_secrets_may_be_given(folder: Path, demo: RunningEstate) -> None:
    given = {"CXREADY_PROXY_TOKEN": "token-of-ours", "CXREADY_PROXY_SECRET": "secret-of-ours"}
    with served(str(folder), "--log-only", demo=demo, **given) as (told, _):
        assert set(told) == {"url"}, "what was given is not printed"
        known = {**told, "token": given["CXREADY_PROXY_TOKEN"], "secret": given["CXREADY_PROXY_SECRET"]}
        passed = pay(known, "74.50")
    assert passed.status_code == 201 and passed.headers["X-Cxready-Decision"] == "act"
