"""--what-if: questions, findings, answers and written values; nothing is written; what stays is said with what holds it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assess.cli.judging import assess
from assess.opening import judged, opened
from assess.what_if import what_if
from probes.artifact import Missing
from probes.bundle import Bundle
from probes.finding import Subject
from probes.gather.describe import Described
from runtime.errors import BadInput
from tests.assess.recorded import recorded_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_folder(tmp_path_factory.mktemp("whatif") / "northwind")


def moved(folder: Path, *said: str) -> list[str]:
    with opened(folder) as at:
        return what_if(at, judged(at), said)[1]


def number(folder: Path, probe: str) -> str:
    with opened(folder) as at:
        return next(f.number for f in judged(at).assessment.findings if f.probe == probe)


def test_a_finding_that_is_mended_moves_its_gate_or_says_what_holds_it_then(folder: Path) -> None:
    said = moved(folder, f"{number(folder, 'knowledge.no_conflicts')}=met")
    assert any(line.startswith("device-return") for line in said)


def test_an_essential_that_fails_closes_what_stands_on_it(folder: Path) -> None:
    said = moved(folder, "guardrails.kill_switch=not_met")
    assert any(line.startswith("guardrails: level 4") for line in said)
    assert any(line.startswith("billing-dispute: ") and "→" in line for line in said)


def test_a_narrower_limit_on_autonomy_caps_the_workflow(folder: Path) -> None:
    with opened(folder) as at:
        now, said = what_if(at, judged(at), ["guardrails.actions.issue_credit.autonomy=observe"])
    assert now.gates["billing-dispute"].autonomy == "observe"
    assert any(line.startswith("billing-dispute: ") for line in said)


class WithoutDescriptions(Bundle):
    """The bundle as it would be where no system could be reached: an owner is known by answers alone."""

    def __init__(self, whole: Bundle) -> None:
        super().__init__(whole.root, whole.manifest, whole.name)

    def get(self, kind: type[Any], subject: Subject) -> Any:
        if kind is Described:
            return Missing(wanted=kind.kind, subject=subject, cause="unreachable")
        return super().get(kind, subject)


def test_an_answer_counts_as_if_it_had_been_given(folder: Path) -> None:
    with opened(folder) as whole:
        at = replace(whole, bundle=WithoutDescriptions(whole.bundle))
        then, _ = what_if(at, judged(at), ["answers.api.owner_named(billing)=no"])
    cell = next(c for c in then.cells if c.probe == "api.owner_named" and c.subject.unit == "billing")
    assert cell.state == "not_met" and "what if" in cell.title


def test_two_suppositions_hold_together(folder: Path) -> None:
    with opened(folder) as at:
        then, _ = what_if(at, judged(at), ["engagement.profile=regulated-finance", "engagement.target_level=5"])
    assert (then.profile, then.overall.target) == ("regulated-finance", 5)


def test_nothing_is_written(folder: Path) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    done = CliRunner().invoke(
        assess, [str(folder), "--what-if", "api.writes_stick=met", "--json"], catch_exceptions=False
    )
    said = json.loads(done.output)
    assert said["what_if"] == ["api.writes_stick=met"] and said["assessment"]["format"] == 1
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_condition_is_held_against_what_is_supposed(folder: Path) -> None:
    asked = [str(folder), "--fail-on", "gate:observe"]
    assert CliRunner().invoke(assess, asked).exit_code == 1
    mended = [*asked, "--what-if", f"{number(folder, 'escalation.route_defined')}=met"]
    assert CliRunner().invoke(assess, mended).exit_code == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("F-99=met", "no question, finding or written value"),
        ("api.writes_stik=met", "did you mean `api.writes_stick`"),
        ("api.writes_stick", "supposes nothing"),
        ("answers.api.owner_named=perhaps", "is no answer"),
        ("engagement.targt_level=3", "did you mean `target_level`"),
        ("guardrails.actions.nope.autonomy=act", "is not there"),
        ("engagement.target_level=9", "target_level"),
    ],
)
def test_what_cannot_be_supposed_is_refused_without_a_temporary_path(folder: Path, said: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        moved(folder, said)
    assert why in str(refused.value)
    assert "/tmp" not in str(refused.value)
