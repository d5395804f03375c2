"""What is sent is what was planned: at most 100 requests a system, nothing outside an approved plan, each in the log."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assess.demo.estate import start
from assess.demo.folder import write_folder
from runtime.systems.trace import Trace
from tests.bound_run import BoundRun
from tests.harness.command import command

LIMIT = 100


def test_the_worst_plan_of_all_probes_stays_within_the_budget_of_every_system(bound: BoundRun) -> None:
    plan = json.loads(bound.plan.read_text(encoding="utf-8"))
    totals = Counter(plan["kept"])
    for line in plan["lines"]:
        totals[line["system"]] += line["count"]
    assert set(totals) == set(bound.counts)
    assert all(count <= LIMIT for count in totals.values()), totals
    assert not plan["left_out"], "the default budget must hold every question"


def test_the_plan_names_a_way_back_for_every_write_that_may_succeed(bound: BoundRun) -> None:
    writes = [
        one
        for one in bound.lines()
        if one["access"] == "write" and not one["purpose"].startswith(("take back", "handoff drill: close", "recall"))
    ]
    assert len(writes) >= 10
    # a comment on a ticket that is itself ours goes with the ticket
    assert [one for one in writes if not one["undo"] and one["method"] == "POST" and "{" not in one["path"]] == []


def test_making_the_request_and_a_dry_run_send_nothing(bound: BoundRun) -> None:
    assert bound.planned.code == 0 and bound.sent_before == 0


def test_the_dry_run_of_it_gives_the_plan_that_was_asked_for(bound: BoundRun) -> None:
    digest = json.loads(bound.plan.read_text(encoding="utf-8"))["digest"]
    assert f"plan {digest}" in bound.planned.out


def test_a_plan_bound_run_measures_the_whole_estate(bound: BoundRun) -> None:
    manifest = bound.manifest()
    assert manifest["approved_by"] == "Ada Change" and manifest["plan_enforced"]
    assert manifest["plan"] == json.loads(bound.plan.read_text(encoding="utf-8"))["digest"]
    assert not [m for m in manifest["missing"] if "approved plan" in m["detail"]], (
        "the plan forgot what the probes need"
    )
    assert not [m for m in manifest["missing"] if m["cause"] in ("path", "unreachable", "budget")]


def test_the_log_holds_what_the_proxy_saw_request_by_request_in_the_same_order(bound: BoundRun) -> None:
    """Only requests of two sessions that were under way at the same time may arrive the other way round."""
    trace = Trace(bound.engagement / ".cxready" / "trace.sqlite")
    redact = trace.redactor.text
    rows = bound.log()
    trace.close()
    assert len(rows) == len(bound.arrived) > 300
    waiting = list(rows)
    for came in bound.arrived:
        path = redact(f"https://{came.host}{came.path}").partition(came.host)[2]
        told = (came.method, came.host, path)
        place = next((n for n, r in enumerate(waiting) if (r["method"], r["host"], r["path"]) == told), None)
        assert place is not None, f"not in the log: {told}"
        found = waiting.pop(place)
        assert came.run == found["run"] or "without the marks" in found["purpose"] or found["path_template"] == "token"
        assert all(_together(earlier, found) for earlier in waiting[:place]), f"out of order: {found['n']}"
    assert not waiting


def _together(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a request had no answer yet when the other one left."""
    ended = datetime.fromisoformat(one["at"]) + timedelta(milliseconds=one["elapsed_ms"] + 1)
    return datetime.fromisoformat(other["at"]) <= ended


def test_a_plan_bound_run_sends_nothing_outside_its_plan(bound: BoundRun) -> None:
    """Counted at the proxy: each request that arrived is one of the log, and its line of the plan allows that many."""
    lines = bound.lines()
    rows = bound.log()
    assert len(rows) == len(bound.arrived)
    used: Counter[int] = Counter()
    for row in rows:
        assert row["plan_line"], f"no line of the plan: {row['method']} {row['path']}"
        line = lines[row["plan_line"] - 1]
        assert (line["system"], line["method"], line["path"]) == (row["system"], row["method"], row["path_template"])
        used[row["plan_line"]] += row["path_template"] != "token"  # a token may end earlier than planned
    beyond = {n: (count, lines[n - 1]["count"]) for n, count in used.items() if count > lines[n - 1]["count"]}
    assert not beyond, f"sent, planned: {beyond}"


