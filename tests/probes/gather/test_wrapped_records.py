"""Records that are wrapped, sent and answered, and creates that name their record in Location alone: written, read back,
put back and removed like any others; and nobody else's record is changed.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from probes.api.questions import GATHERERS
from probes.artifact import Missing
from probes.bundle import Bundle
from probes.finding import Subject
from probes.gather.run import CollectResult, collect
from probes.gather.write_evidence import WriteRoundTrip
from runtime.estate import Estate
from tests.probes.gather.collecting import KINDS
from tests.probes.gather.odd_shop import Shop, shop
from tests.probes.gather.odd_shop_estate import DESCRIPTION

SECRETS = {"SHOP_TOKEN": "token-of-the-agent"}
Answer = tuple[int, Any, dict[str, str]]


class WrappedShop(Shop):
    """`{"order": {…}}` on the way in and out, as Rails has it."""

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: Any) -> Answer:
        status, told, more = super().answer(method, path, query, headers, body.get("order", {}) if body else {})
        return status, {"order": told} if isinstance(told, dict) and "id" in told else told, more


class TellsByLocation(Shop):
    """A create is answered with 201, a Location and nothing else."""

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: Any) -> Answer:
        status, told, more = super().answer(method, path, query, headers, body)
        if method == "POST" and status == 201:
            return 201, {}, {**more, "Location": f"/orders/{told['id']}"}
        return status, told, more


def _wrapped(estate: Estate, folder: Path, example: dict[str, Any]) -> Estate:
    document = copy.deepcopy(DESCRIPTION)
    for path, method in (("/orders", "post"), ("/orders/{id}", "patch")):
        media = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        media["schema"] = {"type": "object", "required": ["order"], "properties": {"order": media["schema"]}}
    document["paths"]["/orders/{id}"]["get"]["responses"] = {"200": {"description": "one"}}
    document["paths"]["/orders/{id}"]["patch"]["responses"] = {"200": {"description": "one"}}
    document["paths"]["/orders"]["post"]["responses"] = {"201": {"description": "one"}}
    (folder / "shop.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    settings = estate.systems["shop"]
    writes = settings.writes.model_copy(update={"example": example})
    return replace(estate, systems={"shop": settings.model_copy(update={"writes": writes})})


def _collected(estate: Estate, folder: Path) -> tuple[CollectResult, dict[str, Any]]:
    result = collect(estate, folder=folder, kinds=KINDS, gatherers=GATHERERS, derivers=(), secrets=SECRETS)
    bundle = Bundle.open(result.bundle_path)
    trips = {n: bundle.get(WriteRoundTrip, Subject(unit="shop", item=n)) for n in ("createOrder", "changeOrder")}
    return result, trips


def test_wrapped_records_are_written_read_back_and_taken_back(tmp_path: Path) -> None:
    example = {
        "createOrder": {"order": {"text": "a test order"}},
        "changeOrder": {"id": "O-1", "order": {"state": "held"}},
    }
    with shop(tmp_path, kept_as=WrappedShop) as (state, estate):
        before = copy.deepcopy(state.orders)
        result, trips = _collected(_wrapped(estate, tmp_path, example), tmp_path)
    assert not result.left_behind and state.orders == before
    assert trips["createOrder"].kept == ("order.text",) and trips["createOrder"].undone == "removed"
    assert trips["changeOrder"].kept == ("order.state",) and trips["changeOrder"].undone == "reversed"


def test_a_dropped_change_inside_an_envelope_is_seen(tmp_path: Path) -> None:
    example = {"createOrder": {"order": {"text": "x"}}, "changeOrder": {"id": "O-1", "order": {"state": "held"}}}
    with shop(tmp_path, "drops", kept_as=WrappedShop) as (_, estate):
        _, trips = _collected(_wrapped(estate, tmp_path, example), tmp_path)
    assert [one.name for one in trips["changeOrder"].dropped] == ["order.state"]


def test_a_record_that_only_its_location_names_is_found_and_removed(tmp_path: Path) -> None:
    with shop(tmp_path, kept_as=TellsByLocation) as (state, estate):
        result, trips = _collected(estate, tmp_path)
    assert not state.own() and not result.left_behind
    assert trips["createOrder"].found and trips["createOrder"].undone == "removed"


def test_a_record_that_nobody_named_and_that_is_not_the_test_customers_is_not_changed(tmp_path: Path) -> None:
    """Its id came from an answer: it may be anybody's."""
    example = {"text": "a test order", "changeOrder": {"state": "held"}}
    with shop(tmp_path) as (state, estate):
        settings = estate.systems["shop"]
        writes = settings.writes.model_copy(update={"example": example})
        result, trips = _collected(
            replace(estate, systems={"shop": settings.model_copy(update={"writes": writes})}), tmp_path
        )
    change = trips["changeOrder"]
    assert isinstance(change, Missing) and "not known to be the test customer's" in change.detail
    assert all(order["state"] == "open" for order in state.orders.values()) and not result.left_behind
