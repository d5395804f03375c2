"""A recording gives operations to call and no description: formats, hosts, and nothing secret kept."""

import dataclasses
import json

import pytest
from loopback import WHY, settings, system

from runtime.systems.described_calls import EXAMPLES, openapi_of
from runtime.systems.surface_reader import load_surface


def entry(url, method="GET", answer=None, sent=None):
    secret = [{"name": "Authorization", "value": "Bearer canary-token"}, {"name": "Cookie", "value": "s=canary-cookie"}]
    body = {"mimeType": "application/json", "text": json.dumps(answer or {"id": "canary-value", "open": True})}
    return {
        "request": {"method": method, "url": url, "headers": secret, "cookies": [{"name": "s", "value": "canary-cookie"}],
                    **({"postData": {"mimeType": "application/json", "text": json.dumps(sent)}} if sent else {})},
        "response": {"status": 200, "headers": [{"name": "Set-Cookie", "value": "canary-cookie"}], "content": body},
    }  # fmt: skip


HAR = {
    "log": {
        "entries": [
            entry("https://crm.example/contacts/17?token=canary-token&page=2"),
            entry(
                "https://crm.example/contacts", "POST", sent={"email": "canary@example.org", "password": "canary-word"}
            ),
            *(entry(f"https://other.example/a/{n}") for n in range(3)),
        ]
    }
}
POSTMAN = {
    "info": {"name": "Billing", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {"name": "Create credit", "request": {"method": "POST", "url": {"raw": "{{base}}/credits"}, "auth": {"bearer": [{"value": "canary-token"}]},
         "header": [{"key": "X-Key", "value": "canary-key"}], "body": {"raw": '{"amount": "1.00"}'}}}
    ],
}  # fmt: skip


def surface(folder, recorded, url="https://crm.example", name="calls.json"):
    (folder / name).write_text(recorded if isinstance(recorded, str) else json.dumps(recorded))
    return load_surface("crm", settings(url, description=name), folder)


def test_a_har_gives_the_operations_of_the_systems_own_host(tmp_path):
    found = surface(tmp_path, HAR)
    assert found.format == "examples" and {(o.method, o.path) for o in found.operations.values()} == {
        ("GET", "/contacts/{contact_id}"),
        ("POST", "/contacts"),
    }
    assert any("other.example (3)" in p.what for p in found.problems)
    assert any(p.grade == "costly" and "examples of calls and no description" in p.what for p in found.problems)


def test_a_collection_gives_its_requests(tmp_path):
    found = surface(tmp_path, POSTMAN)
    assert found.format == "examples" and found.operations["createCredit"].body_schema["properties"] == {
        "amount": {"type": "string"}
    }


@pytest.mark.parametrize("recorded", [HAR, POSTMAN])
def test_no_secret_and_no_value_of_a_recording_is_kept(tmp_path, recorded):
    assert "canary" not in json.dumps(dataclasses.asdict(surface(tmp_path, recorded)), default=str)


def test_a_draft_counts_as_examples_until_its_owner_takes_the_mark_out(tmp_path):
    from runtime.systems.recorded_calls import of_har

    (tmp_path / "calls.har").write_text(json.dumps(HAR))
    draft = openapi_of("crm", of_har(tmp_path / "calls.har")[0].calls)
    assert surface(tmp_path, draft).format == "examples"
    assert surface(tmp_path, {k: v for k, v in draft.items() if k != EXAMPLES}).format == "openapi 3.0"


def test_what_was_recorded_can_be_called(server, tmp_path):
    (tmp_path / "calls.json").write_text(json.dumps(POSTMAN))
    server.answers["POST /credits"] = (201, {}, {"id": "1"})
    assert system(server.url, tmp_path, description="calls.json").call("createCredit", {"amount": "1.00"}, why=WHY).ok


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ({"log": {"entries": []}}, "no call of an interface"),
        ({"log": {"entries": [None, {}, {"request": 5}]}}, "no call of an interface"),
        ({"info": {"schema": "https://schema.getpostman.com/x"}, "item": "none"}, "no call of an interface"),
    ],
)
def test_an_empty_or_broken_recording_is_a_blocker_in_words(tmp_path, recorded, says):
    found = surface(tmp_path, recorded)
    assert not found.operations and any(p.grade == "blocker" and says in p.what for p in found.problems)
