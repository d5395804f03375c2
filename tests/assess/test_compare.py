"""Two bundles, or one bundle and other files: what was mended, broke, was measured first, is gone; what it moved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.assessment import Assessment
from assess.attribution import TOGETHER
from assess.changes import input_changes
from assess.cli import cxready
from assess.cli.compare import compare_targets
from assess.compare import compare
from assess.comparison import Comparison
from assess.comparison_lines import comparison_lines
from assess.engagement import load_folder
from assess.opening import judged, newest_bundle, opened
from probes.finding import DIMENSIONS, State


@pytest.fixture(scope="module")
def mended(northwind, flawless) -> Comparison:
    """From the demo with its flaws to the one without."""
    return compare_targets(northwind.folder, flawless.folder)


@pytest.fixture
def edited(northwind, tmp_path: Path) -> Path:
    """A copy of the demo's folder, for somebody to change an answer in."""
    return Path(shutil.copytree(northwind.folder, tmp_path / "northwind"))


@pytest.fixture(scope="module")
def assessment(northwind) -> Assessment:
    with opened(northwind.folder) as at:
        return judged(at).assessment


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def with_state(assessment: Assessment, state: State, *, was: State) -> tuple[Assessment, str]:
    """The assessment with one answer turned, and that answer's name."""
    index = next(i for i, c in enumerate(assessment.cells) if c.state is was)
    cells = list(assessment.cells)
    cells[index] = cells[index].model_copy(update={"state": state})
    return assessment.model_copy(update={"cells": cells}), f"{cells[index].probe}({cells[index].subject})"


def names(changes) -> list[str]:
    return [f"{c.probe}({c.subject})" for c in changes]


def test_every_finding_of_the_demo_is_mended_in_the_flawless_one(mended: Comparison, assessment: Assessment) -> None:
    assert sorted(c.number for c in mended.mended) == sorted(f.number for f in assessment.findings)
    assert not mended.broken and not mended.still_open and not mended.no_longer_measured
    assert {d: mended.levels[d].confirmed[1] for d in DIMENSIONS} == dict.fromkeys(DIMENSIONS, 4)


def test_what_could_not_be_measured_behind_a_flaw_is_measured_for_the_first_time(
    mended: Comparison, assessment: Assessment
) -> None:
    unknown = {f"{c.probe}({c.subject})" for c in assessment.cells if c.state is State.NOT_MEASURED and not c.later}
    assert unknown and unknown <= set(names(mended.first_measured))


def test_each_gate_that_moved_names_the_answers_below_it(mended: Comparison, assessment: Assessment) -> None:
    number = {f.probe: f.number for f in assessment.findings}
    gates = {g.workflow: g for g in mended.gates}
    assert (gates["plan-change"].was, gates["plan-change"].now) == ("blocked", "act")
    assert (gates["refund-overpayment"].was, gates["refund-overpayment"].now) == ("approve", "act")
    assert any(because.startswith(number["api.repeat_safe"]) for because in gates["refund-overpayment"].because)
    assert not any(number["api.writes_stick"] in because for because in gates["refund-overpayment"].because)
    assert not gates["billing-dispute"].moved and not gates["billing-dispute"].because


def test_the_other_way_round_everything_is_broken_and_worse(northwind, flawless, mended: Comparison) -> None:
    back = compare_targets(flawless.folder, northwind.folder)
    assert names(back.broken) == names(mended.mended) or sorted(names(back.broken)) == sorted(names(mended.mended))
    assert names(back.no_longer_measured) and any("plan-change: act → blocked" in said for said in back.worse)
    assert not mended.worse


def test_articles_that_were_rewritten_are_named(mended: Comparison) -> None:
    assert "knowledge/returns-at-a-glance.md" in mended.articles_changed
    assert not mended.inventory_gone.get("articles")


def test_a_bundle_compared_with_itself_shows_no_change(northwind) -> None:
    same = compare_targets(northwind.folder, northwind.folder)
    assert same.same_evidence and not same.inputs and not same.worse and same.still_open
    assert not [c for c in (same.mended, same.broken, same.first_measured, same.gone, same.asked_anew) if c]
    assert comparison_lines(same)[-1] == "No level and no gate moved."


def test_fridays_answer_moves_what_depends_on_it_and_nothing_else(edited: Path) -> None:
    rewrite(edited / "guardrails.yaml", "autonomy: act", "autonomy: approve")
    rewrite(edited / "engagement.yaml", "api: 3", "api: 2")
    changed = compare_targets(newest_bundle(edited), edited)
    assert changed.same_evidence
    assert [(i.file, i.key, i.was, i.now) for i in changed.inputs] == [
        ("engagement.yaml", "self_assessed.api", "3", "2"),
        ("guardrails.yaml", "actions.issue_credit.autonomy", "act", "approve"),
    ]
    assert [(g.workflow, g.was, g.now) for g in changed.gates if g.moved] == [("billing-dispute", "act", "approve")]
    assert any("issue_credit is `approve`" in because for g in changed.gates for because in g.because)
    assert all(len(set(changed.levels[d].confirmed)) == 1 for d in DIMENSIONS)
    assert changed.levels["api"].self_assessed == (3, 2)
    assert changed.moved_by == {"engagement.yaml": [], "guardrails.yaml": ["billing-dispute: act → approve"]}
    assert "  engagement.yaml: nothing" in comparison_lines(changed)


