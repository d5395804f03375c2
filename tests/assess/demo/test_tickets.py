"""The ticket export is drawn the same way every time and looks like three months of a contact centre."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime

from assess.demo.tickets import HEADER, rows, write_tickets

TODAY = date(2026, 11, 23)


def records():
    return [dict(zip(HEADER, row, strict=True)) for row in rows(today=TODAY)]


def test_the_same_day_gives_the_same_bytes(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_tickets(tmp_path / name, today=TODAY)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert len(list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8")))) == 2000


def test_the_mix_is_the_one_that_the_engagement_states():
    kinds = Counter(record["Tags"].split()[0] for record in records())
    monthly = {name: count / 91 * 30.4 for name, count in kinds.items()}
    stated = {"billing-dispute": 240, "refund-overpayment": 87, "device-return": 125, "plan-change": 93}
    for workflow, said in stated.items():
        assert abs(monthly[workflow] - said) / said < 0.05, (workflow, monthly[workflow])


def test_tickets_lie_in_the_three_months_before_today_in_order():
    created = [datetime.fromisoformat(record["Created at"].replace("Z", "+00:00")) for record in records()]
    assert created == sorted(created)
    assert created[0].date() >= date(2026, 8, 24) and created[-1].date() < TODAY


def test_repeat_contacts_come_from_people_who_wrote_before():
    seen: set[str] = set()
    for record in records():
        assert (record["Repeat contact"] == "no") or record["Requester id"] in seen
        seen.add(record["Requester id"])
