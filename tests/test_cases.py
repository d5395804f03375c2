"""Every example under tests/cases/<dimension>/<question>/ is judged: artifacts in, state and cause out. A new case
needs no code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from assess.catalogue import catalogue
from probes.artifact import Artifact
from probes.finding import Subject
from probes.probe import Probe

CASES = Path(__file__).parent / "cases"
MODULES = {
    "api": ("probes.api", "probes.crm"),
    "crm": ("probes.crm", "probes.api"),
    "guardrails": ("probes.guardrails",),
    "escalation": ("probes.escalation",),
    "knowledge": ("kb_audit.probes",),
}


def _cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*/*/*.json")):
        if "artifacts" not in json.loads(path.read_text(encoding="utf-8")):
            continue  # other tests read examples of their own shape
        yield pytest.param(path, id="/".join(path.relative_to(CASES).with_suffix("").parts))


def probe_of(dimension: str, question: str) -> Probe:
    """The probe that a case's folder names: one file, one question."""
    for package in MODULES[dimension]:
        try:
            module = import_module(f"{package}.{question}")
        except ModuleNotFoundError:
            continue
        name = "".join(part.capitalize() for part in question.split("_"))
        found: type[Probe] = getattr(module, name)
        return found()
    raise AssertionError(f"no file for {dimension}.{question}")


def artifacts_of(probe: Probe, written: list[dict[str, Any]], subject: Subject) -> list[Artifact]:
    """The artifacts of a case, in the order of the probe's needs; the subject stands once for all."""
    return [
        kind.model_validate({"subject": subject.model_dump(), **fields})
        for kind, fields in zip(probe.needs, written, strict=True)
    ]


def test_every_essential_question_has_an_example_that_is_met_and_one_that_is_not() -> None:
    states: dict[str, set[str]] = {}
    for path in CASES.glob("*/*/*.json"):
        states.setdefault(path.parts[-2], set()).add(json.loads(path.read_text(encoding="utf-8")).get("state", ""))
    essential = {probe.question for probe in catalogue().probes if probe.essential}
    assert {q: states.get(q, set()) for q in essential if not {"met", "not_met"} <= states.get(q, set())} == {}


@pytest.mark.parametrize("path", _cases())
def test_the_case_is_judged_as_it_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    probe = probe_of(path.parts[-3], path.parts[-2])
    subject = Subject(**case.get("subject", {"unit": "billing"}))
    artifacts = artifacts_of(probe, case["artifacts"], subject)
    outcome = probe.judge(*artifacts, subject=subject) if probe.asks_subject else probe.judge(*artifacts)
    assert (outcome.state.value, outcome.cause) == (case["state"], case.get("cause", "")), outcome.title
    assert case.get("says", "") in outcome.title
    if outcome.state.value == "not_met":
        assert outcome.cause and outcome.consequence
    if outcome.state.value == "not_measured":
        assert outcome.would_measure.endswith("."), "one sentence that says what to do"
        assert len(outcome.would_measure.split()) > 5 and "what the message names" not in outcome.would_measure
    assert "  " not in outcome.title and not outcome.title.endswith((".", " ")), "a heading, not a paragraph"
    assert not re.search(r"\b1 (\w+ )?(articles|writes|operations|actions|handoffs|calls|categories)\b", outcome.title)