def test_the_log_holds_every_request_that_the_systems_counted(bound: BoundRun) -> None:
    arrived = Counter(row["host"].partition(".")[0] for row in bound.log())
    assert arrived == bound.counts


def test_no_system_receives_more_than_the_budget_sign_ins_of_the_others_included(bound: BoundRun) -> None:
    assert all(count <= LIMIT for count in bound.counts.values()), bound.counts


def _more(plan: dict[str, Any]) -> None:
    plan["lines"][3]["count"] += 5


def _put_in(plan: dict[str, Any]) -> None:
    plan["lines"].append({**plan["lines"][0], "method": "DELETE", "path": "/accounts"})


def _taken_out(plan: dict[str, Any]) -> None:
    del plan["lines"][4]


def _higher(plan: dict[str, Any]) -> None:
    plan["max_requests"] = 900


def _without_digest(plan: dict[str, Any]) -> None:
    del plan["digest"]


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (_more, "count 13 became 18"),
        (_put_in, "was put in: crm DELETE /accounts"),
        (_taken_out, "line 5 was taken out: "),
        (_higher, "max_requests"),
        (_without_digest, "carries no digest"),
    ],
)
def test_an_edited_plan_is_refused_with_what_differs_and_nothing_is_sent(
    bound: BoundRun, tmp_path: Path, edit: Callable[[dict[str, Any]], None], named: str
) -> None:
    plan = json.loads(bound.plan.read_text(encoding="utf-8"))
    edit(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    before = len(bound.log())
    said = command("collect", bound.engagement, "--plan", tmp_path / "plan.json")
    assert said.code == 2 and said.complains("plan.json", named), said
    assert len(bound.log()) == before


def test_a_plan_for_other_files_is_refused_with_the_file_that_differs_and_nothing_is_sent(
    bound: BoundRun, tmp_path: Path
) -> None:
    other = tmp_path / "northwind"
    shutil.copytree(bound.engagement, other, ignore=shutil.ignore_patterns(".cxready", "bundles"))
    goals = other / "goals.yaml"
    goals.write_text(goals.read_text(encoding="utf-8") + "\n# changed since\n", encoding="utf-8")
    said = command("collect", other, "--plan", bound.plan)
    assert said.code == 2 and said.complains("the files changed since the plan was made: goals.yaml"), said
    assert not (other / ".cxready" / "trace.sqlite").exists()


def test_a_plan_of_one_system_is_not_run_against_another(bound: BoundRun, tmp_path: Path) -> None:
    plan = tmp_path / "mail.json"
    assert command("collect", bound.engagement, "--dry-run", "--system", "mail", "-o", plan).code == 0
    said = command("collect", bound.engagement, "--plan", plan, "--system", "crm")
    assert said.code == 2 and said.complains("the plan is for the system mail"), said


def test_a_smaller_plan_binds_and_names_what_it_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    with start() as estate:
        write_folder(folder, estate)
        plan = tmp_path / "mail.json"
        assert command("collect", folder, "--dry-run", "--system", "mail", "--max-requests", "30", "-o", plan).code == 0
        said = command("collect", folder, "--plan", plan, "--probe", "api.writes_stick", env=estate.environment())
        assert said.code == 0, said
        assert {name for name, count in estate.counts.items() if count} <= {"mail", "identity"}
        assert estate.counts["mail"] + estate.counts["identity"] <= 30
    assert json.loads(plan.read_text(encoding="utf-8"))["left_out"]
    page = plan.with_suffix(".html").read_text(encoding="utf-8")
    assert "Left out" in page and "<script" not in page and "http-equiv" not in page
