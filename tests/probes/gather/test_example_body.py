"""What a trial sends where the engagement gives no example: texts that say whose they are, never an amount, never a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from probes.api.questions import GATHERERS
from probes.gather.example_body import OWN_TEXT, example_body
from probes.gather.guarded import find_operation
from probes.gather.plan import surface_of
from probes.gather.planning import plan as make_plan
from probes.gather.samples import Samples
from runtime.estate import Estate
from tests.probes.gather.odd_shop import shop
from tests.probes.gather.odd_shop_estate import DESCRIPTION

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def _made(folder: Path, properties: dict[str, Any], seen: dict[str, Any] | None = None) -> tuple[Any, list[str]]:
    """The body of createOrder when all of these properties are required and the engagement gives nothing."""
    with shop(folder) as (_, estate):
        document = yaml.safe_load(yaml.safe_dump(DESCRIPTION))
        schema = {"type": "object", "required": list(properties), "properties": properties}
        document["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"] = schema
        (folder / "made.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        bare = estate.systems["shop"].model_copy(
            update={
                "description": "made.yaml",
                "writes": estate.systems["shop"].writes.model_copy(
                    update={"example": {}, "test_customer": "t@x.example"}
                ),
            }
        )
        own = Estate(**{**vars(estate), "systems": {"shop": bare}})
        operation = find_operation(surface_of(own, "shop"), "createOrder")
        assert operation
        samples = Samples()
        samples.learn("shop", seen or {})
        return example_body(samples, own, "shop", operation, NOW)


@pytest.mark.parametrize(
    ("name", "schema", "sent"),
    [
        ("subject", {"type": "string"}, OWN_TEXT),
        ("subject", {"type": "string", "maxLength": 9}, "[cxready "),
        ("channel", {"type": "string", "enum": ["chat", "phone"]}, "chat"),
        ("urgent", {"type": "boolean"}, False),
        ("priority", {"type": "integer", "minimum": 3}, 3),
        ("tags", {"type": "array", "items": {"type": "string"}}, []),
        ("due", {"type": "string", "format": "date"}, "2026-11-23"),
        ("email", {"type": "string", "format": "email"}, "t@x.example"),
        ("currency", {"type": "string"}, "EUR"),
        ("last_name", {"type": ["string", "null"]}, OWN_TEXT),
        (
            "detail",
            {"type": "object", "required": ["why"], "properties": {"why": {"type": "string"}}},
            {"why": OWN_TEXT},
        ),
    ],
)
def test_a_required_field_is_made_from_its_schema(tmp_path: Path, name: str, schema: dict[str, Any], sent: Any) -> None:
    assert _made(tmp_path, {name: schema}) == ({name: sent}, [])


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("amount", {"type": "string"}),
        ("total_price", {"type": "number", "minimum": 1}),
        ("phone", {"type": "string"}),
        ("iban", {"type": "string"}),
        ("article", {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{9}$"}),
        ("subject", {"type": "string", "minLength": 500}),
    ],
)
def test_what_must_not_be_invented_is_asked_for(tmp_path: Path, name: str, schema: dict[str, Any]) -> None:
    assert _made(tmp_path, {name: schema}) == ({}, [name])


def test_other_records_lend_identifiers_and_nothing_else(tmp_path: Path) -> None:
    seen = {"plan_id": "P-7", "subject": "what a customer wrote", "email": "anna@customer.example", "amount": "99.00"}
    body, lacking = _made(tmp_path, {name: {"type": "string"} for name in seen}, seen)
    assert body == {"plan_id": "P-7", "subject": OWN_TEXT, "email": "t@x.example"} and lacking == ["amount"]


def test_the_plan_shows_what_is_sent_before_anything_is(tmp_path: Path) -> None:
    with shop(tmp_path) as (_, estate):
        made = make_plan(estate, GATHERERS)
    assert made.bodies["shop.createOrder"] == '{"text": " a test order "}'
    assert 'sent by a trial of shop.changeOrder: {"id": "O-1", "state": "held"}' in made.as_table()
