"""A collection on the demo's real servers: what it finds, what it leaves, and what it does after dying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.asked import AnswersFile
from assess.cells import answer_all
from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.profile import Profile
from assess.scope import scope_of
from probes.api.questions import GATHERERS, PROBES
from probes.bundle import Bundle
from probes.finding import Outcome, State
from probes.gather.planning import plan as make_plan
from probes.gather.run import CollectResult
from runtime.errors import Conflict
from tests.harness.kill_rig import run, run_and_kill
from tests.probes.gather.collecting import collected

PROFILE = Profile(name="plain", title="Plain")
ROOT = Path(__file__).resolve().parents[3]
MODULE = ["-m", "tests.probes.gather.collecting"]
KILLS = int(os.environ.get("CXREADY_SOAK_COUNT", "1"))
POINTS = [
    "runtime.systems.write_ledger.WriteLedger.created:before:1",
    "runtime.systems.write_ledger.WriteLedger.created:after:3",
    "runtime.systems.write_ledger.WriteLedger.undone:before:2",
]


# These systems' collection has no tickets (volume) and no bundle before (drift); level 5 is asked of no first assessment.
NOT_HERE = ("tolerates_volume", "no_drift")
NOT_GATHERED = ("drift", "parity")


class Measured:
    """A folder, its servers, what was collected, and what the probes say to it."""

    def __init__(self, folder: Path, estate: RunningEstate, result: CollectResult) -> None:
        self.folder, self.estate, self.result = folder, estate, result
        self.live = {kind: len(rows) for kind, rows in estate.records.items()}
        self.bundle = Bundle.open(result.zip_path)

    def outcomes(self) -> dict[tuple[str, str], Outcome]:
        """(probe id, subject) → outcome, for every cell of crm and api."""
        answered = answer_all(
            (made() for made in PROBES),
            self.bundle,
            scope_of(load_folder(self.folder).estate),
            PROFILE,
            AnswersFile(),
            self.bundle.as_of.date(),
            first=True,
        )
        return {
            (a.cell.probe, str(a.cell.subject)): a.outcome
            for a in answered
            if a.cell.level < 5 and not a.cell.later and not a.cell.probe.endswith(NOT_HERE)
        }


def _measured(folder: Path, flawless: bool) -> Iterator[Measured]:
    with start(flawless=flawless) as estate:
        write_folder(folder, estate)
        yield Measured(folder, estate, collected(folder, estate.environment()))


@pytest.fixture(scope="module")
def flawless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    yield from _measured(tmp_path_factory.mktemp("flawless"), True)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    yield from _measured(tmp_path_factory.mktemp("flawed"), False)


def test_a_flawless_estate_meets_every_question_that_applies(flawless: Measured) -> None:
    open_ones = {
        k: (o.state.value, o.title, o.cause)
        for k, o in flawless.outcomes().items()
        if o.state not in (State.MET, State.NOT_APPLICABLE)
    }
    assert not open_ones
    assert {m.wanted for m in flawless.bundle.missing} <= set(NOT_GATHERED)


def test_one_hundred_requests_a_system_are_enough_and_nothing_is_left_behind(
    flawless: Measured, flawed: Measured
) -> None:
    for measured in (flawless, flawed):
        assert all(used <= 100 for used in measured.result.requests.values()), measured.result.requests
        assert not any(measured.live.values()), measured.live
        assert not measured.result.left_behind


def test_a_dropped_patch_is_named_as_such(flawed: Measured) -> None:
    outcome = flawed.outcomes()[("api.writes_stick", "billing.changePlan")]
    assert (outcome.state, outcome.cause) == (State.NOT_MET, "dropped")
    assert "200" in outcome.title and "plan" in outcome.title
    assert outcome.evidence[0].request.startswith("PATCH /accounts/") and "mobile-m" in outcome.evidence[1].says


def test_a_refund_that_is_paid_twice_is_named_and_both_refunds_are_voided(flawed: Measured) -> None:
    outcome = flawed.outcomes()[("api.repeat_safe", "billing.createRefund")]
    assert (outcome.state, outcome.cause) == (State.NOT_MET, "key ignored")
    assert sum("createRefund" in said for said in flawed.result.reversed) == 2
    assert flawed.outcomes()[("api.writes_stick", "billing.createRefund")].state is State.MET


def test_nothing_else_is_wrong_with_the_flawed_estate(flawed: Measured) -> None:
    found = {k for k, o in flawed.outcomes().items() if o.state is State.NOT_MET}
    assert found == {("api.writes_stick", "billing.changePlan"), ("api.repeat_safe", "billing.createRefund")}


def test_a_soft_delete_is_called_one(flawless: Measured) -> None:
    assert "soft delete" in flawless.outcomes()[("crm.deletes_stick", "crm.createReturn")].title


def test_no_secret_and_no_address_of_a_customer_reaches_the_bundle(flawed: Measured) -> None:
    secrets = [value for name, value in flawed.estate.environment().items() if "SECRET" in name or "PASSWORD" in name]
    people = [c[field] for c in flawed.estate.world.customers for field in ("email", "phone")]
    for path in flawed.result.bundle_path.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not [s for s in (*secrets, *people) if s in text], path
        assert "Bearer " not in text or "realm" in text or "error=" in text


def test_a_run_bound_to_its_own_plan_misses_nothing(tmp_path: Path) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        whole = make_plan(load_folder(tmp_path).estate, GATHERERS)
        assert all(total <= 100 for total in whole.totals().values())
        bound = Measured(tmp_path, estate, collected(tmp_path, estate.environment(), plan=whole))
    assert {m.wanted for m in bound.bundle.missing} <= set(NOT_GATHERED)
    sent = bound.result.requests
    assert all(sent[system] <= total for system, total in whole.totals().items())


def test_a_run_bound_to_its_plan_finds_the_same_and_another_plan_stops_it(tmp_path: Path) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        full = make_plan(load_folder(tmp_path).estate, GATHERERS, only_system="mail")
        bound = Measured(tmp_path, estate, collected(tmp_path, estate.environment(), plan=full, only_system="mail"))
        writes = {m for m in bound.bundle.missing if m.wanted == "write_round_trip"}
        assert not writes and bound.bundle.manifest.plan == full.digest
        reads_only = full.model_copy(update={"lines": tuple(line for line in full.lines if line.access == "read")})
        before = estate.counts["mail"]
        careful = Measured(
            tmp_path, estate, collected(tmp_path, estate.environment(), plan=reads_only, only_system="mail")
        )
        assert {m.cause for m in careful.bundle.missing if m.wanted == "write_round_trip"} == {"not_allowed"}
        assert not careful.result.reversed and estate.counts["mail"] > before


def test_files_that_changed_since_the_plan_was_approved_stop_the_run(tmp_path: Path) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        old = make_plan(load_folder(tmp_path).estate, GATHERERS, inputs="sha256:other")
        with pytest.raises(Conflict, match="changed since the plan"):
            collected(tmp_path, estate.environment(), plan=old)
        assert sum(estate.counts.values()) == 0


def test_a_system_that_is_down_is_not_measured_and_the_rest_goes_on(tmp_path: Path) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        environment = estate.environment()
        estate.listeners["usage"].close()
        measured = Measured(tmp_path, estate, collected(tmp_path, environment))
    assert measured.result.unreachable == ["usage"]
    outcomes = measured.outcomes()
    assert outcomes[("api.session_survives", "usage")].state is State.NOT_MEASURED
    assert outcomes[("api.session_survives", "billing")].state is State.MET
    assert outcomes[("api.described", "usage")].state is State.MET
    assert {m.cause for m in measured.bundle.missing if m.subject.unit == "usage"} <= {"unreachable", "path", "needs"}


def test_a_missing_secret_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        environment = estate.environment()
        del environment["BILLING_AGENT_CLIENT_SECRET"]
        measured = Measured(tmp_path, estate, collected(tmp_path, environment))
    lost = [m for m in measured.bundle.missing if m.subject.unit == "billing"]
    assert any("BILLING_AGENT_CLIENT_SECRET" in m.detail for m in lost)
    assert measured.outcomes()[("crm.machine_auth", "crm")].state is State.MET


@pytest.mark.parametrize("point", POINTS[:KILLS])
def test_after_kill_nine_the_next_run_cleans_up_first_and_goes_on(tmp_path: Path, point: str) -> None:
    with start(flawless=True) as estate:
        write_folder(tmp_path, estate)
        environment = {**os.environ, **estate.environment()}
        run_and_kill([*MODULE, str(tmp_path)], point=point, env=environment, cwd=ROOT)
        assert not (tmp_path / "bundles").exists() or not list((tmp_path / "bundles").glob("*.zip"))
        before = dict(estate.counts)
        done = run([*MODULE, str(tmp_path)], env=environment, cwd=ROOT)
        assert done.ok, done.stderr
        assert not any(estate.records.values()), estate.records
        bundle = Bundle.open(next((tmp_path / "bundles").glob("*.zip")))
        assert not bundle.manifest.left_behind
        assert estate.counts["usage"] <= 100 and before["usage"] > 0
        assert all(used <= 100 for used in bundle.manifest.requests.values())


def test_a_truncated_zip_a_changed_and_an_added_file_are_refused(flawless: Measured, tmp_path: Path) -> None:
    whole = flawless.result.zip_path.read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Conflict, match="truncated"):
        Bundle.open(tmp_path / "cut.zip")
    copy = tmp_path / "copy"
    shutil.copytree(flawless.result.bundle_path, copy)
    Bundle.open(copy)
    (copy / "artifacts" / "extra.json").write_text("{}")
    with pytest.raises(Conflict, match="does not list"):
        Bundle.open(copy)
    (copy / "artifacts" / "extra.json").unlink()
    changed = copy / "artifacts" / "described" / "crm.json"
    changed.write_text(changed.read_text().replace("crm", "mrc", 1))
    with pytest.raises(Conflict, match="changed"):
        Bundle.open(copy)
