"""Drift since the last bundle and parity with production, on descriptions that really changed; nothing is sent."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from probes.api.no_drift import NoDrift
from probes.bundle import Bundle
from probes.crm.sandbox_parity import SandboxParity
from probes.finding import State, Subject
from probes.gather import versions
from probes.gather.run import collect
from probes.gather.versions import Drift, Parity
from runtime.estate import Estate
from tests.probes.gather.odd_shop import shop
from tests.probes.gather.odd_shop_estate import DESCRIPTION

KINDS = {Drift.kind: Drift, Parity.kind: Parity}
WHOLE = Subject(unit="shop")


def test_a_field_that_must_be_sent_now_is_drift_of_the_workflow_that_sends_it(tmp_path: Path) -> None:
    with shop(tmp_path) as (_, estate):
        estate = _described(estate, tmp_path, DESCRIPTION)
        _collect(estate, tmp_path, hour=9)
        changed = copy.deepcopy(DESCRIPTION)
        body = changed["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        body["required"] = ["text", "reference"]
        found = _collect(_described(estate, tmp_path, changed), tmp_path, hour=10)

    drift = found.get(Drift, WHOLE)
    assert isinstance(drift, Drift) and drift.since.endswith("T0900Z")
    assert drift.hit == {"orders": ("shop.createOrder",)}
    outcome = NoDrift().judge(drift)
    assert outcome.state is State.NOT_MET and "body.reference is required now" in outcome.evidence[0].says


def test_the_first_bundle_has_nothing_to_drift_from_and_an_unnamed_production_is_not_measured(tmp_path: Path) -> None:
    with shop(tmp_path) as (_, estate):
        found = _collect(_described(estate, tmp_path, DESCRIPTION), tmp_path, hour=9)

    assert not isinstance(found.get(Drift, WHOLE), Drift) and not isinstance(found.get(Parity, WHOLE), Parity)


def test_production_that_lacks_what_workflows_call_is_named(tmp_path: Path) -> None:
    there = copy.deepcopy(DESCRIPTION)
    del there["paths"]["/orders/{id}"]["patch"]
    with shop(tmp_path) as (_, estate):
        (tmp_path / "descriptions").mkdir()
        (tmp_path / "descriptions" / "production.yaml").write_text(yaml.safe_dump(there), encoding="utf-8")
        estate = _described(estate, tmp_path, DESCRIPTION, production_description="descriptions/production.yaml")
        found = _collect(estate, tmp_path, hour=9)

    parity = found.get(Parity, WHOLE)
    assert isinstance(parity, Parity) and parity.compared == 2
    outcome = SandboxParity().judge(parity)
    assert outcome.state is State.NOT_MET and "changeOrder: is gone" in outcome.evidence[0].says


def _described(estate: Estate, folder: Path, document: dict[str, Any], **more: str) -> Estate:
    (folder / "descriptions").mkdir(exist_ok=True)
    (folder / "descriptions" / "shop.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    settings = estate.systems["shop"].model_copy(update={"description": "descriptions/shop.yaml", **more})
    return replace(estate, systems={"shop": settings})


def _collect(estate: Estate, folder: Path, hour: int) -> Bundle:
    result = collect(
        estate,
        folder=folder,
        kinds=KINDS,
        gatherers=(versions.GATHERER,),
        derivers=(),
        secrets={"SHOP_TOKEN": "token-of-the-agent"},
        now=datetime(2026, 11, 1, hour, tzinfo=UTC),
    )
    return Bundle.open(result.bundle_path)
