"""Every bundled use case runs from end to end on this machine, without a model, and its cases end as written beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assess.demo.use_cases import trial
from assess.demo.use_cases.folder import cases_of
from assess.engagement import load_folder
from assess.piloting import check_goals
from runtime.errors import BadInput
from runtime.understanding.encode import Encode

KINDS = {"resolving": "resolved", "over-limit": "handed_off", "ambiguous": "asked"}


@pytest.fixture(scope="module")
def encode() -> Encode:
    from kb_audit.embedding import encoder

    return encoder()


@pytest.mark.parametrize("name", trial.names())
def test_a_use_case_runs_from_end_to_end(name: str, tmp_path: Path, encode: Encode) -> None:
    tried = trial.try_use_case(name, tmp_path / name, encode)
    assert {one.name: one.wrong for one in tried if one.wrong} == {}
    log = (tmp_path / name / ".cxready" / "pilot.sqlite").read_bytes()
    assert b"4111" not in log and b"not for anybody" not in log, "restricted data is kept nowhere"


@pytest.mark.parametrize("name", trial.names())
def test_a_use_case_has_resolving_over_limit_ambiguous_and_faulty_cases(name: str) -> None:
    cases = {case["case"]: case["expect"] for case in cases_of(trial.place_of(name))}
    for kind, outcome in KINDS.items():
        assert any(n.startswith(kind) and said.get("outcome") == outcome for n, said in cases.items()), kind
    faulty = [said["outcome"] for n, said in cases.items() if n.startswith("faulty")]
    assert faulty


def test_what_a_use_case_wrote_is_a_folder_that_loads_and_lints(tmp_path: Path) -> None:
    with trial.systems_of("returns") as systems:
        trial.prepare(tmp_path, systems)
        folder = load_folder(tmp_path)
        check_goals(folder)
    assert all("expect" not in json.loads(line) for line in (tmp_path / "cases.jsonl").read_text().splitlines())
    assert "demo-" not in "".join(p.read_text() for p in tmp_path.rglob("*.yaml")), "no secret stands in a file"


def test_a_use_case_that_is_not_known_is_told_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="did you mean `returns`") as told:
        trial.known("retruns")
    assert "billing-dispute" in told.value.do
