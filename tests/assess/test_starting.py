"""A folder from an inbox: what is recognised by content, what is not and why, and nothing secret or personal kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assess.engagement import load_folder
from assess.inbox import recognise
from assess.starting import start_folder
from runtime.errors import BadInput
from runtime.systems.described_calls import openapi_of, templated

SECRETS = (
    "hush-1",
    "hush-2",
    "hush-3",
    "hush-4",
    "anna@example.org",
    "Anna Muster",
    "+49301234567",
    "DE89370400440532013000",
)
POSTMAN = {
    "info": {"name": "Order service", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "hush-1"}]},
    "item": [
        {
            "name": "Orders",
            "item": [
                {
                    "name": "Get order",
                    "request": {
                        "method": "GET",
                        "header": [{"key": "Authorization", "value": "Bearer hush-2"}],
                        "url": {"raw": "{{base}}/v1/orders/4711?expand=lines&api_key=hush-3"},
                    },
                    "response": [{"code": 200, "body": '{"id": 4711, "email": "anna@example.org", "amount": 12.5}'}],
                },
                {
                    "name": "Cancel order",
                    "request": {
                        "method": "POST",
                        "url": "{{base}}/v1/orders/:id/cancel",
                        "body": {"mode": "raw", "raw": '{"reason": "{{why}}", "refund": true}'},
                    },
                },
            ],
        }
    ],
}


def har_entry(
    method: str, url: str, answer: object, sent: object = None, mime: str = "application/json"
) -> dict[str, object]:
    entry: dict[str, object] = {
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": "Authorization", "value": "Bearer hush-4"}, {"name": "Cookie", "value": "sid=hush-4"}],
            "cookies": [{"name": "sid", "value": "hush-4"}],
        },
        "response": {"status": 200, "content": {"mimeType": mime, "text": json.dumps(answer)}},
    }
    if sent is not None:
        entry["request"]["postData"] = {"mimeType": mime, "text": json.dumps(sent)}  # type: ignore[index]
    return entry


HAR = {
    "log": {
        "version": "1.2",
        "entries": [
            har_entry(
                "GET",
                "https://api.shop.example/customers/anna@example.org/returns/991?page=1&session_token=hush-4",
                {
                    "customer": {"name": "Anna Muster", "phone": "+49301234567", "token": "hush-4"},
                    "anna@example.org": {"x": 1},
                },
            ),
            har_entry("POST", "https://api.shop.example/returns", {"id": 1}, {"iban": "DE89370400440532013000"}),
            har_entry("GET", "https://cdn.shop.example/app.js", "x", mime="text/javascript"),
        ],
    }
}
FILES = {
    "orders.json": json.dumps(POSTMAN),
    "recording": json.dumps(HAR),
    "loyalty.txt": "type Query { member(id: ID!): Member }\ntype Mutation { addPoints(memberId: ID!, points: Int!): Member }\ntype Member { id: ID! }\n",
    "kb/refunds.md": "---\ntitle: Refunds\n---\n# Refunds\nA refund is paid within 14 days of the return.\n",
    "export.csv": "Id,Subject,Created at,Via,Requester id\n1,My bill is wrong,2026-10-05T09:30:00Z,Chat,R-1\n",
    "old.yaml": "swagger: '2.0'\ninfo: {title: a, version: 1}\npaths: {}\n",
    "prices.csv": "sku,price\nA,1\n",
    "empty.json": "",
    "scan.pdf": "%PDF-1.7 nothing",
}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "inbox" / name).write_text(text, encoding="utf-8")
    return tmp_path / "inbox"


def test_files_are_told_by_content_and_the_others_say_why_not(inbox: Path) -> None:
    kinds = {name: recognise(inbox / name) for name in FILES}
    assert {name: found.kind for name, found in kinds.items() if found.kind != "unknown"} == {
        "orders.json": "postman",
        "recording": "har",
        "loyalty.txt": "graphql",
        "kb/refunds.md": "article",
        "export.csv": "tickets",
        "old.yaml": "openapi",
    }
    why = {name: found.says for name, found in kinds.items() if found.kind == "unknown"}
    assert "read as 3.0" in kinds["old.yaml"].says and "without columns for a subject" in why["prices.csv"]
    assert why["empty.json"] == "empty" and "Markdown or HTML" in why["scan.pdf"]


def test_the_folder_loads_and_keeps_nothing_secret_or_personal(inbox: Path, tmp_path: Path) -> None:
    started = start_folder(tmp_path / "made", "Example", inbox)
    loaded = load_folder(tmp_path / "made")
    assert set(loaded.estate.systems) == {"loyalty", "old", "order-service", "shop"}
    assert loaded.estate.systems["loyalty"].protocol == "graphql"
    assert loaded.estate.tickets == "tickets.csv" and (tmp_path / "made/knowledge/kb/refunds.md").is_file()
    written = "\n".join(
        p.read_text(encoding="utf-8") for p in (tmp_path / "made").rglob("*") if p.suffix in (".yaml", ".json")
    )
    assert [secret for secret in SECRETS if secret in written] == []
    assert any("no value was kept" in remark for remark in started.remarks)
    assert {"getOrder", "cancelOrder"} <= set(loaded.effects["order-service"].value.operations)
    assert "addPoints" in " ".join(loaded.effects["loyalty"].value.operations)
    assert "tickets.*" in (tmp_path / "made/.gitignore").read_text()


def test_nothing_that_exists_is_overwritten(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/goals.yaml").write_text("format: 1\n# mine\n")
    start_folder(tmp_path / "made", "Example", inbox)
    assert "# mine" in (tmp_path / "made/goals.yaml").read_text()
    with pytest.raises(BadInput, match="exists already"):
        start_folder(tmp_path / "made", "Example", inbox)


def test_an_ambiguous_export_is_recognised_and_the_question_said(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Id,Subject,Created at\n1,Late,04/05/2026\n")
    assert recognise(file).kind == "tickets" and "day first" in recognise(file).says


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/accounts/A-90017/bills/9", "/accounts/{account_id}/bills/{bill_id}"),
        ("/v2/customers/anna@example.org", "/v2/customers/{customer_id}"),
        ("/users/{{user}}/orders/:id", "/users/{user_id}/orders/{order_id}"),
        ("/health", "/health"),
        ("/a/1/2", "/a/{a_id}/{a_id_2}"),
    ],
)
def test_values_in_a_path_become_names(path: str, shape: str) -> None:
    assert templated(path)[0] == shape


def test_a_draft_of_nothing_is_a_document_without_paths() -> None:
    assert openapi_of("x", [])["paths"] == {}
