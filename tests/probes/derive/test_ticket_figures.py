"""Repeats, groups, high stakes and times out of an export: counted rightly, with what they are counted of."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from probes.derive import ticket_repeats
from probes.derive.demand import Demand, demand
from probes.derive.ticket_file import Ticket
from probes.derive.ticket_mix import mix
from probes.derive.ticket_repeats import Repeats
from probes.derive.ticket_stakes import stakes_of
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import Goal
from runtime.guardrails.policy import GuardrailsFile

START = datetime(2026, 9, 1, 9)
HEAD = "Id,Subject,Created at,Via,Requester id,Tags,Handle minutes,Solved at,Reopens,Systems touched\n"


def goals() -> dict[str, Goal]:
    step = {"call": "billing.getInvoice"}
    one = {"category": "billing", "utterances": ["my bill is wrong"], "steps": [step]}
    two = {"category": "contract", "utterances": ["change my plan"], "steps": [step]}
    return {"billing-dispute": Goal.model_validate(one), "plan-change": Goal.model_validate(two)}


def counted(path: Path, rows: list[str]) -> Demand:
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return demand(path, Estate(path.parent, "Test", "EUR", {}, {}, GuardrailsFile(), goals(), EscalationFile()))


def row(n: int, day: int, customer: int, tag: str = "billing-dispute", subject: str = "My bill is wrong") -> str:
    at = START + timedelta(days=day)
    return f"{n},{subject},{at:%Y-%m-%dT%H:%M:%SZ},Chat,R-{customer},{tag},7,{at + timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ},{n % 2},3\n"


def test_a_repeat_is_the_same_customer_about_the_same_within_seven_days(tmp_path: Path) -> None:
    rows = [row(n, 0, n) for n in range(100)]
    rows += [row(200 + n, 5, n) for n in range(20)]  # comes again within 7 days
    rows += [row(300 + n, 9, 40 + n) for n in range(20)]  # later than that
    rows += [row(400 + n, 5, 60 + n, "plan-change", "Change my plan") for n in range(20)]  # about something else
    rows += [row(500, 60, 999)]
    found = counted(tmp_path / "t.csv", rows).workflows["billing-dispute"].repeated
    assert found is not None and (found.k, found.n) == (20, 140)


def test_contacts_of_the_last_seven_days_are_not_judged_yet(tmp_path: Path) -> None:
    rows = [row(n, n % 20, n) for n in range(200)]
    found = counted(tmp_path / "t.csv", rows).repeated
    assert found is not None and found.n == 130 and found.k == 0  # days 0 to 12 of 0 to 19


def test_the_sample_of_customers_stays_small_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_repeats, "MOST", 500)
    repeats, kept = Repeats(), 0
    for n in range(6_000):
        number = repeats.wants(f"customer {n % 2_000}")
        if number >= 0:
            repeats.keep(number, Ticket("x", "", START + timedelta(days=n // 2_000)))
            kept += 1
    assert len(repeats.tickets) <= 500 < kept
    shares = repeats.counted(["x"] * len(repeats.tickets), START + timedelta(days=30))
    assert shares["x"][0] == 3 * repeats.customers and shares["x"][1] == 2 * repeats.customers


def test_few_customers_give_no_share(tmp_path: Path) -> None:
    found = counted(tmp_path / "t.csv", [row(n, n, n % 3) for n in range(40)])
    assert found.repeated is None and found.customers == 3


def test_times_systems_and_reopens_are_of_the_export_and_kept_apart(tmp_path: Path) -> None:
    found = counted(tmp_path / "t.csv", [row(n, n % 60, n) for n in range(120)])
    flow = found.workflows["billing-dispute"]
    assert (found.minutes, found.solved_hours, flow.minutes, flow.systems) == (7.0, 30.0, 7.0, 3.0)
    assert found.reopened is not None and (found.reopened.k, found.reopened.n) == (60, 120)
    assert flow.tickets == 120 and found.method == "the workflow's own tag" and sum(flow.hours) == 120


def test_groups_show_words_of_many_tickets_and_never_a_name_or_an_id(tmp_path: Path) -> None:
    texts = ["refund for my order", "internet is down", "change my tariff now", "parcel never arrived"]
    tickets = [Ticket(f"{texts[n % 4]} {n % 7}", "", START, id=f"T-{n}") for n in range(200)]
    tickets.append(Ticket("refund for Kunigunde Sonderbar", "", START, id="T-999"))
    groups = mix(tickets, ["other"] * 201, None)
    words = {word for group in groups for word in group.words}
    assert {"refund", "internet", "tariff", "parcel"} <= words
    assert not words & {"kunigunde", "sonderbar"} and sum(g.tickets for g in groups) == 201
    assert all(len(example) == 8 and not example.startswith("T-") for g in groups for example in g.examples)
    assert mix(tickets[:20], ["other"] * 20, None) == []


def test_rules_count_every_text_and_the_net_those_that_it_was_asked_about() -> None:
    def encode(texts: list[str] | tuple[str, ...]) -> np.ndarray:
        """Two directions: what speaks of death, and everything else."""
        grave = ["passed away" in text.lower() or "grandpa" in text.lower() for text in texts]
        return np.array([[1.0, 0.0] if g else [0.0, 1.0] for g in grave], dtype=np.float32)

    tickets = [
        Ticket(
            "my husband has died" if n % 10 == 0 else "grandpa is gone" if n % 10 == 1 else "change my plan", "", START
        )
        for n in range(100)
    ]
    plain = stakes_of(tickets, ["x"] * 100, None).total
    assert (plain.texts, plain.grave, plain.netted, plain.caught) == (100, 10, 0, 0)
    netted = stakes_of(tickets, ["x"] * 100, encode).total
    assert (netted.grave, netted.netted, netted.caught) == (10, 100, 20)
