"""The overlay that completes a description: applied as Overlay 1.0 says, by JSONPath (RFC 9535) of a library; each target is
one place, and nothing is invented.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonpath import JSONPathEnvironment

from assess.cli import cxready
from assess.overlay import NOTE, TODO, overlay_of
from runtime.systems.document_text import parse_document
from runtime.systems.openapi import surface_of_openapi
from runtime.systems.surface import Surface
from tests.assess.recorded import recorded_folder

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "templates" / "demo" / "descriptions"
CORPUS = Path(os.environ.get("CXREADY_CORPUS", ROOT.parent / "shared" / "corpus")) / "openapi"
BARE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders/{it's}": {
            "parameters": [{"name": "it's", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "operationId": "getOrder",
                "parameters": [
                    {"name": "fields", "in": "query", "schema": {"type": "string"}},
                    {"name": "fields", "in": "header", "schema": {"type": "string"}},
                    {"$ref": "#/components/parameters/Page"},
                    {"$ref": "others.yaml#/components/parameters/Trace"},
                ],
                "responses": {"200": {"description": "one order"}},
            },
            "patch": {
                "operationId": "changeOrder",
                "summary": "Change an order",
                "requestBody": {"$ref": "#/components/requestBodies/Order"},
                "responses": {"200": {"description": "changed"}},
            },
        }
    },
    "components": {
        "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}},
        "requestBodies": {
            "Order": {
                "content": {
                    "application/json": {
                        "schema": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"note": {}}}]}
                    }
                }
            }
        },
        "schemas": {
            "Base": {"properties": {"id": {"type": "string", "description": "of the order"}, "to": {"type": "string"}}}
        },
    },
}


def surface(document: Mapping[str, Any], tmp_path: Path) -> Surface:
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(dict(document)), encoding="utf-8")
    return surface_of_openapi("shop", file.read_bytes(), file, tmp_path)


def drafted(document: Mapping[str, Any], found: Surface, **more: Any) -> dict[str, Any]:
    return overlay_of(document, found.operations.values(), extends="shop.yaml", **more)


def todos(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Places whose text begins with the mark."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(value, str) and value.startswith(TODO):
            yield (*path, key)
        yield from todos(value, (*path, key))


def put_back(applied: dict[str, Any], original: Any, places: list[tuple[Any, ...]]) -> dict[str, Any]:
    """The marks taken out again; where the document held an empty text, that."""
    for *steps, last in places:
        parent, before = applied, original
        for step in steps:
            parent, before = parent[step], before[step]
        if last in before and not before[last]:
            parent[last] = before[last]
        else:
            del parent[last]
    return applied


def applied_to(document: Any, overlay: Mapping[str, Any]) -> Any:
    """Overlay 1.0.0, 4.4.3: each action's update is merged into the objects that its target selects."""
    for action in overlay["actions"]:
        places = JSONPathEnvironment(strict=True).findall(action["target"], document)
        assert len(places) == 1 and isinstance(places[0], dict), f"{action['target']} is {len(places)} places"
        places[0].update(action["update"])
    return document


def check(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """The document with the overlay applied; each action added one text and changed none."""
    assert (overlay["overlay"], set(overlay)) == ("1.0.0", {"overlay", "info", "extends", "actions"})
    assert {"title", "version"} <= set(overlay["info"]) and overlay["actions"]
    applied: dict[str, Any] = applied_to(copy.deepcopy(document), overlay)
    places = list(todos(applied))
    assert len(places) == len(overlay["actions"]), "each target is exactly one place"
    assert put_back(copy.deepcopy(applied), document, places) == document, "nothing that stood there was replaced"
    return applied


def test_each_missing_word_gets_its_place_and_then_none_is_missing(tmp_path: Path) -> None:
    overlay = drafted(BARE, surface(BARE, tmp_path))
    applied = check(BARE, overlay)
    targets = {action["target"] for action in overlay["actions"]}
    assert "$.components.parameters.Page" in targets, "a shared parameter is described once, where it stands"
    assert "$.components.schemas.Base.properties.to" in targets
    assert "$.components.requestBodies.Order.content['application/json'].schema.allOf[1].properties.note" not in targets
    assert len([t for t in targets if t.endswith(".get")]) == 1 and not any(t.endswith(".patch") for t in targets)
    assert drafted(applied, surface(applied, tmp_path))["actions"] == []


def test_operations_that_a_model_confuses_are_marked_beside_their_words(tmp_path: Path) -> None:
    overlay = drafted(BARE, surface(BARE, tmp_path), alike=[("getOrder", "changeOrder")])
    notes = [action["update"][NOTE] for action in overlay["actions"] if NOTE in action["update"]]
    assert [note.rpartition(" ")[2] for note in notes] == ["changeOrder", "getOrder"]
    check(BARE, overlay)


@pytest.mark.parametrize("name", ["billing", "crm", "ticketing"])
def test_the_overlay_of_a_demo_description_applies_and_leaves_a_valid_document(name: str, tmp_path: Path) -> None:
    from openapi_spec_validator import validate

    document = parse_document((DEMO / f"{name}.openapi.yaml").read_bytes())
    applied = check(document, drafted(document, surface(document, tmp_path)))
    validate(applied)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="CXREADY_CORPUS names no folder with openapi/")
@pytest.mark.parametrize("name", ["adyen/FundService-v6.yaml", "paypal/checkout_orders_v2.json", "intercom/2.13.yaml"])
def test_the_overlay_of_a_vendors_description_applies(name: str, tmp_path: Path) -> None:
    document = json.loads(json.dumps(parse_document((CORPUS / name).read_bytes())))
    overlay = drafted(document, surface(document, tmp_path))
    assert overlay["actions"]
    check(document, overlay)


def test_the_command_prints_an_overlay_for_what_workflows_call(tmp_path: Path) -> None:
    folder = recorded_folder(tmp_path / "northwind")
    done = CliRunner().invoke(cxready, ["draft", "overlay", str(folder), "billing"])
    assert done.exit_code == 0 and "descriptions missing in 5 operations" in done.stderr
    overlay = yaml.safe_load(done.stdout)
    check(parse_document((DEMO / "billing.openapi.yaml").read_bytes()), overlay)


@pytest.mark.parametrize(
    ("system", "says"), [("billin", "there is no system"), ("usage", "completes an OpenAPI document")]
)
def test_what_no_overlay_can_complete_is_said(system: str, says: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(cxready, ["draft", "overlay", str(recorded_folder(tmp_path / "n")), system])
    assert says in str(done.exception)
