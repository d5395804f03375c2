"""What was sent can be shown, what leaves can be seen and taken out, and no secret stands anywhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest

from probes.artifact import Missing
from probes.bundle import Bundle
from probes.gather.write_evidence import WriteRoundTrip
from probes.manifest import sha
from runtime.systems.write_ledger import WriteLedger
from tests.bound_run import BoundRun
from tests.harness.command import Said, command, half_written


@pytest.fixture
def handed(bound: BoundRun, tmp_path: Path) -> Path:
    """A copy of what IT has, to change."""
    return Path(shutil.copytree(bound.engagement, tmp_path / "engagement"))


# ---- log ---------------------------------------------------------------------------------------------------------


def test_the_log_as_text_names_run_plan_and_line_of_each_request(bound: BoundRun) -> None:
    said = command("evidence", "log", bound.engagement)
    assert said.code == 0
    head, *lines = said.out.splitlines()
    assert f"bound to {bound.manifest()['plan']}" in head
    numbered = [line for line in lines if re.match(r" +\d+  20", line)]
    assert len(numbered) == len(bound.log()) and all(" line " in line for line in numbered)
    assert "crm.corp.example/customers" in said.out


def test_each_write_says_when_its_record_was_taken_back(bound: BoundRun) -> None:
    ledger = WriteLedger(bound.engagement / ".cxready" / "ledger.sqlite")
    entries = [e for e in ledger.entries() if e.state in ("removed", "reversed")]
    ledger.close()
    rows = {row["n"]: row for row in bound.log()}
    assert len(entries) >= 10
    for entry in entries:
        assert entry.exchange is not None
        row = rows[entry.exchange]
        assert row["method"] in ("POST", "PATCH", "PUT") and row["system"] == entry.system
        assert row["undone"] == entry.state and row["at"] < row["undone_at"]


def test_the_csv_holds_every_column_and_runs_no_formula(bound: BoundRun, tmp_path: Path) -> None:
    said = command("evidence", "log", bound.engagement, "--csv", "-o", tmp_path / "sent.csv")
    assert said.code == 0 and "written" in said.out
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sent.csv").read_text(encoding="utf-8"))))
    wanted = {"at", "host", "method", "path", "sent_digest", "sent", "status", "probe", "plan_line", "undone_at"}
    assert len(rows) == len(bound.log()) and wanted <= set(rows[0])
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]
    assert not half_written(tmp_path)


def test_the_har_is_what_network_tools_read(bound: BoundRun) -> None:
    said = command("evidence", "log", bound.engagement, "--har")
    log = json.loads(said.out)["log"]
    assert log["version"] == "1.2" and len(log["entries"]) == len(bound.log())
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert {"method", "url", "httpVersion", "headers", "queryString", "headersSize"} <= set(entry["request"])
        assert {"status", "statusText", "content", "redirectURL"} <= set(entry["response"])
    posted = [e for e in log["entries"] if e["_cxready"]["undone"] == "removed"]
    assert posted and all("text" in e["request"]["postData"] for e in posted)


def test_the_digest_of_a_body_is_that_of_its_bytes_on_the_wire(bound: BoundRun) -> None:
    tokens = {row["sent_digest"] for row in bound.log() if row["path_template"] == "token"}
    assert f"sha256:{sha(b'grant_type=client_credentials')}" in tokens


def test_an_unknown_run_and_two_formats_are_refused(bound: BoundRun) -> None:
    assert command("evidence", "log", bound.engagement, "--run", "nobody").complains("no run nobody")
    assert command("evidence", "log", bound.engagement, "--csv", "--har").complains("three formats")


# ---- review ------------------------------------------------------------------------------------------------------


def test_the_review_lists_every_field_of_every_file(bound: BoundRun) -> None:
    said = command("evidence", "review", bound.bundle, "--json")
    found = json.loads(said.out)
    assert {"manifest", "inputs", "write_round_trip", "knowledge_audit"} <= set(found["files"])
    assert sum(kind["files"] for kind in found["files"].values()) == len(bound.manifest()["files"]) + 1
    fields = {(f["kind"], f["path"]) for f in found["fields"]}
    assert {("write_round_trip", "/write/response"), ("manifest", "/missing/*/detail")} <= fields
    assert found["redacted"].get("e-mail", 0) > 0 and found["redacted"].get("name", 0) > 0
    assert any(f["samples"] for f in found["fields"])


def test_the_review_names_what_looks_personal_and_was_not_redacted(bound: BoundRun, handed: Path) -> None:
    (handed / "knowledge" / "new.md").write_text("Ask mara.lind@customer-mail.com first.\n", encoding="utf-8")
    assert "engagement.yaml" in command("evidence", "review", bound.bundle).out
    said = command("evidence", "review", bound.bundle, "--kind", "nothing")
    assert said.code == 2 and said.complains("nothing of the kind")


# ---- strike ------------------------------------------------------------------------------------------------------


def _struck(folder: Path, path: str) -> tuple[Said, Bundle, Bundle]:
    place = max((folder / "bundles").glob("*/manifest.json")).parent
    before = Bundle.open(shutil.copytree(place, folder / "before" / place.name))
    said = command("evidence", "strike", folder, path, "--reason", "names a person", "--json")
    assert said.code == 0, said
    return said, before, Bundle.open(place)


def _round_trip(bundle: Bundle, operation: str) -> tuple[str, WriteRoundTrip]:
    found = next(a for a in bundle.all(WriteRoundTrip) if a.subject.item == operation)
    return next(
        n for n in bundle.manifest.files if n.startswith("artifacts/write_round_trip/") and operation in n
    ), found


def test_a_struck_value_is_out_both_digests_stay_and_its_question_is_not_measured(
    bound: BoundRun, handed: Path
) -> None:
    name, trip = _round_trip(Bundle.open(bound.bundle), "createCredit")
    assert trip.write
    said, before, after = _struck(handed, f"{name}#/write/response")
    entry = after.manifest.struck[0]
    assert entry.bundle_before == before.digest and after.digest == json.loads(said.out)["bundle_after"]
    assert entry.file_before == sha((before.root / name).read_bytes())
    kept = after.root / name.replace("artifacts/", "struck/")
    assert entry.file_after == sha(kept.read_bytes()) and trip.write.response not in kept.read_text(encoding="utf-8")
    missing = after.get(WriteRoundTrip, trip.subject)
    assert isinstance(missing, Missing) and missing.cause == "struck"
    zipped = Bundle.open(after.root.with_name(after.root.name + ".zip"))
    assert zipped.digest == after.digest
    assert not half_written(handed)
    cells = json.loads(command("assess", handed, "--json").out)["cells"]
    own = [c for c in cells if c["probe"] == "api.writes_stick" and c["subject"]["item"] == "createCredit"]
    assert [c["state"] for c in own] == ["not_measured"]


def test_striking_a_bad_finding_never_raises_a_level(bound: BoundRun, handed: Path) -> None:
    before = json.loads(command("assess", handed, "--json").out)["levels"]
    name = next(
        n for n in Bundle.open(bound.bundle).manifest.files if n.startswith("artifacts/repeat_trial/") and "Refund" in n
    )
    _struck(handed, name)
    after = json.loads(command("assess", handed, "--json").out)["levels"]
    assert all(after[d]["confirmed"] <= before[d]["confirmed"] for d in before)
    assert all(after[d]["possible"] >= before[d]["possible"] for d in before)


def test_a_struck_article_is_gone_with_all_that_quotes_it(handed: Path) -> None:
    _, before, after = _struck(handed, "inputs/knowledge/bereavement.md")
    assert "inputs/knowledge/bereavement.md" in before.manifest.files
    assert "inputs/knowledge/bereavement.md" not in after.manifest.files
    assert not [n for n in after.manifest.files if n.startswith("artifacts/knowledge_audit/")]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("artifacts/no/such.json", "holds no file"),
        ("manifest.json#/digest", "only sentences of the manifest"),
        ("inputs/engagement.yaml", "without this file nothing can be judged"),
        ("artifacts/route_plan/billing.json#/nowhere/3", "nothing stands at"),
    ],
)
def test_what_cannot_be_struck_is_refused_and_the_bundle_stays(
    bound: BoundRun, handed: Path, path: str, complaint: str
) -> None:
    said = command("evidence", "strike", handed, path, "--reason", "x")
    assert said.code == 2 and said.complains(complaint)
    assert (
        Bundle.open(max((handed / "bundles").glob("*/manifest.json")).parent).digest == Bundle.open(bound.bundle).digest
    )


# ---- erase -------------------------------------------------------------------------------------------------------


def test_erasing_leaves_a_receipt_and_nothing_that_was_collected(bound: BoundRun, handed: Path) -> None:
    requests, files = Counter(row["system"] for row in bound.log()), _names(handed / ".cxready")
    assert "trace.sqlite" in files
    said = command("evidence", "erase", handed, "--reason", "end of the engagement", "--bundles", "--yes")
    assert said.code == 0, said
    receipt = json.loads(next(handed.glob("erased-*.json")).read_text(encoding="utf-8"))
    assert receipt["requests"] == requests and receipt["bundles"][0]["digest"] == Bundle.open(bound.bundle).digest
    assert all(len(f["sha256"]) == 64 for f in receipt["files"]) and receipt["left_on_systems"] == []
    assert not [name for name in _names(handed / ".cxready") if ".sqlite" in name]
    assert not (handed / "bundles").exists() and (handed / "engagement.yaml").exists()
    assert command("evidence", "log", handed).complains("nothing was sent")


def test_erasing_without_a_yes_erases_nothing(handed: Path) -> None:
    assert command("evidence", "erase", handed, "--reason", "x").complains("nothing was erased")
    assert (handed / ".cxready" / "trace.sqlite").is_file()


def test_erasing_is_refused_while_a_record_of_ours_may_be_on_a_system(handed: Path) -> None:
    ledger = WriteLedger(handed / ".cxready" / "ledger.sqlite")
    entry = ledger.intend("billing", "createCredit", {"reference": "cxready-1-7"}, undo="reverseCredit", run="1")
    ledger.created(entry, {"id": "CR-77"})
    ledger.close()
    said = command("evidence", "erase", handed, "--reason", "x", "--yes")
    assert said.code == 2 and said.complains("CR-77"), said
    assert command("evidence", "erase", handed, "--reason", "x", "--yes", "--whatever-is-left").code == 0
    receipt = json.loads(next(handed.glob("erased-*.json")).read_text(encoding="utf-8"))
    assert "CR-77" in receipt["left_on_systems"][0]


def _names(place: Path) -> set[str]:
    return {p.name for p in place.iterdir()}


# ---- no secret ---------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_any_file_or_on_either_stream(bound: BoundRun, handed: Path, tmp_path: Path) -> None:
    """Canaries in every secret, in the proxy's password and in what the systems answered; every output is searched."""
    said = [bound.asked, bound.planned, bound.collected]
    for form in ((), ("--csv",), ("--har",), ("--json",)):
        said.append(command("evidence", "log", handed, *form, "-o", tmp_path / f"log{''.join(form)}"))
    said += [command("evidence", "review", handed), command("evidence", "review", handed, "--json")]
    said += [command("assess", handed), command("assess", handed, "--json")]
    said.append(command("report", handed, "-f", "html,json,md,csv,sarif,junit,xlsx"))
    said.append(command("collect", handed, "--dry-run", "-o", tmp_path / "plan.json"))
    said.append(command("evidence", "strike", handed, "manifest.json#/missing/0/detail", "--reason", "a name"))
    shutil.copytree(bound.folder, tmp_path / "consultant")
    said.append(command("take", bound.bundle, "--into", tmp_path / "consultant"))
    assert [s.code for s in said] == [0] * len(said), [s.err for s in said if s.code]
    canaries = {form for secret in bound.secrets for form in _spellings(secret)}
    assert len(bound.secrets) > 25
    streams = "".join(s.out + s.err for s in said).encode()
    files = {p: p.read_bytes() for p in [*bound.it.rglob("*"), *tmp_path.rglob("*"), bound.archive] if p.is_file()}
    assert any(p.name == "trace.sqlite" for p in files) and any(p.name == "ledger.sqlite" for p in files)
    held = {(p.name, canary) for p, data in files.items() for canary in canaries if canary in data}
    assert not held
    assert not [canary for canary in canaries if canary in streams]
    assert not [p for p, data in files.items() if re.search(rb"Bearer [A-Za-z0-9_-]{20,}", data)]


def _spellings(secret: str) -> set[bytes]:
    """A secret as it is, as it looks in an address, and in a Basic header with its user."""
    pair = f"scout:{secret}"
    return {secret.encode(), quote(secret, safe="").encode(), base64.b64encode(pair.encode())}
