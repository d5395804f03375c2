"""The judge on the demo's own bundle: two pass and two do not, nothing unmeasured passes, the same bundle gives the same bytes."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

from assess.assessment import Assessment
from assess.catalogue import catalogue
from assess.engagement import load_folder
from assess.judge import judge
from assess.opening import facts_of, judged, opened, write_verdict
from assess.register import Register
from probes.artifact import Artifact, Missing
from probes.bundle import Bundle
from probes.finding import DIMENSIONS, State, Subject
from runtime.gate import ORDER

ROUNDS = 12


class Without:
    """A bundle some of whose artifacts were lost: each file is kept or not by a seeded draw."""

    def __init__(self, bundle: Bundle, seed: int, share: float) -> None:
        self._bundle, self._seed, self._share = bundle, seed, share

    def get(self, kind: type[Artifact], subject: Subject) -> Artifact | Missing:
        found = self._bundle.get(kind, subject)
        gone = random.Random(f"{self._seed}|{kind.kind}|{subject}").random() < self._share
        if gone and not isinstance(found, Missing):
            return Missing(wanted=kind.kind, subject=subject, cause="failed", detail="lost")
        return found


def assessed(folder: Path, seed: int = 0, share: float = 0.0) -> Assessment:
    with opened(folder) as at:
        return judge(at.folder, Without(at.bundle, seed, share), facts_of(at, None), catalogue(), Register()).assessment


def test_two_workflows_pass_and_two_do_not_each_for_a_reason(northwind) -> None:
    found = assessed(northwind.folder)
    assert {w.name: w.gate.autonomy for w in found.workflows} == {
        "billing-dispute": "act",
        "refund-overpayment": "approve",
        "device-return": "observe",
        "plan-change": "blocked",
    }
    held = {f.number: f.probe for f in found.findings}
    assert [held[n] for n in found.gates["refund-overpayment"].held_by] == ["api.repeat_safe"]
    assert [held[n] for n in found.gates["device-return"].held_by] == ["knowledge.no_conflicts"]
    assert "escalation.route_defined" in [held[n] for n in found.gates["plan-change"].held_by]


def test_the_two_flaws_of_billing_are_named_and_no_other_system_is_blamed(northwind) -> None:
    found = [f for f in assessed(northwind.folder).findings if f.dimension in ("crm", "api")]
    assert {(f.probe, str(f.subject), f.cause) for f in found} == {
        ("api.writes_stick", "billing.changePlan", "dropped"),
        ("api.repeat_safe", "billing.createRefund", "key ignored"),
    }


def test_losing_artifacts_never_raises_confirmed_never_lowers_possible_and_never_opens_a_gate(northwind) -> None:
    whole = assessed(northwind.folder)
    for seed in range(ROUNDS):
        less = assessed(northwind.folder, seed, share=random.Random(seed).choice([0.02, 0.1, 0.5, 1.0]))
        for dimension in DIMENSIONS:
            assert less.levels[dimension].confirmed <= whole.levels[dimension].confirmed, (seed, dimension)
            assert less.levels[dimension].possible >= whole.levels[dimension].possible, (seed, dimension)
        for name, gate in whole.gates.items():
            assert ORDER.index(less.gates[name].autonomy) <= ORDER.index(gate.autonomy), (seed, name)


def test_what_was_lost_is_not_measured_and_never_met(northwind) -> None:
    cells = assessed(northwind.folder, share=1.0).cells
    states = {c.state for c in cells if c.grade != "attested"}  # what a person answered is no artifact
    assert states == {State.NOT_MEASURED}


def test_the_same_bundle_gives_the_same_bytes_in_folder_and_zip(northwind, tmp_path: Path) -> None:
    with opened(northwind.folder) as at:
        first = judged(at).assessment.model_dump_json()
    with opened(northwind.result.zip_path) as at:
        assert judged(at).assessment.model_dump_json() == first


def test_a_changed_answer_moves_only_what_it_touches(northwind, tmp_path: Path) -> None:
    before = assessed(northwind.folder)
    folder = tmp_path / "friday"
    shutil.copytree(northwind.folder, folder, ignore=shutil.ignore_patterns(".cxready"))
    text = (folder / "report.yaml").read_text(encoding="utf-8")
    (folder / "report.yaml").write_text(text.replace("notes:", "notes:\n  - Seen on Friday.", 1), encoding="utf-8")
    after = assessed(folder)
    assert after.cells == before.cells
    assert after.gates == before.gates


def test_finding_numbers_stay_when_the_folder_is_judged_again(northwind, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    shutil.copytree(northwind.folder, folder, ignore=shutil.ignore_patterns(".cxready"))
    with opened(folder) as at:
        write_verdict(at, judged(at))
    register = (folder / "register.yaml").read_bytes()
    with opened(folder) as at:
        write_verdict(at, judged(at))
    assert (folder / "register.yaml").read_bytes() == register
    gate = json.loads(next((folder / "assessments").glob("*/gate.json")).read_text())
    assert gate["workflows"]["billing-dispute"]["writes"]["billing.createCredit"]["by"] == "key"
    assert load_folder(folder).digests() == gate["inputs"]
