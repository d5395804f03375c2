"""The drill on real loopback servers: what is flawed is named, what is flawless is met, nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, derive
from probes.escalation.catalogue import ARTIFACTS, DERIVERS, PROBES
from probes.finding import Outcome, State
from probes.gather import handoff_drill
from probes.gather.drill_destination import MOST_CREATES
from probes.gather.session import Session
from runtime.systems.request_budget import RequestBudget
from runtime.systems.trace import Trace
from runtime.systems.write_ledger import WriteLedger

Found = dict[tuple[str, str, str], Artifact | Missing]


class Drilled:
    """One estate, drilled once."""

    def __init__(self, running: RunningEstate, folder: Path, **changes: Any) -> None:
        write_folder(folder, running)
        for file, (old, new) in changes.items():
            path = folder / f"{file}.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        self.running, self.estate = running, load_folder(folder).estate
        self.ledger = WriteLedger(None)
        self.session = Session(
            estate=self.estate,
            run="r1",
            folder=folder,
            now=datetime.now(UTC),
            trace=Trace.memory(),
            ledger=self.ledger,
            secrets=running.environment(),
            budgets={name: RequestBudget(100) for name in self.estate.systems},
        )
        self.found: Found = {a.key: a for a in handoff_drill.gather(self.session)}
        self.sent = dict(self.session.trace.counts())
        for _, artifact in derive(DERIVERS, Derivation(self.estate, folder, self.session.now, self.found)):
            self.found[artifact.key] = artifact

    def outcome(self, question: str, unit: str) -> Outcome:
        probe = next(p() for p in PROBES if p().question == question)
        wanted = [self.found.get((kind.kind, unit, "")) or self.found[(kind.kind, "*", "")] for kind in probe.needs]
        absent = next((a for a in wanted if isinstance(a, Missing)), None)
        return probe.missing(absent) if absent else probe.judge(*wanted)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    with start() as running:
        yield Drilled(running, tmp_path_factory.mktemp("flawed") / "f")


@pytest.fixture(scope="module")
def flawless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    with start(flawless=True) as running:
        yield Drilled(running, tmp_path_factory.mktemp("flawless") / "f")


def test_the_night_without_anybody_is_named(flawed: Drilled) -> None:
    found = flawed.outcome("route_defined", "plans")
    assert found.state is State.NOT_MET and "plan-change has nobody" in found.title and "20:00–08:00" in found.title
    assert flawed.outcome("capacity", "plans").state is State.NOT_MET


@pytest.mark.parametrize("question", [p().question for p in PROBES if not p.later])
def test_a_flawless_estate_meets_every_question_on_every_route(flawless: Drilled, question: str) -> None:
    probe = next(p() for p in PROBES if p().question == question)
    units = ["*"] if probe.each == "everywhere" else list(flawless.estate.escalation.routes)
    assert {
        unit: flawless.outcome(question, unit).title
        for unit in units
        if flawless.outcome(question, unit).state not in (State.MET, State.NOT_APPLICABLE)
    } == {}


def test_nothing_is_left_behind_and_every_write_was_in_the_ledger(flawless: Drilled) -> None:
    assert {kind: live for kind, live in flawless.running.records.items() if live} == {}
    counts = flawless.ledger.counts()
    assert set(counts) == {"reversed"} and 0 < counts["reversed"] <= MOST_CREATES
    assert flawless.ledger.open() == []


def test_the_drill_marks_what_it_sends_and_stays_within_its_plan(flawless: Drilled) -> None:
    tickets = flawless.running.services["ticketing"].tickets.values()  # type: ignore[union-attr]
    own = [ticket["subject"] for ticket in tickets if str(ticket["handoff_key"]).startswith("cxready-")]
    assert own and all(subject.startswith("[cxready test]") for subject in own)
    planned: dict[str, int] = {}
    for line in handoff_drill.plan(flawless.estate):
        planned[line.system] = planned.get(line.system, 0) + line.count
    tokens = 3
    assert all(flawless.sent.get(system, 0) <= n + tokens for system, n in planned.items())
    assert planned["ticketing"] <= 60


def test_what_the_runtime_does_is_said_to_be_the_runtimes(flawless: Drilled) -> None:
    assert flawless.outcome("nothing_lost", "billing").subject_of_proof == "bundled runtime"
    assert flawless.outcome("delivered", "billing").subject_of_proof == ""


def test_the_writers_credential_may_not_decide_and_the_refusal_is_shown(flawless: Drilled) -> None:
    found = flawless.outcome("return_path", "billing")
    assert any("PUT /tickets/" in e.request and "403" in e.response for e in found.evidence)


def test_no_artifact_holds_a_secret(flawless: Drilled) -> None:
    written = "".join(a.model_dump_json() for a in flawless.found.values())
    assert [
        name
        for name, value in flawless.running.environment().items()
        if not name.endswith("_URL") and len(value) > 5 and value in written
    ] == []


def test_artifacts_survive_being_written_and_read(flawless: Drilled) -> None:
    kinds = {kind.kind: kind for kind in ARTIFACTS}
    for artifact in flawless.found.values():
        if isinstance(artifact, Artifact):
            assert kinds[artifact.kind].model_validate_json(artifact.model_dump_json()) == artifact


def test_without_permission_nothing_is_sent_and_the_way_to_measure_is_named(tmp_path: Path) -> None:
    with start() as running:
        drilled = Drilled(running, tmp_path / "f", engagement=("allowed: true", "allowed: false"))
        assert drilled.sent == {}
        found = drilled.outcome("delivered", "billing")
        assert found.state is State.NOT_MEASURED and "writes.allowed" in found.would_measure
