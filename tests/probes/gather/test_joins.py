"""The bridge between usage and billing: found when it is missing, found when nobody named it, followed when it is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assess.demo.estate import start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.measuring import measure
from assess.opening import judged, opened
from probes.finding import State
from probes.gather.joins import unlinked
from runtime.estate import Estate

BRIDGE = "charge_id: billing.charge_id"


def assessed(folder: Path, changes: Mapping[str, str]) -> Any:
    """The demo estate with some of its engagement changed, measured as far as keys need it, and judged."""
    with start() as estate:
        write_folder(folder, estate)
        engagement = folder / "engagement.yaml"
        text = engagement.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert re.search(old, text), old
            text = re.sub(old, new, text)
        engagement.write_text(text, encoding="utf-8")
        measure(load_folder(folder), only_probe="api.joins", secrets=estate.environment())
    with opened(folder) as at:
        return judged(at).assessment


def test_usage_and_billing_without_a_bridge_are_found(tmp_path: Path) -> None:
    a = assessed(tmp_path / "northwind", {BRIDGE: "invoice_id: billing.invoice_id"})

    finding = next(f for f in a.findings if f.probe == "api.joins")
    assert finding.subject.unit == "usage" and finding.cause == "key missing"
    assert "invoice_id → billing.invoice_id" in finding.title and "billing-dispute" in finding.workflows
    drawn = {(j.source, j.target): j.state for j in a.joins}
    assert drawn[("usage.invoice_id", "billing.invoice_id")] is State.NOT_MET
    assert drawn[("usage.contract_id", "crm.contract_id")] is State.MET, "the other key of usage holds, and is drawn so"


def test_a_bridge_that_nobody_named_is_not_passed_over(tmp_path: Path) -> None:
    a = assessed(tmp_path / "northwind", {r"joins: \{contract_id: crm.contract_id, charge_id.*\}": "# no joins"})

    cell = next(c for c in a.cells if c.probe == "api.joins" and c.subject.unit == "usage")
    assert cell.state is State.NOT_MEASURED and "no key between them is named" in cell.title
    missing = next(j for j in a.joins if {j.source, j.target} == {"usage", "billing"})
    assert missing.state is State.NOT_MEASURED and "billing-dispute" in missing.says


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    folder = tmp_path_factory.mktemp("joins") / "northwind"
    with start() as running:
        write_folder(folder, running)
    return load_folder(folder).estate


def test_a_chain_of_keys_links_two_systems(estate: Estate) -> None:
    assert unlinked(estate, "usage") == {}
    settings = {
        n: s.model_copy(update={"joins": {"contract_id": "crm.x"} if s.joins else {}})
        for n, s in estate.systems.items()
    }
    assert unlinked(replace(estate, systems=settings), "usage") == {}, "over the CRM"


def test_systems_without_a_customers_records_need_no_key(estate: Estate) -> None:
    settings = {n: s.model_copy(update={"joins": {}}) for n, s in estate.systems.items()}
    alone = replace(estate, systems=settings)
    assert unlinked(alone, "mail") == unlinked(alone, "identity") == {}
    assert set(unlinked(alone, "usage")) == {"crm", "billing"}
