"""Issued versions: frozen with their inputs, checked when opened, compared with what came after; promises are kept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.cli.compare import compare
from assess.cli.judging import assess
from assess.cli.report import report
from assess.comparing import compare_targets
from assess.issued import read_issued, versions
from assess.opening import judged, opened
from assess.register import read as read_register
from assess.since import judged_with_history
from runtime.errors import BadInput, Conflict
from tests.assess.recorded import recorded_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_folder(tmp_path / "northwind")


def issue(folder: Path) -> Path:
    done = CliRunner().invoke(report, [str(folder), "-f", "md", "--issue"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return versions(folder)[-1]


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_a_report_is_frozen_with_its_inputs_and_numbered(folder: Path) -> None:
    first, second = issue(folder), issue(folder)
    assert (first.name[-3:], second.name[-3:]) == ("-v1", "-v2")
    frozen = read_issued(first)
    assert {"assessment.json", "gate.json", "report.md", "inputs/engagement.yaml", "inputs/register.yaml"} <= set(
        frozen.files
    )
    assert json.loads((first / "assessment.json").read_text())["version"] == 1


def test_a_version_is_judged_again_from_its_own_files_and_gives_the_same(folder: Path) -> None:
    version = issue(folder)
    edit(folder, "engagement.yaml", "target_level: 4", "target_level: 3")
    with opened(version) as at:
        again = judged(at).assessment.model_copy(update={"version": 1})
    assert json.loads((version / "assessment.json").read_text()) == again.model_dump(mode="json")


def test_a_frozen_file_that_was_changed_is_refused_by_name(folder: Path) -> None:
    version = issue(folder)
    edit(version, "inputs/answers.yaml", "format: 1", "format: 1 ")
    with pytest.raises(Conflict, match="changed or lost") as refused, opened(version):
        pass
    assert "answers.yaml" in str(refused.value)


def test_judging_a_version_again_leaves_it_as_it_is(folder: Path) -> None:
    version = issue(folder)
    before = {p: p.read_bytes() for p in version.rglob("*") if p.is_file()}
    assert CliRunner().invoke(assess, [str(version)], catch_exceptions=False).exit_code == 0
    assert {p: p.read_bytes() for p in version.rglob("*") if p.is_file()} == before


def test_a_bundle_issues_nothing(folder: Path) -> None:
    bundle = next((folder / "bundles").glob("*.zip"))
    with pytest.raises(BadInput, match="only a folder issues versions"):
        CliRunner().invoke(report, [str(bundle), "-f", "json", "--issue"], catch_exceptions=False)


def test_a_version_without_its_bundle_says_which_is_gone(folder: Path) -> None:
    version = issue(folder)
    for path in sorted((folder / "bundles").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with pytest.raises(BadInput, match="is gone"), opened(version):
        pass


def test_the_page_says_what_an_answer_on_friday_moved_and_what_it_did_not(folder: Path) -> None:
    issue(folder)
    edit(folder, "guardrails.yaml", "autonomy: act", "autonomy: approve")
    edit(folder, "answers.yaml", 'subject: billing, answer: "yes"', 'subject: billing, answer: "don\'t know"')
    with opened(folder) as at:
        since = judged_with_history(at).assessment.since
    assert since is not None and since.version == 1 and since.same_evidence
    answer = next(i for i in since.inputs if i.file == "answers.yaml")
    assert (answer.was, answer.now, answer.by, answer.on) == ("yes", "don't know", "head of billing", answer.on)
    assert answer.on and answer.line > 1
    assert any("guardrails" in u for u in since.unmoved) and since.unmoved
    by_file = {m.file: m.moves for m in since.by_file}
    assert set(by_file) == {"answers.yaml", "guardrails.yaml"}


def test_what_people_thought_and_what_was_confirmed_stand_side_by_side_through_time(folder: Path) -> None:
    issue(folder)
    edit(folder, "engagement.yaml", "self_assessed: {crm: 4", "self_assessed: {crm: 2")
    with opened(folder) as at:
        rows = judged_with_history(at).assessment.standings
    assert [r.name for r in rows] == ["version 1", "now"]
    assert [r.self_assessed["crm"] for r in rows] == [4, 2]
    assert rows[0].confirmed == rows[1].confirmed


def test_two_versions_can_be_compared(folder: Path) -> None:
    first = issue(folder)
    edit(folder, "engagement.yaml", "target_level: 4", "target_level: 5")
    second = issue(folder)
    found = compare_targets(first, second)
    assert found.same_evidence and [i.key for i in found.inputs] == ["target_level"]
    done = CliRunner().invoke(compare, [str(first), str(second)], catch_exceptions=False)
    assert "target_level" in done.output


def test_the_first_promise_of_a_task_stays_and_a_finished_task_changes_the_pace(folder: Path) -> None:
    issue(folder)
    promises = {e.number: e for e in read_register(folder / "register.yaml").findings}
    one = next(e for e in promises.values() if e.days)
    assert one.p50 and one.p80 and one.p50 <= one.p80
    late = f"finished: [{{finding: {one.number}, days: {one.days[1] * 3}, done: {date.max.year - 1}-01-01}}]\n"  # type: ignore[index]
    with (folder / "report.yaml").open("a", encoding="utf-8") as file:
        file.write(late)
    issue(folder)
    assert read_register(folder / "register.yaml").findings == list(promises.values())
    with opened(folder) as at:
        roadmap = judged(at).assessment.roadmap
    assert roadmap.pace.finished == 1 and roadmap.pace.median > 1.3 and roadmap.pace.sigma < 0.35
    assert [(h.percentile, h.hits, h.of, h.calibrated) for h in roadmap.hit_rates] == [
        (50, 0, 1, False),
        (80, 0, 1, False),
    ]
    assert any("learnt from 1 finished task" in line for line in roadmap.assumptions)
