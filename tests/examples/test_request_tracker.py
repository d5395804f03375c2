"""The example against the real Request Tracker 5 and MediaWiki: what its README and its descriptions say is so.

Needs the packages of examples/request-tracker/install.sh. The folder itself is checked without them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest
import requests
import yaml

from assess.engagement import load_folder

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "request-tracker"
ESTATE_ONLY = ("estate.py", "rt_server.py", "wiki_server.py", "rt_content.pl", "install.sh", "README.md", "articles")
TRIAL = {
    "Queue": "cxready-test",
    "Subject": "[cxready test] facts",
    "Requestor": "cxready.trial@customer.example",
    "Content": "hello",
    "ContentType": "text/plain",
}


def description(name: str) -> dict[str, Any]:
    text = (EXAMPLE / "descriptions" / f"{name}.openapi.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


class Desk:
    """Request Tracker as its users see it: `desk("audit", "GET", "/ticket/1")`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def __call__(
        self, who: str, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> requests.Response:
        sent = dict(headers or {})
        if who:
            sent["Authorization"] = self.environment[f"RT_{who.upper()}_AUTHORIZATION"]
        return requests.request(method, self.environment["RT_URL"] + path, headers=sent, timeout=30, **more)

    def ticket(self) -> str:
        made = self("enforcer", "POST", "/ticket", json=TRIAL)
        assert made.status_code == 201, made.text
        number: str = made.json()["id"]
        return number

    def read(self, number: str) -> dict[str, Any]:
        told: dict[str, Any] = self("audit", "GET", f"/ticket/{number}").json()
        return told

    def left_behind(self) -> list[str]:
        """Numbers of tickets in the test queue that are not deleted; number 1 was there from the start."""
        asked = {"query": "Queue='cxready-test' AND id > 1", "per_page": 100}
        found = self("root", "GET", "/tickets", params=asked).json()
        assert found["total"] <= 100
        return [item["id"] for item in found["items"]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    if shutil.which("rt-setup-database-5", path="/usr/sbin") is None or shutil.which("php") is None:
        pytest.skip("Request Tracker and MediaWiki are not installed: sh examples/request-tracker/install.sh")
    folder = tmp_path_factory.mktemp("estate") / "data"
    estate = [sys.executable, str(EXAMPLE / "estate.py")]
    started = subprocess.run(
        [*estate, "start", "--dir", str(folder), "--json"], capture_output=True, text=True, timeout=240
    )
    assert started.returncode == 0, started.stderr
    yield json.loads(started.stdout)
    stopped = subprocess.run([*estate, "stop", "--dir", str(folder)], capture_output=True, text=True, timeout=60)
    assert stopped.returncode == 0 and not folder.exists()


@pytest.fixture
def desk(environment: dict[str, str]) -> Iterator[Desk]:
    desk = Desk(environment)
    yield desk
    for number in desk.left_behind():
        desk("audit", "DELETE", f"/ticket/{number}")


# ---- the folder, without the estate ------------------------------------------------------------------------------


def test_the_folder_loads() -> None:
    folder = load_folder(EXAMPLE)

    assert set(folder.estate.systems) == {"rt", "crm"}
    assert set(folder.estate.goals) == {"report-fault", "move-appointment", "refund-overpayment"}


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


def test_the_articles_hold_the_contradictions_that_the_readme_names() -> None:
    texts = {path.stem.split(" ", 1)[1]: path.read_text(encoding="utf-8") for path in (EXAMPLE / "articles").iterdir()}

    assert "14 days from delivery" in texts["Returning a device"]
    assert "30 days from delivery" in texts["Moving house and equipment"]


# ---- facts of the README -----------------------------------------------------------------------------------------


@pytest.mark.estate
def test_the_same_creation_twice_makes_two_tickets_whatever_key_is_sent(desk: Desk) -> None:
    made = [desk("enforcer", "POST", "/ticket", {"Idempotency-Key": "one"}, json=TRIAL) for _ in range(2)]

    assert [answer.status_code for answer in made] == [201, 201]
    assert len({answer.json()["id"] for answer in made}) == 2


@pytest.mark.estate
def test_a_stale_etag_is_refused_with_412_and_changes_nothing(desk: Desk) -> None:
    number = desk.ticket()
    etag = desk("audit", "GET", f"/ticket/{number}").headers["ETag"]
    first = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": etag}, json={"Subject": "first"})
    second = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": etag}, json={"Subject": "second"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json() == {"message": "Precondition Failed"} and desk.read(number)["Subject"] == "first"


@pytest.mark.estate
def test_an_etag_holds_only_for_who_read_it_or_sees_the_same(desk: Desk) -> None:
    number = desk.ticket()
    tags = {who: desk(who, "GET", f"/ticket/{number}").headers["ETag"] for who in ("audit", "enforcer", "agent")}
    refused = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": tags["agent"]}, json={"Subject": "x"})

    assert tags["audit"] == tags["enforcer"] != tags["agent"]
    assert refused.status_code == 412


@pytest.mark.estate
def test_of_two_updates_at_the_same_moment_both_can_be_accepted(desk: Desk) -> None:
    number = desk.ticket()
    both = 0
    with ThreadPoolExecutor(2) as pool:
        for attempt in range(12):
            etag = desk("audit", "GET", f"/ticket/{number}").headers["ETag"]
            sent = [
                pool.submit(
                    desk,
                    "enforcer",
                    "PUT",
                    f"/ticket/{number}",
                    {"If-Match": etag},
                    json={"Subject": f"{name}{attempt}"},
                )
                for name in "ab"
            ]
            both += [each.result().status_code for each in sent] == [200, 200]
            if both:
                break

    assert both, "RT compares and writes in two steps; twelve pairs of updates never met between them"


@pytest.mark.estate
def test_a_delete_is_soft_and_the_ticket_is_found_by_its_number_only(desk: Desk) -> None:
    number = desk.ticket()
    deleted = desk("audit", "DELETE", f"/ticket/{number}")
    searched = desk("root", "GET", "/tickets", params={"query": f"id={number} AND Status='deleted'"})

    assert deleted.status_code == 204 and desk.read(number)["Status"] == "deleted"
    assert searched.json()["total"] == 0
    assert desk("audit", "DELETE", f"/ticket/{number}").status_code == 500


@pytest.mark.estate
def test_updates_without_the_right_are_answered_200_and_change_nothing(desk: Desk) -> None:
    number = desk.ticket()
    answer = desk("agent", "PUT", f"/ticket/{number}", json={"Subject": "taken over"})

    assert answer.status_code == 200 and answer.json() == [f"Ticket {number}: Permission Denied"]
    assert desk.read(number)["Subject"] == TRIAL["Subject"]


@pytest.mark.estate
def test_each_missing_right_has_another_status(desk: Desk) -> None:
    number = desk.ticket()
    text = {"Content": "x", "ContentType": "text/plain"}
    statuses = {
        "create": desk("agent", "POST", "/ticket", json=TRIAL).status_code,
        "comment": desk("agent", "POST", f"/ticket/{number}/comment", json=text).status_code,
        "delete": desk("agent", "DELETE", f"/ticket/{number}").status_code,
        "no credential": desk("", "GET", f"/ticket/{number}").status_code,
    }

    assert statuses == {"create": 403, "comment": 400, "delete": 500, "no credential": 401}


@pytest.mark.estate
def test_unknown_fields_are_dropped_without_a_word(desk: Desk) -> None:
    made = desk("enforcer", "POST", "/ticket", json={**TRIAL, "CustomFields": {"Nope": "x", "Handoff-Key": "k1"}})
    changed = desk("enforcer", "PUT", f"/ticket/{made.json()['id']}", json={"CustomFields": {"Nope": "x"}})
    fields = {field["name"]: field["values"] for field in desk.read(made.json()["id"])["CustomFields"]}
    found = desk("audit", "GET", "/tickets", params={"query": "'CF.{Handoff-Key}' = 'k1'"}).json()

    assert made.status_code == 201 and (changed.status_code, changed.json()) == (200, [])
    assert fields == {"Handoff-Key": ["k1"], "Appointment": [], "Decision": []}
    assert [item["id"] for item in found["items"]] == [made.json()["id"]]


@pytest.mark.estate
def test_only_people_may_set_the_decision_of_a_handoff(desk: Desk) -> None:
    number = desk.ticket()
    decided = {"CustomFields": {"Decision": "approve"}}
    by_proxy = desk("enforcer", "PUT", f"/ticket/{number}", json=decided)
    after_proxy = {field["name"]: field["values"] for field in desk.read(number)["CustomFields"]}
    by_person = desk("desk", "PUT", f"/ticket/{number}", json=decided)
    after_person = {field["name"]: field["values"] for field in desk.read(number)["CustomFields"]}

    assert by_proxy.status_code == by_person.status_code == 200
    assert after_proxy["Decision"] == [] and after_person["Decision"] == ["approve"]


@pytest.mark.estate
def test_tickets_page_completely_and_histories_do_not(desk: Desk) -> None:
    def walk(size: int) -> list[str]:
        page = desk("agent", "GET", "/tickets", params={"query": "Queue='service-desk'", "per_page": size}).json()
        items = list(page["items"])
        while "next_page" in page:
            path = page["next_page"].removeprefix(desk.environment["RT_URL"])
            page = desk("agent", "GET", path).json()
            items += page["items"]
        return [item["id"] for item in items]

    number = desk.ticket()
    desk("enforcer", "POST", f"/ticket/{number}/comment", json={"Content": "x", "ContentType": "text/plain"})
    reply = {"Content": "x", "ContentType": "text/plain"}
    assert desk("enforcer", "POST", f"/ticket/{number}/correspond", json=reply).status_code == 201
    history = desk("agent", "GET", f"/ticket/{number}/history", params={"per_page": 2}).json()
    whole = desk("agent", "GET", f"/ticket/{number}/history", params={"per_page": 100}).json()

    assert walk(4) == walk(2) == walk(100) and len(walk(4)) == 6
    assert whole["count"] >= 2 and history["count"] < 2
    assert history["total"] is None and "next_page" not in history


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
        ("crm", "findRequests", "agent", "/tickets", {"params": everything}),
        ("crm", "getRequestHistory", "agent", "/ticket/1/history", {}),
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


@pytest.mark.estate
def test_the_wiki_gives_the_articles_with_their_own_dates(environment: dict[str, str]) -> None:
    asked = {
        "action": "query", "format": "json", "formatversion": "2", "generator": "allpages", "gaplimit": "50",
        "prop": "revisions", "rvprop": "timestamp",
    }  # fmt: skip
    pages = requests.get(environment["WIKI_URL"], params=asked, timeout=30).json()["query"]["pages"]
    dates = {page["title"]: page["revisions"][0]["timestamp"][:10] for page in pages}
    written = dict(path.stem.split(" ", 1)[::-1] for path in (EXAMPLE / "articles").iterdir())

    assert written.items() <= dates.items() and dates["Cancelling by fax"] == "2016-04-11"


# ---- the whole way -----------------------------------------------------------------------------------------------


@pytest.mark.estate
def test_collect_assess_and_report_take_the_estate_for_what_it_is(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "engagement"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*ESTATE_ONLY, "__pycache__"))
    desk = Desk(environment)
    before = desk.left_behind()

    collected = _cxready(environment, "collect", str(folder))
    assessed = _cxready(environment, "assess", str(folder), "--json")
    reported = _cxready(environment, "report", str(folder), "-f", "json,html")

    assert desk.left_behind() == before == [], "a ticket was left behind"
    for done in (collected, assessed, reported):
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    told = json.loads(assessed.stdout)
    findings = {(f["probe"], f["subject"]["item"]): f for f in told["findings"]}
    assert told["left_behind"] == []
    assert findings["api.repeat_safe", "createTicket"]["outcome"] == "not_met"
    assert "soft delete" in json.dumps(told).lower()
    assert list(folder.glob("assessments/*/*.html"))


def _cxready(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from assess.cli import main; main()", *arguments],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
