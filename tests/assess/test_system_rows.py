"""Rows of systems: stability in words, keys each for itself, a recognised vendor with its documentation; and at `init`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assess.assessment import DimensionLevel
from assess.engagement import Folder, load_folder
from assess.starting import start_folder
from assess.system_rows import join_rows, system_rows
from probes.artifact import Artifact, Missing
from probes.derive.surface_diff import SurfaceChange
from probes.finding import Subject
from probes.gather.describe import Described, OperationSeen
from probes.gather.versions import Drift
from tests.assess.recorded import recorded_folder


class Store:
    def __init__(self, *artifacts: Artifact) -> None:
        self._held = {a.key: a for a in artifacts}

    def get(self, kind: type[Any], subject: Subject) -> Artifact | Missing:
        gone = Missing(wanted=kind.kind, subject=subject, cause="no_input")
        return self._held.get((kind.kind, subject.unit, subject.item), gone)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return load_folder(recorded_folder(tmp_path_factory.mktemp("rows") / "northwind"))


def row(folder: Folder, *artifacts: Artifact) -> Any:
    level = DimensionLevel.model_validate({"confirmed": 1, "possible": 1, "coverage": {}})
    rows = system_rows(folder, [], {"crm": level, "api": level}, [], {}, Store(*artifacts))
    return next(r for r in rows if r.name == "billing")


def described(**more: Any) -> Described:
    return Described(subject=Subject(unit="billing"), protocol="rest", **more)


OLD = OperationSeen(id="a", method="GET", path="/a", reads=True, called=True, deprecated=True)
BROKEN = SurfaceChange(operation="a", what="is gone", breaking=True)
DRIFT = Drift(subject=Subject(unit="billing"), since="2026-10-01T0900Z", changes=(BROKEN,))


@pytest.mark.parametrize(
    ("artifacts", "says"),
    [
        ((), ""),
        ((described(),), "no word on changes"),
        ((described(api_version="1.4.0", states_change_policy="90 days"),), "1.4.0; notice stated"),
        ((described(api_version="urn:northwind:usage:1"),), "no word on changes"),
        ((described(operations=(OLD,)),), "1 operation deprecated; no word on changes"),
        ((described(vendor="stripe"),), "documented: Stripe-Version; no word on changes"),
        ((described(), DRIFT), "no word on changes; 1 breaking change since 2026-10-01T0900Z"),
    ],
)
def test_stability_says_what_the_document_and_the_bundle_before_say(
    artifacts: tuple[Artifact, ...], says: str, folder: Folder
) -> None:
    assert row(folder, *artifacts).stability == says


def test_a_recognised_vendors_documentation_comes_along_untried(folder: Folder) -> None:
    found = row(folder, described(vendor="stripe"))
    assert found.vendor == "Stripe" and {note.about for note in found.vendor_says} >= {"repeat_safe", "sandbox"}
    assert not any(note.tried for note in found.vendor_says)
    assert row(folder, described()).vendor_says == []


def test_keys_that_nobody_followed_are_not_measured(folder: Folder) -> None:
    rows = join_rows(folder, [], Store())
    assert len(rows) == 6 and {r.state.value for r in rows} == {"not_measured"}


def test_init_recognises_a_vendor_by_the_servers_of_a_description(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Money out", "version": "1"},
        "servers": [{"url": "https://{host}/v1", "variables": {"host": {"default": "api-m.sandbox.paypal.com"}}}],
        "paths": {"/captures/{id}/refund": {"post": {"operationId": "refundCapture", "responses": {"201": {"description": "made"}}}}},
    }  # fmt: skip
    (inbox / "out.json").write_text(json.dumps(document), encoding="utf-8")
    started = start_folder(tmp_path / "new", "Test", inbox)

    assert any(
        "recognised as PayPal, by its servers" in remark and "none tried live" in remark for remark in started.remarks
    )
    engagement = (tmp_path / "new" / "engagement.yaml").read_text(encoding="utf-8")
    assert "# PayPal, by its servers" in engagement
    assert load_folder(tmp_path / "new").estate.systems["out"].role == "billing"
    effects = (tmp_path / "new" / "effects" / "out.yaml").read_text(encoding="utf-8")
    assert (
        "repeat: {key: PayPal-Request-Id}" in effects
        and "PayPal documents PayPal-Request-Id: is it taken here?" in effects
    )
