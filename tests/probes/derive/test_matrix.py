"""Declared against measured: every example gives its cell, and nothing is agreed without evidence, whatever is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.artifact import Artifact, Missing
from probes.derive.matrix import matrix
from probes.derive.matrix_cells import Matrix, MatrixCell
from probes.finding import Subject
from probes.gather.error_shapes import ErrorShapes
from probes.gather.limits import Latency, Limits
from probes.gather.pagination import Pagination
from probes.gather.promises import Promises
from probes.gather.read import Answers
from probes.gather.repeat import RepeatTrial
from probes.gather.sign_in import MachineAuth
from probes.gather.write_evidence import LostUpdates, WriteRoundTrip

CASES = sorted((Path(__file__).parents[2] / "cases" / "api" / "declared_against_measured").glob("*.json"))
KINDS: Mapping[str, type[Artifact]] = {
    kind.kind: kind
    for kind in (
        Answers,
        ErrorShapes,
        Latency,
        Limits,
        LostUpdates,
        MachineAuth,
        Pagination,
        Promises,
        RepeatTrial,
        WriteRoundTrip,
    )
}


class Store:
    """Artifacts of one system, and Missing for all others."""

    def __init__(self, *artifacts: Artifact) -> None:
        self._held = {a.key: a for a in artifacts}

    def get(self, kind: type[Any], subject: Subject) -> Artifact | Missing:
        gone = Missing(wanted=kind.kind, subject=subject, cause="budget", detail="the budget was used up")
        return self._held.get((kind.kind, subject.unit, subject.item), gone)


def artifacts_of(case: Mapping[str, Any]) -> list[Artifact]:
    found: list[Artifact] = []
    for written in case["evidence"]:
        fields = {k: v for k, v in written.items() if k not in ("kind", "item")}
        subject = Subject(unit="shop", item=written.get("item", ""))
        found.append(KINDS[written["kind"]].model_validate({"subject": subject, **fields}))
    return found


def promises_of(case: Mapping[str, Any]) -> Promises:
    return Promises.model_validate({"subject": {"unit": "shop"}, **case["promises"]})


def made(*artifacts: Artifact) -> Matrix:
    found = matrix("shop", Store(*artifacts))
    assert found is not None
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_example_gives_its_cell(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    wanted = case["cell"]
    cell = made(promises_of(case), *artifacts_of(case)).cell(wanted["about"], wanted["operation"])
    assert cell is not None
    assert cell.verdict == wanted["verdict"], f"{case['says']} {cell}"
    assert wanted["seen"] in cell.seen
    assert bool(cell.evidence) == (cell.verdict != "not_measured")


def test_every_property_and_every_verdict_has_an_example() -> None:
    cells = [json.loads(path.read_text(encoding="utf-8"))["cell"] for path in CASES]
    assert {c["verdict"] for c in cells} == {"agreed", "contradicted", "undocumented", "neither", "not_measured"}
    assert len({c["about"] for c in cells}) == 15


@pytest.mark.parametrize("verdict", ["agreed", "contradicted", "undocumented", "neither"])
def test_no_cell_can_be_made_without_evidence(verdict: str) -> None:
    with pytest.raises(ValidationError, match="without evidence"):
        MatrixCell.model_validate({"about": "limits", "declared": "600", "verdict": verdict})


def test_silence_cannot_be_agreed() -> None:
    with pytest.raises(ValidationError, match="silence"):
        MatrixCell.model_validate({"about": "limits", "verdict": "agreed", "evidence": "artifacts/limits/shop.json"})


def everything() -> tuple[list[dict[str, Any]], list[Artifact]]:
    """Promises and artifacts of all examples that fit into one system."""
    promises: dict[tuple[str, str], dict[str, Any]] = {}
    held: dict[tuple[str, str, str], Artifact] = {}
    for path in CASES:
        case = json.loads(path.read_text(encoding="utf-8"))
        promises |= {(p["about"], p["operation"]): p for p in case["promises"]["promises"]}
        held |= {a.key: a for a in artifacts_of(case)}
    return list(promises.values()), list(held.values())


METHODS = {"getThing": "GET", "saveThing": "POST", "changeThing": "PATCH", "dropThing": "DELETE"}
ALL_PROMISES, ALL_ARTIFACTS = everything()


def of(promises: list[dict[str, Any]], artifacts: list[Artifact]) -> dict[tuple[str, str], MatrixCell]:
    declared = {"described": list(METHODS), "reads": ["getThing"], "methods": METHODS, "promises": promises}
    found = made(Promises.model_validate({"subject": {"unit": "shop"}, **declared}), *artifacts)
    return {(c.about, c.operation): c for c in found.cells}


@settings(max_examples=60, deadline=None)
@given(
    kept=st.lists(st.sampled_from(range(len(ALL_ARTIFACTS))), unique=True),
    said=st.lists(st.sampled_from(range(len(ALL_PROMISES))), unique=True),
)
def test_less_evidence_and_fewer_words_never_make_an_agreement(kept: list[int], said: list[int]) -> None:
    whole = of([ALL_PROMISES[i] for i in said], ALL_ARTIFACTS)
    less = of([ALL_PROMISES[i] for i in said], [ALL_ARTIFACTS[i] for i in kept])
    named = {f"artifacts/{a.kind}/" for i in kept for a in [ALL_ARTIFACTS[i]]}
    for key, cell in less.items():
        if cell.verdict in ("agreed", "contradicted"):
            assert cell.declared, "silence cannot be agreed"
        if cell.verdict != "not_measured":
            assert any(cell.evidence.startswith(place) for place in named), f"{key} rests on what was taken away"
        if cell.verdict == "agreed" and key[0] not in ("status", "schema"):
            assert whole[key].verdict == "agreed"
