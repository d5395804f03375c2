"""The example's OpenAPI descriptions: valid, complete, and true of the real Request Tracker."""

from __future__ import annotations

from typing import Any

import jsonschema
import openapi_spec_validator
import pytest

from assess.engagement import load_folder
from tests.examples.desk import EXAMPLE, TRIAL, Desk, description


@pytest.mark.parametrize("name", ["rt", "crm"])
def test_the_descriptions_are_valid_openapi(name: str) -> None:
    openapi_spec_validator.validate(description(name))


@pytest.mark.parametrize("name", ["rt", "crm"])
def test_every_described_operation_has_an_effect_and_no_other(name: str) -> None:
    described = {
        operation["operationId"]
        for path in description(name)["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }

    assert set(load_folder(EXAMPLE).effects[name].value.operations) == described


@pytest.mark.estate
def test_every_answer_fits_its_description(desk: Desk) -> None:
    number = desk.ticket()
    spare = desk.ticket()
    etag = {"If-Match": '"1"'}
    text = {"Content": "x", "ContentType": "text/plain"}
    everything = {"query": "id > 0", "per_page": 2, "fields": "Subject,Status"}
    # fmt: off
    calls: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("rt", "getVersion", "agent", "/rt", {}),
        ("rt", "getVersion", "", "/rt", {}),
        ("rt", "createTicket", "agent", "/ticket", {"json": TRIAL}),
        ("rt", "createTicket", "enforcer", "/ticket", {"json": TRIAL}),
        ("rt", "createTicket", "enforcer", "/ticket", {"json": {"Subject": "no queue"}}),
        ("rt", "createTicket", "enforcer", "/ticket", {"data": "text", "headers": {"Content-Type": "text/plain"}}),
        ("rt", "getTicket", "agent", f"/ticket/{number}", {}),
        ("rt", "getTicket", "agent", "/ticket/99999", {}),
        ("rt", "updateTicket", "enforcer", f"/ticket/{number}", {"json": {"Status": "open"}}),
        ("rt", "updateTicket", "enforcer", f"/ticket/{number}", {"json": {"Subject": "x"}, "headers": etag}),
        ("rt", "findTickets", "agent", "/tickets", {"params": everything}),
        ("rt", "findTickets", "agent", "/tickets", {"params": {"query": "nadia.haas@customer.example", "simple": 1}}),
        ("rt", "findTickets", "agent", "/tickets", {"params": {"query": "bogus ==="}}),
        ("rt", "getHistory", "agent", f"/ticket/{number}/history", {"params": {"fields": "Type,Creator,Created"}}),
        ("rt", "getHistory", "agent", "/ticket/99999/history", {}),
        ("rt", "getAttachments", "agent", f"/ticket/{number}/attachments", {"params": {"fields": "ContentType,Content"}}),
        ("rt", "getAttachments", "agent", "/ticket/99999/attachments", {}),
        ("rt", "correspond", "enforcer", f"/ticket/{number}/correspond", {"json": text}),
        ("rt", "correspond", "agent", f"/ticket/{number}/correspond", {"json": text}),
        ("rt", "comment", "enforcer", f"/ticket/{number}/comment", {"json": text}),
        ("rt", "comment", "enforcer", "/ticket/99999/comment", {"json": text}),
        ("rt", "deleteTicket", "audit", f"/ticket/{spare}", {"headers": etag}),
        ("rt", "deleteTicket", "audit", f"/ticket/{spare}", {}),
        ("rt", "deleteTicket", "agent", f"/ticket/{number}", {}),
        ("crm", "findCustomers", "agent", "/users", {"params": {"per_page": 2, "fields": "RealName,EmailAddress"}}),
        ("crm", "findCustomers", "", "/users", {}),
        ("crm", "getCustomer", "agent", "/user/nadia.haas", {}),
        ("crm", "getCustomer", "agent", "/user/nobody.here", {}),
        ("crm", "findContactHistory", "agent", "/tickets", {"params": everything}),
        ("crm", "getRequestHistory", "agent", "/ticket/1/history", {}),
        ("crm", "getCustomerChangeHistory", "audit", "/user/nadia.haas/history", {}),
        ("crm", "getCustomerChangeHistory", "agent", "/user/nobody.here/history", {}),
    ]
    # fmt: on
    wrong = [said for call in calls if (said := _disagreement(desk, *call))]

    assert wrong == []


def _disagreement(desk: Desk, system: str, operation: str, who: str, path: str, more: dict[str, Any]) -> str:
    document = description(system)
    method, said = next(
        (method, found)
        for paths in document["paths"].values()
        for method, found in paths.items()
        if method != "parameters" and found["operationId"] == operation
    )
    answer = desk(who, method.upper(), path, **more)
    declared = said["responses"].get(str(answer.status_code))
    if declared is None:
        return f"{operation} as {who or 'nobody'} on {path}: {answer.status_code} is not declared: {answer.text[:200]}"
    if "$ref" in declared:
        declared = document["components"]["responses"][declared["$ref"].rsplit("/", 1)[1]]
    if "content" not in declared:
        return f"{operation}: a body where none is declared" if answer.content else ""
    schema = {**declared["content"]["application/json"]["schema"], "components": document["components"]}
    problems = [problem.message for problem in jsonschema.Draft202012Validator(schema).iter_errors(answer.json())]
    return f"{operation} {answer.status_code}: {problems}" if problems else ""
