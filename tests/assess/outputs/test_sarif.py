"""SARIF 2.1.0: what is not measured is open, what is no failure has no level, identity survives a moved line."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assess.assessment import Assessment
from assess.catalogue import catalogue
from assess.engagement import Folder, load_folder
from assess.opening import judged, opened
from assess.outputs.places import place_of
from assess.outputs.sarif import sarif
from probes.finding import EVERYWHERE, State, Subject

KIND = {"met": "pass", "not_met": "fail", "not_measured": "open", "not_applicable": "notApplicable"}


@pytest.fixture(scope="module")
def assessment(northwind) -> Assessment:
    with opened(northwind.folder) as at:
        return judged(at).assessment


@pytest.fixture(scope="module")
def folder(northwind) -> Folder:
    return load_folder(northwind.folder)


@pytest.fixture(scope="module")
def run(assessment: Assessment, folder: Folder) -> dict[str, Any]:
    log = json.loads(json.dumps(sarif(assessment, folder, catalogue(), "clients/northwind")))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    return dict(log["runs"][0])


def test_every_question_is_a_result_with_its_own_kind(run, assessment: Assessment) -> None:
    expected = Counter(KIND[c.state.value] for c in assessment.cells)
    assert Counter(r["kind"] for r in run["results"]) == expected
    assert expected["fail"] and expected["open"] and expected["notApplicable"], "the demo shows every kind"


def test_only_failures_have_a_level_and_essential_ones_are_errors(run, assessment: Assessment) -> None:
    for result in run["results"]:
        assert (result["level"] == "none") == (result["kind"] != "fail")
    failed = [r for r in run["results"] if r["kind"] == "fail"]
    assert {r["level"] for r in failed if "number" not in r["properties"]} == {"note"}, "asked for level 5 alone"
    levels = {r["properties"]["number"]: r["level"] for r in failed if "number" in r["properties"]}
    assert levels == {
        f.number: "error" if f.essential else "warning" if f.level <= assessment.overall.target else "note"
        for f in assessment.findings
    }


def test_an_open_result_says_what_would_measure_it(run, assessment: Assessment) -> None:
    by_name = {f"{c.probe}({c.subject})": c for c in assessment.cells}
    for result in (r for r in run["results"] if r["kind"] == "open"):
        subject = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        assert by_name[f"{result['ruleId']}({subject})"].would_measure.rstrip(".") in result["message"]["text"]


def test_every_rule_index_leads_to_its_rule_and_every_rule_has_words(run) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024, "code scanning takes no more"


def test_a_dropped_patch_points_to_the_line_where_its_operation_is_described(run, folder: Folder) -> None:
    dropped = next(r for r in run["results"] if r["kind"] == "fail" and r["ruleId"] == "api.writes_stick")
    at = dropped["locations"][0]["physicalLocation"]
    assert at["artifactLocation"]["uri"] == "clients/northwind/effects/billing.yaml"
    line = (
        (folder.path / "effects/billing.yaml").read_text(encoding="utf-8").splitlines()[at["region"]["startLine"] - 1]
    )
    assert line.strip().startswith("changePlan:")


def test_every_place_exists(run, folder: Folder) -> None:
    for result in run["results"]:
        at = result["locations"][0]["physicalLocation"]
        file = folder.path / Path(at["artifactLocation"]["uri"]).relative_to("clients/northwind")
        assert 1 <= at["region"]["startLine"] <= len(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("dimension", "subject", "file", "starts"),
    [
        ("crm", Subject(unit="crm"), "engagement.yaml", "crm:"),
        ("api", Subject(unit="billing", item="nowhere"), "engagement.yaml", "billing:"),
        ("knowledge", Subject(unit="device-return"), "goals.yaml", "device-return:"),
        ("guardrails", Subject(unit="issue_credit"), "guardrails.yaml", "issue_credit:"),
        ("escalation", Subject(unit="plans"), "escalation.yaml", "plans:"),
        ("escalation", Subject(unit=EVERYWHERE), "escalation.yaml", "routes:"),
    ],
    ids=str,
)
def test_a_question_is_settled_in_the_file_that_owns_its_subject(folder, dimension, subject, file, starts) -> None:
    place = place_of(folder, dimension, subject)
    text = (folder.path / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert place.file == file and text.strip().startswith(starts)


def test_fingerprints_are_unique_and_do_not_depend_on_lines_titles_or_folders(
    run, assessment: Assessment, folder: Folder, tmp_path: Path
) -> None:
    prints = [r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]]
    assert len(set(prints)) == len(prints)
    text = (folder.path / "engagement.yaml").read_text(encoding="utf-8")
    for path in folder.written_files():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((folder.path / path).read_bytes())
    (tmp_path / "engagement.yaml").write_text("# moved\n# down\n" + text, encoding="utf-8")
    renamed = assessment.model_copy(
        update={"cells": [c.model_copy(update={"title": f"other: {c.title}"}) for c in assessment.cells]}
    )
    moved = sarif(renamed, load_folder(tmp_path), catalogue())["runs"][0]["results"]
    assert [r["partialFingerprints"] for r in moved] == [r["partialFingerprints"] for r in run["results"]]
    assert moved[0]["locations"] != run["results"][0]["locations"]


def test_frameworks_that_a_question_relates_to_are_taxonomies_with_their_edition(
    assessment: Assessment, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = next(p for p in catalogue().probes if "api.repeat_safe" in p.ids())
    monkeypatch.setattr(type(probe), "relates", ("OWASP-LLM:2025/LLM06", "GDPR:2016-679/25"))
    made = sarif(assessment, folder, catalogue())["runs"][0]
    named = [t["name"] for t in made["taxonomies"]]
    assert {"OWASP-LLM:2025", "GDPR:2016-679"} <= set(named) and len(set(named)) == len(named)
    rule = next(r for r in made["tool"]["driver"]["rules"] if r["id"] == "api.repeat_safe")
    assert rule["relationships"][0]["target"] == {"id": "LLM06", "toolComponent": {"name": "OWASP-LLM:2025"}}
    assert made["tool"]["driver"]["supportedTaxonomies"][named.index("GDPR:2016-679")]["name"] == "GDPR:2016-679"


def test_the_same_assessment_gives_the_same_log(assessment: Assessment, folder: Folder) -> None:
    assert json.dumps(sarif(assessment, folder, catalogue())) == json.dumps(sarif(assessment, folder, catalogue()))


@pytest.mark.skipif(
    "CXREADY_SARIF_SCHEMA" not in os.environ, reason="names the OASIS schema, which is not ours to ship"
)
def test_the_log_fits_the_schema_of_the_standard(assessment: Assessment, folder: Folder) -> None:
    from jsonschema import Draft4Validator

    schema = json.loads(Path(os.environ["CXREADY_SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    assert not list(Draft4Validator(schema).iter_errors(sarif(assessment, folder, catalogue())))


def test_a_question_of_a_package_that_is_gone_keeps_its_name(assessment: Assessment, folder: Folder) -> None:
    stranger = assessment.cells[0].model_copy(update={"probe": "api.from_elsewhere", "state": State.NOT_MEASURED})
    made = sarif(assessment.model_copy(update={"cells": [stranger]}), folder, catalogue())["runs"][0]
    assert made["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "api.from_elsewhere"
