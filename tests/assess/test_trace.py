"""Every figure of assessment.json is traced: worked out again from below, with the same value, in lines that end in a source."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assess.explain import explain_lines
from assess.issuing import issue_version, numbered
from assess.judge import Verdict
from assess.opening import judged, opened, write_verdict
from assess.since import judged_with_history
from assess.trace.figures import trace
from assess.trace.path import figures, read, shown
from runtime.errors import BadInput
from tests.assess.recorded import recorded_folder


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """The recorded estate after a first version was issued and an own view was changed."""
    folder = recorded_folder(tmp_path_factory.mktemp("trace") / "northwind")
    with opened(folder) as at:
        found = numbered(judged(at), folder)
        write_verdict(at, found)
        issue_version(at, found, lambda home: None)
    engagement = folder / "engagement.yaml"
    text = engagement.read_text(encoding="utf-8")
    engagement.write_text(text.replace("self_assessed: {crm: 4", "self_assessed: {crm: 3"), encoding="utf-8")
    with opened(folder) as at:
        return judged_with_history(at)


def test_every_figure_is_worked_out_again_with_the_same_value_and_a_source(verdict: Verdict) -> None:
    tree = verdict.assessment.model_dump(mode="json")
    found = list(figures(tree))
    assert len(found) > 1500
    wrong = []
    for path, value in found:
        traced = trace(verdict, path)
        if traced is None or traced.value is None or not math.isclose(traced.value, value, abs_tol=1e-6):
            wrong.append(f"{shown(path, tree)} = {value}, traced: {traced and traced.value}")
        elif not any(line.startswith(("from ", "issued on")) for line in traced.lines):
            wrong.append(f"{shown(path, tree)} names no source: {traced.lines}")
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize(
    "path",
    [
        "overall.confirmed",
        "levels.api.possible",
        "levels.crm.coverage.measured",
        "systems[billing].requests",
        "inventory.articles",
        "relations[PCI-DSS:4.0.1/4.2.1].met",
        "roadmap.milestones[0].p80_weeks",
        "business_case.scenarios[today].hours.p50",
    ],
)
def test_a_figure_that_somebody_changed_by_hand_no_longer_agrees_with_what_lies_below(
    verdict: Verdict, path: str
) -> None:
    tree = verdict.assessment.model_dump(mode="json")
    steps = read(path, tree)
    assert steps is not None
    _set(tree, steps, _at(tree, steps) + 1)
    forged = replace(verdict, assessment=type(verdict.assessment).model_validate(tree))
    traced = trace(forged, steps)
    assert traced is not None and traced.value != _at(tree, steps)


def test_a_figure_is_explained_by_its_path_with_names_for_indices(verdict: Verdict) -> None:
    lines = explain_lines(verdict, "business_case.scenarios[today].hours.p50")
    assert lines[0].startswith("business_case.scenarios[0].hours.p50 = ")
    assert any("Handling minutes today of billing-dispute" in line and "export: tickets.csv" in line for line in lines)
    assert lines[-1].strip().startswith("from business_case.yaml")


def test_a_step_says_what_it_may_still_miss(verdict: Verdict) -> None:
    lines = explain_lines(verdict, "levels.api.units.billing.steps[0].may_miss")
    assert "most weight that may be missing while more than 85 % is met" in lines[1]
    assert any(line.strip().startswith("met: api.") for line in lines)


def test_a_whole_branch_is_explained_figure_by_figure(verdict: Verdict) -> None:
    lines = explain_lines(verdict, "levels.crm.coverage")
    assert sum(" = " in line and line.startswith("levels.crm.coverage.") for line in lines) == 6


def test_an_answer_shows_its_grade_and_age(verdict: Verdict) -> None:
    assert any("(attested, " in line and "days old)" in line for line in explain_lines(verdict, "api.owner_named"))


def test_a_gate_says_what_it_could_be_and_by_which_list(verdict: Verdict) -> None:
    lines = explain_lines(verdict, "plan-change")
    could = [line for line in lines if "could be" in line]
    assert could and all(", if " in line for line in could)


def test_a_path_that_leads_nowhere_is_said(verdict: Verdict) -> None:
    with pytest.raises(BadInput, match="nothing called"):
        explain_lines(verdict, "roadmap.milestones[99].p80_weeks")


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def _set(tree: Any, path: tuple[str, ...], value: Any) -> None:
    home = _at(tree, path[:-1])
    home[int(path[-1]) if isinstance(home, list) else path[-1]] = value


def test_names_with_dots_are_keys_of_their_own(verdict: Verdict) -> None:
    tree = verdict.assessment.model_dump(mode="json")
    steps = read("gates.billing-dispute.writes.billing.createCredit.settle_s", tree)
    assert steps == ("gates", "billing-dispute", "writes", "billing.createCredit", "settle_s")


def test_the_folder_stays_as_it_was(verdict: Verdict, tmp_path: Path) -> None:
    folder = recorded_folder(tmp_path / "n")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with opened(folder) as at:
        explain_lines(judged(at), "overall.confirmed")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
