"""Requests reach a real server as the description says, with the right identity, and never go where they should not."""

import json

import pytest
from loopback import WHY, system

from runtime.errors import BadInput, Refused
from runtime.systems.exchange import Seen
from runtime.systems.settings import Network
from runtime.systems.trace import Trace

DESCRIPTION = """
openapi: 3.1.0
info: {title: Billing, version: '1'}
paths:
  /accounts/{id}/credits:
    post:
      operationId: createCredit
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: dry_run, in: query, schema: {type: boolean}}
        - {name: Idempotency-Key, in: header, schema: {type: string}}
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {amount: {type: string}}}}}}
      responses: {'201': {description: made}}
  /accounts/{id}:
    get:
      operationId: getAccount
      responses: {'200': {description: ok}}
  /forms:
    post:
      operationId: sendForm
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: ok}}
"""


@pytest.fixture
def billing(server, tmp_path):
    (tmp_path / "billing.yaml").write_text(DESCRIPTION)
    return system(server.url, tmp_path, description="billing.yaml")


def test_arguments_go_where_the_description_puts_them(server, billing):
    server.answers["POST /accounts/A%2F1/credits"] = (201, {}, {"id": "C-1"})
    answer = billing.call(
        "createCredit", {"id": "A/1", "dry_run": True, "idempotency-key": "k1", "amount": "12.40"}, why=WHY
    )
    arrived = server.seen[-1]
    assert answer.ok and answer.body == {"id": "C-1"}
    assert arrived["path"] == "/accounts/A%2F1/credits?dry_run=true"
    assert arrived["headers"]["Idempotency-Key"] == "k1"
    assert json.loads(arrived["body"]) == {"amount": "12.40"}


def test_the_argument_body_replaces_the_whole_body(server, billing):
    server.answers["POST /accounts/1/credits"] = (201, {}, {})
    billing.call("createCredit", {"id": "1", "body": {"other": 1}}, why=WHY)
    assert json.loads(server.seen[-1]["body"]) == {"other": 1}


def test_a_declared_form_is_sent_as_a_form(server, billing):
    server.answers["POST /forms"] = (200, {}, {})
    billing.call("sendForm", {"a": "b c"}, why=WHY)
    assert server.seen[-1]["body"] == b"a=b+c"


@pytest.mark.parametrize("value", [None, "", ".", ".."])
def test_a_path_parameter_cannot_leave_its_place(server, billing, value):
    with pytest.raises(BadInput, match="path parameter id"):
        billing.call("getAccount", {"id": value}, why=WHY)
    assert server.seen == []


def test_an_unknown_operation_suggests_the_near_one(billing):
    with pytest.raises(BadInput) as error:
        billing.call("getAcount", {"id": "1"}, why=WHY)
    assert "getAccount" in error.value.do


def test_every_request_says_who_asks_and_in_which_run(server, billing):
    billing.request("GET", "/x", why=WHY)
    assert server.seen[0]["headers"]["User-Agent"].startswith("cxready/")
    assert "it@example.org" in server.seen[0]["headers"]["User-Agent"]
    assert server.seen[0]["headers"]["X-Cxready-Run"] == "r1"


def test_a_netrc_never_replaces_the_agents_identity(server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with_token = system(
        server.url, tmp_path, credentials={"agent": {"scheme": "bearer", "token": "${T}"}}, secrets={"T": "agent-token"}
    )
    with_token.request("GET", "/x", why=WHY)
    system(server.url, tmp_path).request("GET", "/x", why=WHY)
    assert server.seen[0]["headers"]["Authorization"] == "Bearer agent-token"
    assert "Authorization" not in server.seen[1]["headers"]


def test_a_missing_secret_is_named_and_nothing_is_sent(server, tmp_path):
    with pytest.raises(BadInput) as error:
        system(server.url, tmp_path, credentials={"agent": {"scheme": "bearer", "token": "${CXREADY_NO_SUCH_TOKEN}"}})
    assert "CXREADY_NO_SUCH_TOKEN" in str(error.value)
    assert server.seen == []


def test_production_is_refused_for_everything_but_the_pilot(tmp_path):
    from loopback import settings

    from runtime.systems.connect import connect
    from runtime.systems.request_budget import RequestBudget

    both = settings(
        "http://127.0.0.1:9",
        environments={"staging": {"url": "http://127.0.0.1:9"}, "production": {"url": "http://127.0.0.1:9"}},
    )
    way = {
        "holder": "agent",
        "network": Network(),
        "folder": tmp_path,
        "budget": RequestBudget(),
        "trace": Trace.memory(),
        "secrets": {},
    }
    with pytest.raises(Refused, match="production"):
        connect("billing", both, environment="production", **way)
    assert connect("billing", both, environment="production", for_pilot=True, **way).name == "billing"


def test_the_budget_counts_every_request_and_then_refuses(server, tmp_path):
    small = system(server.url, tmp_path, budget=2)
    small.request("GET", "/a", why=WHY)
    small.request("GET", "/b", why=WHY)
    with pytest.raises(Refused, match="budget of 2"):
        small.request("GET", "/c", why=WHY)
    assert len(server.seen) == 2


def test_a_redirect_on_the_same_host_is_followed_for_reads_only(server, tmp_path):
    server.answers["GET /old"] = (302, {"Location": "/new"}, b"")
    server.answers["POST /old"] = (307, {"Location": "/new"}, b"")
    server.answers["GET /new"] = (200, {}, {"here": True})
    one = system(server.url, tmp_path)
    assert one.request("GET", "/old", why=WHY).body == {"here": True}
    written = one.request("POST", "/old", body={}, why=WHY)
    assert (
        written.status == 307
        and written.location == "/new"
        and [r["method"] for r in server.seen] == ["GET", "GET", "POST"]
    )


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "http://elsewhere.example/x", "//elsewhere.example/x", "http://127.0.0.1:1/x"]
)
def test_a_redirect_elsewhere_is_recorded_and_not_followed(server, tmp_path, target):
    server.answers["GET /old"] = (302, {"Location": target}, b"")
    answer = system(server.url, tmp_path).request("GET", "/old", why=WHY)
    assert answer.location == target and answer.seen is Seen.REFUSED and len(server.seen) == 1


