"""The descriptions are valid, and what the systems do is what they describe."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import validate
from ruamel.yaml import YAML

from assess.demo.estate import demo_data

REST = ("billing", "crm", "identity", "mail", "ticketing")
FIRST = {
    "crm": ("/notes", {"account_id": "A-90017", "text": "x"}),
    "billing": ("/credits", {"account_id": "A-90017", "amount": "1.00", "currency": "EUR"}),
    "ticketing": ("/tickets", {"subject": "x", "body": "x"}),
    "mail": ("/messages", {"account_id": "A-90017", "subject": "x", "text": "x"}),
}


def described(name):
    return YAML(typ="safe", pure=True).load(demo_data() / "descriptions" / f"{name}.openapi.yaml")


@pytest.mark.parametrize("name", REST)
def test_a_description_is_valid_openapi(name):
    validate(described(name))


@pytest.mark.parametrize("name", REST)
def test_exactly_the_described_operations_exist(flawless, name):
    served = {(route.method, route.path) for route in flawless.services[name].routes()}
    paths = described(name)["paths"]
    assert served == {(method.upper(), path) for path, operations in paths.items() for method in operations}


@pytest.mark.parametrize("name", REST)
def test_scopes_and_errors_are_declared(flawless, name):
    scopes = {(route.method, route.path): route.scope for route in flawless.services[name].routes()}
    for path, operations in described(name)["paths"].items():
        for method, operation in operations.items():
            said = [scope for need in operation["security"] for scope in need["oauth2"]]
            assert said == ([scopes[method.upper(), path]] if scopes[method.upper(), path] else [])
            assert {"401", "429"} <= set(operation["responses"]), operation["operationId"]
            assert len(operation["summary"]) > 8 and len(operation["description"]) > 15


@pytest.mark.parametrize("name", sorted(FIRST))
def test_answers_fit_their_declared_schemas(flawless_call, name):
    """Every read without a required parameter, and one created record."""
    document = described(name)
    path, body = FIRST[name]
    made = flawless_call(name, "enforcer")("POST", path, json=body)
    check(document, path, "post", made)
    for path, operations in document["paths"].items():
        if "get" in operations:
            real = filled(path, operations["get"])
            check(document, path, "get", flawless_call(name, "audit")("GET", real))


def filled(path, operation):
    """The path with the examples that the description gives."""
    given = {p["name"]: p["example"] for p in operation.get("parameters", []) if p.get("in") == "path"}
    return path.format(**given)


def check(document, path, method, answer):
    responses = document["paths"][path][method]["responses"]
    assert str(answer.status_code) in responses, (path, answer.status_code)
    if answer.status_code >= 400:
        schema = {"$ref": "#/components/schemas/Problem"}
    else:
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        for header in responses[str(answer.status_code)]["headers"]:
            assert header in answer.headers
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())


def test_the_wsdl_names_no_file_of_this_machine():
    text = (demo_data() / "descriptions" / "usage.wsdl").read_text(encoding="utf-8")
    assert "<!" not in text.replace("<!--", "")
    assert Path(demo_data()).name == "demo" and "file:" not in text
