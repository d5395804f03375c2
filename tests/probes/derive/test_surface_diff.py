"""What breaks a caller: tried change by change on a small description, and on the demo's own."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from probes.derive.surface_diff import surface_diff
from runtime.systems.openapi import surface_of_openapi
from runtime.systems.surface import Surface

OLD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/credits": {
            "post": {
                "operationId": "createCredit",
                "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["amount"],
                                "properties": {
                                    "amount": {"type": "string"},
                                    "reason": {"type": "string", "enum": ["outage", "billing"]},
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["id"],
                                    "properties": {"id": {"type": "string"}, "lines": {"type": "array"}},
                                }
                            }
                        },
                    }
                },
            }
        },
        "/old": {"get": {"operationId": "oldReport", "responses": {"200": {"description": "ok"}}}},
    },
}


def _post(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/credits"]["post"]
    return found


def _body(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _post(document)["requestBody"]["content"]["application/json"]["schema"]
    return found


def _answer(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _post(document)["responses"]["201"]["content"]["application/json"]["schema"]
    return found


def _moved(document: dict[str, Any]) -> None:
    document["paths"]["/v2/credits"] = document["paths"].pop("/credits")


CHANGES: list[tuple[str, Any, str, bool]] = [
    ("an operation goes", lambda d: d["paths"].pop("/old"), "is gone", True),
    ("an operation comes", lambda d: d["paths"].update({"/new": d["paths"]["/old"] | {"get": {
        "operationId": "newReport", "responses": {"200": {"description": "ok"}}}}}), "is new", False),
    ("a path moves", _moved, "is now POST /v2/credits", True),
    ("a field must be sent now", lambda d: _body(d)["required"].append("reason"), "body.reason is required now", True),
    ("a field need not be sent any more", lambda d: _body(d).pop("required"), "", False),
    ("a sent type narrows", lambda d: _body(d)["properties"]["amount"].update(type="number"), "number instead", True),
    ("a sent type widens", lambda d: _body(d)["properties"]["amount"].update(type=["string", "number"]),
     "number or string instead", False),
    ("a sent value goes", lambda d: _body(d)["properties"]["reason"].update(enum=["outage"]), "no longer knows", True),
    ("a sent value comes", lambda d: _body(d)["properties"]["reason"]["enum"].append("other"), "may be other", False),
    ("an answered field goes", lambda d: _answer(d)["properties"].pop("lines"), "answer.lines is gone", True),
    ("an answered field may be missing", lambda d: _answer(d).update(required=[]), "may be missing now", True),
    ("an answered type widens", lambda d: _answer(d)["properties"]["id"].update(type=["string", "null"]),
     "null or string instead", True),
    ("the success changes", lambda d: _post(d).update(responses={"202": {"description": "later"}}),
     "no longer answers 201", True),
    ("a required parameter comes", lambda d: _post(d)["parameters"].append(
        {"name": "tenant", "in": "query", "required": True, "schema": {"type": "string"}}), "tenant is new", True),
    ("an optional parameter comes", lambda d: _post(d)["parameters"].append(
        {"name": "tenant", "in": "query", "schema": {"type": "string"}}), "tenant is new", False),
    ("it is deprecated", lambda d: _post(d).update(deprecated=True), "deprecated", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "says", "breaking"), CHANGES, ids=[c[0] for c in CHANGES])
def test_each_change_is_named_and_weighed(name: str, change: Any, says: str, breaking: bool, tmp_path: Path) -> None:
    new = copy.deepcopy(OLD)
    change(new)

    found = surface_diff(_surface(OLD, tmp_path), _surface(new, tmp_path))

    assert any(says in c.what for c in found) or not says, found
    assert any(c.breaking for c in found) is breaking, found


def test_the_same_description_has_no_difference(tmp_path: Path) -> None:
    assert surface_diff(_surface(OLD, tmp_path), _surface(copy.deepcopy(OLD), tmp_path)) == []


def _surface(document: dict[str, Any], folder: Path) -> Surface:
    raw = yaml.safe_dump(document).encode()
    return surface_of_openapi("billing", raw, folder / "billing.yaml", folder)