def test_a_link_to_another_host_is_refused_before_anything_is_sent(server, tmp_path):
    for link in ("http://elsewhere.example/next", "file:///etc/passwd", "//elsewhere.example/next"):
        with pytest.raises(Refused, match="not on this system's address"):
            system(server.url, tmp_path).request("GET", link, why=WHY)
    assert server.seen == []


def test_a_link_on_the_own_host_is_used_whole(server, tmp_path):
    server.answers["GET /items"] = (200, {}, [])
    assert system(server.url + "/api", tmp_path).request("GET", server.url + "/items?cursor=x", why=WHY).ok


def test_redirects_in_a_circle_end(server, tmp_path):
    server.answers["GET /round"] = (302, {"Location": "/round"}, b"")
    assert system(server.url, tmp_path).request("GET", "/round", why=WHY).status == 302
    assert len(server.seen) == 4


def test_a_refused_connection_and_an_unknown_name_are_the_path(tmp_path):
    assert system("http://127.0.0.1:9", tmp_path).request("GET", "/", why=WHY).seen is Seen.PATH
    unknown = system("http://no-such-host.invalid", tmp_path, network=Network(no_proxy=["*"])).request(
        "GET", "/", why=WHY
    )
    assert unknown.seen is Seen.PATH and unknown.status is None


def test_a_proxy_that_refuses_is_the_path_not_the_system(server, tmp_path):
    server.answers["GET http://billing.example/x"] = (407, {"Proxy-Authenticate": "Basic"}, b"<html>sign in</html>")
    behind = system("http://billing.example", tmp_path, network=Network(proxy=server.url))
    answer = behind.request("GET", "/x", why=WHY)
    assert answer.seen is Seen.PATH and server.seen[0]["path"] == "http://billing.example/x"


def test_a_short_wait_is_honoured_once_for_reads(server, tmp_path):
    answers = iter([(429, {"Retry-After": "0"}, {}), (200, {}, {"ok": 1})])
    server.answers["GET /busy"] = lambda _: next(answers)
    assert system(server.url, tmp_path).request("GET", "/busy", why=WHY).ok
    server.answers["GET /long"] = (429, {"Retry-After": "120"}, {})
    assert system(server.url, tmp_path).request("GET", "/long", why=WHY).seen is Seen.THROTTLED
    server.answers["POST /busy"] = (429, {"Retry-After": "0"}, {})
    before = len(server.seen)
    assert system(server.url, tmp_path).request("POST", "/busy", body={}, why=WHY).seen is Seen.THROTTLED
    assert len(server.seen) == before + 1


def test_it_stops_at_a_fifth_of_a_stated_limit(server, tmp_path):
    server.answers["GET /a"] = (
        200,
        {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "20", "X-RateLimit-Reset": "60"},
        {},
    )
    careful = system(server.url, tmp_path)
    assert careful.request("GET", "/a", why=WHY).ok
    with pytest.raises(Refused, match="20 of 100"):
        careful.request("GET", "/a", why=WHY)
    assert len(server.seen) == 1


def test_json_that_is_none_is_a_fault(server, tmp_path):
    server.answers["GET /broken"] = (200, {}, b'{"a": ')
    answer = system(server.url, tmp_path).request("GET", "/broken", why=WHY)
    assert answer.seen is Seen.FAULT and answer.body == '{"a": '


def test_a_system_without_description_is_asked_by_method_and_path(server, tmp_path):
    server.answers["GET /tickets/7"] = (200, {}, {"id": 7})
    plain = system(server.url, tmp_path)
    assert plain.surface.format == "none"
    assert plain.call("GET /tickets/{id}", {"id": 7, "fields": "a"}, why=WHY).body == {"id": 7}
    assert server.seen[0]["path"] == "/tickets/7?fields=a"


def test_outside_its_window_a_system_is_left_alone(server, tmp_path):
    from datetime import UTC, datetime

    today = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(datetime.now(UTC).weekday() + 3) % 7]
    closed = system(server.url, tmp_path, windows=[{"days": today, "writes_only": True}])
    assert closed.request("GET", "/x", why=WHY).status == 404
    with pytest.raises(Refused, match="writes are allowed only"):
        closed.request("POST", "/x", body={}, why=WHY)


def test_no_header_smuggles_a_second_one(server, tmp_path):
    with pytest.raises(Refused, match="line break"):
        system(server.url, tmp_path).request("GET", "/", headers={"X-A": "b\r\nX-C: d"}, why=WHY)