def test_a_change_that_needs_another_file_says_so(edited: Path) -> None:
    """A renamed goal is known to engagement.yaml only after both files changed."""
    for file in ("goals.yaml", "engagement.yaml"):
        rewrite(edited / file, "device-return:", "return-of-a-device:")
    changed = compare_targets(newest_bundle(edited), edited)
    assert changed.moved_by["engagement.yaml"] == [TOGETHER]
    gates = {g.workflow: (g.was, g.now, g.because) for g in changed.gates}
    assert gates["device-return"] == ("observe", None, ["the workflow is gone"])
    assert gates["return-of-a-device"][0] is None and changed.gone and changed.asked_anew


def test_a_changed_answer_says_who_gave_it_when_and_on_which_line(edited: Path, northwind) -> None:
    answers = edited / "answers.yaml"
    rewrite(
        answers,
        'subject: billing, answer: "yes", says: "Billing and Collections."',
        'subject: billing, answer: "no", says: "Nobody."',
    )
    (change, *rest) = input_changes(load_folder(northwind.folder), load_folder(edited))
    line = answers.read_text(encoding="utf-8").splitlines()[change.line - 1]
    assert change.key == "answers.api.owner_named(billing).answer" and (change.was, change.now) == ("yes", "no")
    assert change.by == "head of billing" and change.on and "subject: billing" in line
    assert [r.key for r in rest] == ["answers.api.owner_named(billing).says"]


def test_an_answer_put_in_front_does_not_make_the_others_look_changed(edited: Path, northwind) -> None:
    added = '  - {question: crm.sandbox_parity, subject: "*", answer: "no", by: somebody, on: 2026-11-20}\n'
    rewrite(edited / "answers.yaml", "answers:\n", f"answers:\n{added}")
    changes = input_changes(load_folder(northwind.folder), load_folder(edited))
    assert {c.key.rsplit(".", 1)[0] for c in changes} == {"answers.crm.sandbox_parity(*)"}
    assert {c.kind for c in changes} == {"added"}


def test_a_file_that_was_taken_out_is_told_key_by_key(edited: Path, northwind) -> None:
    (edited / "report.yaml").unlink()
    changes = input_changes(load_folder(northwind.folder), load_folder(edited))
    assert changes and {(c.file, c.kind, c.now) for c in changes} == {("report.yaml", "removed", "")}


def test_what_was_known_and_is_not_measured_any_more_is_listed(assessment: Assessment) -> None:
    lost, name = with_state(assessment, State.NOT_MEASURED, was=State.MET)
    found = compare(assessment, lost)
    assert names(found.no_longer_measured) == [name] and not found.broken and not found.mended


def test_what_ceased_to_apply_is_not_called_mended(assessment: Assessment) -> None:
    freed, name = with_state(assessment, State.NOT_APPLICABLE, was=State.NOT_MET)
    found = compare(assessment, freed)
    assert names(found.applicability) == [name] and not found.mended


def test_subjects_and_operations_that_left_are_gone_and_new_ones_are_new(assessment: Assessment) -> None:
    fewer = assessment.model_copy(update={"cells": assessment.cells[1:]})
    inventories = {"operations": ["crm.a", "crm.b"]}, {"operations": ["crm.b", "crm.c"]}
    found = compare(assessment, fewer, inventories=inventories)
    first = assessment.cells[0]
    assert names(found.gone) == [f"{first.probe}({first.subject})"] and found.gone[0].was is first.state
    assert (found.inventory_gone, found.inventory_new) == ({"operations": ["crm.a"]}, {"operations": ["crm.c"]})
    assert names(compare(fewer, assessment).asked_anew) == names(found.gone)


def test_a_workflow_that_left_counts_as_worse(assessment: Assessment) -> None:
    gates = {name: gate for name, gate in assessment.gates.items() if name != "billing-dispute"}
    found = compare(assessment, assessment.model_copy(update={"gates": gates}))
    assert "billing-dispute: act → gone" in found.worse


def test_another_catalogue_at_collection_is_said(assessment: Assessment) -> None:
    found = compare(assessment, assessment, collected_with=("2025.2", "2026.1"))
    assert any("2025.2" in remark and "2026.1" in remark for remark in found.remarks)
    assert found.old.collected_with == "2025.2" and found.catalogue == assessment.catalogue


def test_comparing_writes_nothing(northwind, edited: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in edited.rglob("*")}
    compare_targets(northwind.folder, edited)
    assert {p: p.stat().st_mtime_ns for p in edited.rglob("*")} == before


def test_the_command_prints_json_and_fails_only_when_asked(northwind, flawless) -> None:
    worse = CliRunner().invoke(cxready, ["compare", str(flawless.folder), str(northwind.folder), "--json"])
    assert worse.exit_code == 0
    assert Comparison.model_validate(json.loads(worse.output)).broken
    asked = ["compare", str(flawless.folder), str(northwind.folder), "--fail-on", "worse"]
    assert CliRunner().invoke(cxready, asked).exit_code == 1
    assert CliRunner().invoke(cxready, ["compare", asked[2], asked[1], *asked[3:]]).exit_code == 0


def test_a_bundle_in_a_folder_keeps_the_numbers_of_the_folder(northwind, edited: Path) -> None:
    with opened(edited) as at:
        numbers = {f.probe: f.number for f in judged(at).assessment.findings}
    (edited / "register.yaml").write_text(
        'format: 1\nfindings:\n  - {number: F-41, probe: api.writes_stick, subject: "billing.changePlan"}\n',
        encoding="utf-8",
    )
    found = compare_targets(newest_bundle(edited), newest_bundle(edited))
    assert (
        next(c.number for c in found.still_open if c.probe == "api.writes_stick")
        == "F-41"
        != numbers["api.writes_stick"]
    )
