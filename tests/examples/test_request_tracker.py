"""The example as a user goes through it: its folder, then collect, assess and report on the real systems.

Needs the packages of examples/request-tracker/install.sh, except for the folder itself.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import requests

from assess.engagement import load_folder
from runtime.escalation.destinations.destination import Message
from runtime.escalation.destinations.request_tracker import RequestTracker
from runtime.systems.connect import connect
from runtime.systems.exchange import System
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Holder
from runtime.systems.trace import Trace
from tests.examples.desk import EXAMPLE, ROOT, Desk, cxready
from tests.harness.kill_rig import run, run_and_kill

ESTATE_ONLY = ("estate.py", "rt_server.py", "wiki_server.py", "rt_content.pl", "install.sh", "README.md", "articles")


def test_the_folder_loads() -> None:
    folder = load_folder(EXAMPLE)

    assert set(folder.estate.systems) == {"rt", "crm"}
    assert set(folder.estate.goals) == {"report-fault", "move-appointment", "refund-overpayment"}


def test_the_articles_hold_the_contradictions_that_the_readme_names() -> None:
    texts = {path.stem.split(" ", 1)[1]: path.read_text(encoding="utf-8") for path in (EXAMPLE / "articles").iterdir()}

    assert "14 days from delivery" in texts["Returning a device"]
    assert "30 days from delivery" in texts["Moving house and equipment"]


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


@pytest.mark.estate
def test_a_handoff_arrives_once_is_found_read_back_and_alerts_someone(environment: dict[str, str], desk: Desk) -> None:
    estate = load_folder(EXAMPLE).estate
    settings = estate.systems["rt"]

    def as_holder(holder: Holder) -> System:
        budget, trace = RequestBudget(50), Trace.memory()
        return connect(
            "rt", settings, holder=holder, network=estate.network, folder=estate.folder, budget=budget, trace=trace,
            secrets=environment, run="test", contact=estate.contact,
        )  # fmt: skip

    there = estate.escalation.destinations["desk"]
    destination = RequestTracker("desk", there, as_holder("enforcer"), as_holder("audit"))
    message = Message("h-1", "Approve a credit", "Approve or refuse?\n\n74,50 € für Konto A-1.", queue="cxready-test")
    number = destination.create(message)
    found = destination.find("h-1")
    held = destination.read(number)

    assert [(each.id, each.key) for each in found] == [(number, "h-1")]
    assert (held.key, held.text, held.digest) == ("h-1", message.text, message.digest)
    assert destination.alerts(number), "nobody was told"
    destination.close(number)
    assert destination.read(number).status in ("deleted", "resolved")


@pytest.mark.estate
@pytest.mark.parametrize(
    ("point", "tickets"),
    [
        pytest.param("runtime.systems.write_ledger.WriteLedger.created:after", 1, id="the answer was kept"),
        pytest.param("runtime.systems.write_ledger.WriteLedger.created:before", 1, id="only the query finds it"),
        pytest.param("runtime.systems.write_ledger.WriteLedger.sending:before", 0, id="never sent"),
    ],
)
def test_what_a_killed_collection_made_is_deleted_by_the_next(
    environment: dict[str, str], desk: Desk, tmp_path: Path, point: str, tickets: int
) -> None:
    command = ["-c", "from assess.cli import main; main()", "collect", str(_engagement(tmp_path / "engagement"))]
    collect = [*command, "--system", "rt", "--probe", "api.writes_stick"]

    run_and_kill(collect, point=point, env=environment, cwd=ROOT, timeout=300)
    made = desk.left_behind()
    after = run(collect, env=environment, cwd=ROOT, timeout=400)

    assert len(made) == tickets and after.ok, after.stdout[-2000:] + after.stderr[-2000:]
    assert desk.left_behind() == [] and "left behind: none" in after.stdout
    assert [desk.read(number)["Status"] for number in made] == ["deleted"] * tickets


@pytest.mark.estate
def test_collect_assess_and_report_take_the_estate_for_what_it_is(environment: dict[str, str], tmp_path: Path) -> None:
    folder = _engagement(tmp_path / "engagement")
    desk = Desk(environment)
    before = desk.left_behind()

    collected = cxready(environment, "collect", str(folder))
    assessed = cxready(environment, "assess", str(folder), "--json")
    reported = cxready(environment, "report", str(folder), "-f", "json,html,pdf")

    assert desk.left_behind() == before == [], "a ticket was left behind"
    for done in (collected, assessed, reported):
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    told = json.loads(assessed.stdout)
    cells = {(c["probe"], c["subject"]["unit"], c["subject"]["item"]): c for c in told["cells"]}
    findings = {(f["probe"], f["subject"]["unit"], f["subject"]["item"]): f for f in told["findings"]}

    assert told["left_behind"] == [] and max(told["requests"].values()) <= 100
    assert set(told["requests"]) == {"rt", "crm", "knowledge"}
    # No idempotency key, but our reference in a custom field is found again by a query.
    assert cells["api.repeat_safe", "rt", "createTicket"]["state"] == "met"
    assert "our reference finds it with findTickets" in cells["api.repeat_safe", "rt", "createTicket"]["title"]
    assert cells["api.writes_stick", "rt", "createTicket"]["state"] == "met"
    # A soft delete is legitimate, and called so; the 412 is a real precondition.
    assert "soft delete" in cells["api.deletes_stick", "rt", "createTicket"]["title"]
    assert cells["api.deletes_stick", "rt", "createTicket"]["state"] == "met"
    assert cells["api.no_lost_updates", "rt", "updateTicket"]["state"] == "met"
    # A refusal with status 200 is no acceptance.
    assert cells["guardrails.enforced_at_api", "change_ticket", ""]["state"] == "met"
    # The whole drill ran on the real queue.
    assert cells["escalation.delivered", "service_desk", ""]["state"] == "met"
    assert cells["escalation.nothing_lost", "service_desk", ""]["state"] == "met"
    assert ("knowledge.no_conflicts", "move-appointment", "") in findings
    assert ("escalation.route_defined", "accounting", "") in findings
    assert "e-mail" not in findings["crm.finds_customer", "crm", ""]["title"]
    for kind in ("html", "pdf"):
        assert list(folder.glob(f"assessments/*/report.{kind}"))


@pytest.mark.estate
def test_the_plan_stays_within_the_budget_and_leaves_nothing_out(environment: dict[str, str], tmp_path: Path) -> None:
    folder, plan = _engagement(tmp_path / "engagement"), tmp_path / "plan.json"
    planned = cxready(environment, "collect", str(folder), "--dry-run", "-o", str(plan))
    told = json.loads(plan.read_text(encoding="utf-8"))
    by_system: dict[str, int] = {}
    for line in told["lines"]:
        by_system[line["system"]] = by_system.get(line["system"], 0) + line["count"]

    assert planned.returncode == 0 and max(by_system.values()) <= 100
    assert told["left_out"] == {}


def _engagement(folder: Path) -> Path:
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*ESTATE_ONLY, "__pycache__"))
    return folder
