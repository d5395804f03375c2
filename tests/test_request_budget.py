"""What is sent is what was planned: at most 100 requests a system, nothing outside an approved plan, no secret anywhere."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.demo.tokens import demo_environment
from tests.harness.command import Said, command

LIMIT = 100


@dataclass(frozen=True)
class Run:
    """A plan-bound collection of the whole demo: the plan, what the commands said, and what the systems counted."""

    estate: RunningEstate
    folder: Path
    plan: Path
    planned: Said
    collected: Said
    counts: dict[str, int]
    tokens: list[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("budget") / "northwind"
    plan = folder.parent / "plan.json"
    with start() as estate:
        write_folder(folder, estate)
        planned = command("collect", folder, "--dry-run", "-o", plan, env=estate.environment())
        assert planned.code == 0, planned
        assert not any(estate.counts.values()), "a dry run sent something"
        collected = command("-vv", "collect", folder, "--plan", plan, "--approved-by", "Ada", env=estate.environment())
        issued = list(estate.services["identity"].tokens._grants)  # type: ignore[union-attr]
        yield Run(estate, folder, plan, planned, collected, dict(estate.counts), issued)


def test_the_worst_plan_of_all_probes_stays_within_the_budget_of_every_system(run: Run) -> None:
    lines = json.loads(run.plan.read_text(encoding="utf-8"))["lines"]
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line["system"]] += line["count"]
    assert set(totals) == set(run.estate.urls)
    assert all(count <= LIMIT for count in totals.values()), totals


def test_the_plan_names_a_way_back_for_every_write_that_may_succeed(run: Run) -> None:
    lines = json.loads(run.plan.read_text(encoding="utf-8"))["lines"]
    writes = [
        one
        for one in lines
        if one["access"] == "write" and not one["purpose"].startswith(("take back", "handoff drill: close", "recall"))
    ]
    assert len(writes) >= 10
    # a comment on a ticket that is itself ours goes with the ticket
    assert [one for one in writes if not one["undo"] and one["method"] == "POST" and "{" not in one["path"]] == []


def test_a_plan_bound_run_measures_the_whole_estate(run: Run) -> None:
    assert run.collected.code == 0, run.collected.err[-2000:]
    manifest = _manifest(run.folder)
    assert manifest["approved_by"] == "Ada" and manifest["plan"].startswith("sha256:")
    assert not [m for m in manifest["missing"] if "approved plan" in m["detail"]], (
        "the plan forgot what the probes need"
    )


def test_a_plan_bound_run_sends_nothing_outside_its_plan(run: Run) -> None:
    allowed = Counter[tuple[str, str, str]]()
    for line in json.loads(run.plan.read_text(encoding="utf-8"))["lines"]:
        allowed[(line["system"], line["method"], line["path"])] += line["count"]
    sent = Counter((row["system"], row["method"], row["path_template"]) for row in _log(run.folder))
    beyond = {key: (count, allowed[key]) for key, count in sent.items() if count > allowed[key]}
    assert not beyond, f"sent, planned: {beyond}"


def test_the_log_holds_every_request_that_the_systems_counted(run: Run) -> None:
    rows = _log(run.folder)
    sign_ins = Counter(row["system"] for row in rows if row["path_template"] == "token" and row["system"] != "identity")
    logged = Counter(row["system"] for row in rows)
    expected = {name: logged[name] - sign_ins[name] for name in logged}
    expected["identity"] += sign_ins.total()
    assert expected == run.counts


def test_no_system_receives_more_than_the_budget_sign_ins_of_the_others_included(run: Run) -> None:
    assert all(count <= LIMIT for count in run.counts.values()), run.counts


def test_an_edited_plan_is_refused_and_nothing_is_sent(run: Run, tmp_path: Path) -> None:
    plan = json.loads(run.plan.read_text(encoding="utf-8"))
    plan["lines"][0]["count"] += 1
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    said = command("collect", run.folder, "--plan", tmp_path / "plan.json", env=run.estate.environment())
    assert said.code == 2 and said.complains("plan.json", "was changed"), said
    assert dict(run.estate.counts) == run.counts


def test_a_plan_for_other_files_is_refused_and_nothing_is_sent(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "northwind"
    shutil.copytree(run.folder, other)
    goals = other / "goals.yaml"
    goals.write_text(goals.read_text(encoding="utf-8") + "\n# changed since\n", encoding="utf-8")
    said = command("collect", other, "--plan", run.plan, env=run.estate.environment())
    assert said.code == 2 and said.complains("the files changed since the plan was made"), said
    assert dict(run.estate.counts) == run.counts


def test_a_smaller_plan_binds_and_names_what_it_left_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    with start() as estate:
        write_folder(folder, estate)
        plan = tmp_path / "mail.json"
        assert command("collect", folder, "--dry-run", "--system", "mail", "--max-requests", "30", "-o", plan).code == 0
        said = command(
            "collect",
            folder,
            "--plan",
            plan,
            "--system",
            "mail",
            "--probe",
            "api.writes_stick",
            env=estate.environment(),
        )
        assert said.code == 0, said
        assert {name for name, count in estate.counts.items() if count} <= {"mail", "identity"}
        assert estate.counts["mail"] + estate.counts["identity"] <= 30
    assert json.loads(plan.read_text(encoding="utf-8"))["left_out"]


def test_no_secret_stands_in_any_file_or_on_either_stream(run: Run) -> None:
    shown = command("evidence", "log", run.folder).out + command("evidence", "log", run.folder, "--json").out
    assert command("report", run.folder, "-f", "html,json,md").code == 0
    canaries = [value.encode() for name, value in demo_environment().items() if name.endswith(("_SECRET", "_PASSWORD"))]
    canaries += [token.encode() for token in run.tokens]
    assert len(canaries) > 20
    streams = (run.planned.out + run.planned.err + run.collected.out + run.collected.err + shown).encode()
    files = {p: p.read_bytes() for p in [*run.folder.rglob("*"), run.plan] if p.is_file()}
    assert any(p.suffix == ".sqlite" for p in files) and any("artifacts" in p.parts for p in files)
    held = {str(p.relative_to(run.folder.parent)) for p, data in files.items() for canary in canaries if canary in data}
    assert not held
    assert not [canary for canary in canaries if canary in streams]
    assert not [p for p, data in files.items() if re.search(rb"Bearer [A-Za-z0-9_-]{20,}", data)]


def _manifest(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads(max((folder / "bundles").glob("*/manifest.json")).read_text(encoding="utf-8"))


def _log(folder: Path) -> list[dict]:  # type: ignore[type-arg]
    said = command("evidence", "log", folder, "--json")
    assert said.code == 0, said
    return [json.loads(line) for line in said.out.splitlines()]
