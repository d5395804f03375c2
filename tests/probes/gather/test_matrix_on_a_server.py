"""Declared against measured on a real server, defect by defect; and a vendor's key, tried and not taken for granted."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from assess.rows import repeat_safe
from probes.api.questions import DERIVERS, GATHERERS
from probes.api.repeat_safe import RepeatSafe
from probes.bundle import Bundle
from probes.derive.matrix import matrix
from probes.derive.matrix_cells import Matrix
from probes.finding import State, Subject
from probes.gather.repeat import RepeatTrial
from probes.gather.run import collect
from runtime.estate import Estate
from tests.probes.gather.collecting import KINDS
from tests.probes.gather.odd_shop import shop
from tests.probes.gather.odd_shop_estate import DESCRIPTION

SECRETS = {"SHOP_TOKEN": "token-of-the-agent"}
KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
ERROR = {"type": "object", "required": ["title", "status"], "properties": {"title": {}, "status": {}}}


def promising() -> dict[str, Any]:
    """The shop's description with promises: a key, If-Match, a shape of errors."""
    document = copy.deepcopy(DESCRIPTION)
    orders, one = document["paths"]["/orders"], document["paths"]["/orders/{id}"]
    orders["post"]["parameters"] = [KEY]
    one["patch"]["parameters"].append(MATCH)
    one["get"]["responses"]["404"]["content"] = {"application/problem+json": {"schema": ERROR}}
    return document


def measured(folder: Path, *switches: str, document: dict[str, Any] | None = None, estate: Any = None) -> Bundle:
    with shop(folder, *switches) as (_, made):
        (folder / "shop.yaml").write_text(yaml.safe_dump(document or promising()), encoding="utf-8")
        used: Estate = estate(made) if estate else made
        gatherers = [g for g in GATHERERS if g.name != "limits"]  # no sample of times is needed here
        result = collect(used, folder=folder, kinds=KINDS, gatherers=gatherers, derivers=DERIVERS, secrets=SECRETS)
    return Bundle.open(result.bundle_path)


def made_of(bundle: Bundle) -> Matrix:
    found = matrix("shop", bundle)
    assert found is not None
    return found


def test_a_shop_that_keeps_its_promises_contradicts_none(tmp_path: Path) -> None:
    found = made_of(measured(tmp_path))
    verdicts = {(c.about, c.operation): c.verdict for c in found.cells}
    assert "contradicted" not in verdicts.values(), [c for c in found.cells if c.verdict == "contradicted"]
    for about, operation in (
        ("repeat", "createOrder"),
        ("etag", "changeOrder"),
        ("partial", "changeOrder"),
        ("write", "createOrder"),
        ("errors", "getOrder"),
        ("paging", "listOrders"),
        ("schema", "getOrder"),
        ("schema", "createOrder"),
    ):
        assert verdicts[(about, operation)] == "agreed", (about, operation)  # type: ignore[index]
    assert verdicts[("auth", "")] == "undocumented", "a sign-in that the document does not name"


@pytest.mark.parametrize(
    ("switch", "about", "operation"),
    [
        ("keyless", "repeat", "createOrder"),
        ("lost_updates", "etag", "changeOrder"),
        ("drops", "partial", "changeOrder"),
        ("html_errors", "errors", "getOrder"),
        ("skips", "paging", "listOrders"),
    ],
)
def test_a_defect_contradicts_the_promise_it_breaks_and_no_other(
    switch: str, about: Any, operation: str, tmp_path: Path
) -> None:
    found = made_of(measured(tmp_path, switch))
    contradicted = {(c.about, c.operation) for c in found.cells if c.verdict == "contradicted"}
    assert contradicted == {(about, operation)}
    cell = found.cell(about, operation)
    assert cell is not None and cell.evidence.startswith("artifacts/") and "request" in cell.evidence


def keyless_effects(estate: Estate) -> Estate:
    """The effects name no header: a person has not looked for one yet."""
    effects = estate.effects["shop"]
    create = effects.operations["createOrder"]
    assert create.repeat is not None
    plain = create.model_copy(update={"repeat": create.repeat.model_copy(update={"key": None})})
    operations = {**effects.operations, "createOrder": plain}
    return replace(estate, effects={"shop": effects.model_copy(update={"operations": operations})})


def test_the_key_that_a_vendor_documents_is_tried_and_the_gate_waits_for_a_persons_word(tmp_path: Path) -> None:
    document = copy.deepcopy(DESCRIPTION)
    document["info"]["title"] = "Stripe"
    bundle = measured(tmp_path, document=document, estate=keyless_effects)
    trial = bundle.get(RepeatTrial, Subject(unit="shop", item="createOrder"))
    assert isinstance(trial, RepeatTrial)
    assert (trial.by, trial.header, trial.named) == ("key", "Idempotency-Key", False)
    outcome = RepeatSafe().judge(trial)
    assert outcome.state is State.MET and "name `repeat: {key: Idempotency-Key}`" in outcome.evidence[0].says
    assert repeat_safe("shop.createOrder", bundle).by == "no", "the pilot would send no key"
    cell = made_of(bundle).cell("repeat", "createOrder")
    assert cell is not None and cell.verdict == "undocumented"


def test_without_a_vendor_no_key_is_made_up(tmp_path: Path) -> None:
    bundle = measured(tmp_path, document=copy.deepcopy(DESCRIPTION), estate=keyless_effects)
    trial = bundle.get(RepeatTrial, Subject(unit="shop", item="createOrder"))
    assert isinstance(trial, RepeatTrial) and trial.header is None
