"""Tokens: client credentials, lifetime, rights by holder."""

from __future__ import annotations

import pytest
import requests

from assess.demo.tokens import Tokens, demo_clients

CREATED = {"account_id": "A-90017", "amount": "1.00", "currency": "EUR"}


def token(estate, client, secret, **form):
    form = {"grant_type": "client_credentials", **form}
    return requests.post(estate.urls["identity"] + "/token", data=form, auth=(client, secret), timeout=10)


def test_a_client_gets_a_token_for_900_seconds_with_its_own_scopes(estate):
    answer = token(estate, "billing-agent", estate.environment()["BILLING_AGENT_CLIENT_SECRET"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["expires_in"] == 900
    assert answer.json()["scope"] == "billing.read"


def test_secret_and_id_may_also_stand_in_the_form(estate):
    form = {"grant_type": "client_credentials", "client_id": "crm-audit", "client_secret": "demo-crm-audit-secret"}
    assert requests.post(estate.urls["identity"] + "/token", data=form, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("client", "secret", "form", "status", "error"),
    [
        ("billing-agent", "wrong", {}, 401, "invalid_client"),
        ("nobody", "demo-billing-agent-secret", {}, 401, "invalid_client"),
        ("billing-agent", "demo-billing-agent-secret", {"scope": "billing.write"}, 400, "invalid_scope"),
        ("billing-agent", "demo-billing-agent-secret", {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_what_is_not_due_is_refused_in_the_words_of_rfc_6749(estate, client, secret, form, status, error):
    answer = token(estate, client, secret, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_revoked_token_opens_nothing(estate, call):
    agent = call("identity", "agent")
    assert agent("GET", "/whoami").json()["client_id"] == "identity-agent"
    form = {"token": agent.token}
    auth = ("identity-agent", "demo-identity-agent-secret")
    requests.post(estate.urls["identity"] + "/revoke", data=form, auth=auth, timeout=10)
    assert agent("GET", "/whoami").status_code == 401


def test_a_token_ends_with_its_lifetime():
    tokens, client = Tokens(lifetime_s=0), demo_clients()["crm-agent"]
    assert tokens.look_up(tokens.issue(client, client.scopes)) is None


@pytest.mark.parametrize(
    ("system", "path", "body"),
    [
        ("billing", "/credits", CREATED),
        ("billing", "/refunds", {**CREATED, "invoice_id": "INV-90017"}),
        ("crm", "/notes", {"account_id": "A-90017", "text": "x"}),
        ("crm", "/returns", {"account_id": "A-90017", "order_id": "OR-90017"}),
        ("ticketing", "/tickets", {"subject": "x", "body": "x"}),
        ("mail", "/messages", {"account_id": "A-90017", "subject": "x", "text": "x"}),
    ],
)
def test_every_system_refuses_the_agents_own_writes_and_takes_the_enforcers(estate, call, system, path, body):
    refused = call(system, "agent")("POST", path, json=body)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert call(system, "audit")("POST", path, json=body).status_code == 403
    assert call(system, "enforcer")("POST", path, json=body).status_code == 201
    assert sum(map(len, estate.records.values())) == 1


@pytest.mark.parametrize("system", ["crm", "billing", "ticketing", "mail", "identity"])
def test_no_system_answers_without_a_token_or_with_one_of_another_system(estate, call, system):
    path = {"crm": "/notes", "billing": "/credits", "ticketing": "/tickets", "mail": "/messages"}.get(system, "/whoami")
    bare = requests.get(estate.urls[system] + path, timeout=10)
    assert bare.status_code == 401
    assert bare.headers["WWW-Authenticate"].startswith("Bearer")
    other = call("mail" if system != "mail" else "crm", "agent")
    foreign = requests.get(estate.urls[system] + path, headers={"Authorization": f"Bearer {other.token}"}, timeout=10)
    assert foreign.status_code == 403
