"""The assessment as SARIF 2.1.0, for code scanning and other readers of results.

Not measured is `open`, never `pass`; a result that is no failure has level `none` (SARIF 2.1.0, 3.27.9 and 3.27.10).
Fingerprints follow question and subject alone, so that a finding stays the same one when a line moves.
Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assess.assessment import Assessment, Cell, Finding
from assess.catalogue import Catalogue
from assess.engagement import Folder
from assess.outputs.places import place_of
from probes.finding import State
from probes.probe import Probe

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS = {
    State.MET: "pass",
    State.NOT_MET: "fail",
    State.NOT_MEASURED: "open",
    State.NOT_APPLICABLE: "notApplicable",
}
ROOT = "%SRCROOT%"


@dataclass(frozen=True)
class Reference:
    """An entry of a framework; the edition is part of its name."""

    framework: str
    id: str


def sarif(assessment: Assessment, folder: Folder, catalogue: Catalogue, prefix: str = "") -> dict[str, Any]:
    """A SARIF log with one run: a rule a question, a result a cell.

    Args:
        prefix: the engagement's folder as seen from the repository's root; stands before every path.
    """
    a = assessment
    probes = {name: probe for probe in catalogue.probes for name in probe.ids()}
    rules = list(dict.fromkeys(cell.probe for cell in a.cells))
    related = {name: _related(name, probes.get(name), a) for name in rules}
    frameworks = _frameworks(related)
    driver = {
        "name": "cxready",
        "organization": "cxready",
        "semanticVersion": a.tool.removeprefix("cxready "),
        "rules": [_rule(name, probes.get(name), related[name], a) for name in rules],
    }
    if frameworks:
        driver["supportedTaxonomies"] = [{"name": name, "index": n} for n, name in enumerate(frameworks)]
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"cxready/{_slug(a.organisation)}/{a.run}"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": a.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")}],
        "columnKind": "utf16CodeUnits",
        "results": _results(a, rules, folder, prefix),
        "properties": _about(a),
    }
    if frameworks:
        run["taxonomies"] = [_taxonomy(name, ids) for name, ids in frameworks.items()]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, probe: Probe | None, related: Sequence[Reference], a: Assessment) -> dict[str, Any]:
    """A question as a rule; one of an installed package that is gone keeps its name alone."""
    cell = next(c for c in a.cells if c.probe == name)
    rule: dict[str, Any] = {
        "id": name,
        "name": type(probe).__name__ if probe else name,
        "defaultConfiguration": {"level": _severity(cell, a)},
        "properties": {
            "tags": [cell.dimension, f"level-{cell.level}", *(["essential"] if cell.essential else [])],
            "problem.severity": {"note": "recommendation"}.get(_severity(cell, a), _severity(cell, a)),
        },
    }
    if related:
        rule["relationships"] = [
            {"target": {"id": r.id, "toolComponent": {"name": r.framework}}, "kinds": ["relevant"]} for r in related
        ]
    if probe is None:
        return {**rule, "shortDescription": {"text": name}}
    page = probe.page()
    rule["shortDescription"] = {"text": page["statement"][:1000]}
    rule["fullDescription"] = {"text": (page["why"] or page["statement"])[:1000]}
    rule["help"] = {"text": f"How it is measured: {page['how']}\n\nWhat to do: {page['remedy']}"}
    return rule


def _results(a: Assessment, rules: Sequence[str], folder: Folder, prefix: str) -> list[dict[str, Any]]:
    index = {name: n for n, name in enumerate(rules)}
    findings = {(f.probe, f.subject): f for f in a.findings}
    return [
        _result(cell, index[cell.probe], findings.get((cell.probe, cell.subject)), a, folder, prefix)
        for cell in a.cells
    ]


def _result(
    cell: Cell, rule: int, finding: Finding | None, a: Assessment, folder: Folder, prefix: str
) -> dict[str, Any]:
    identity = hashlib.sha256(f"{cell.probe}|{cell.subject}".encode()).hexdigest()
    place = place_of(folder, cell.dimension, cell.subject)
    kind = KINDS[cell.state]
    logical = {"fullyQualifiedName": str(cell.subject), "kind": "function" if cell.subject.item else "module"}
    return {
        "ruleId": cell.probe,
        "ruleIndex": rule,
        "kind": kind,
        "level": _severity(cell, a) if kind == "fail" else "none",
        "message": {"text": _message(cell, finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.under(prefix)), "uriBaseId": ROOT},
                    "region": {"startLine": place.line, "startColumn": 1, "endLine": place.line, "endColumn": 2},
                },
                "logicalLocations": [logical],
            }
        ],
        # GitHub reads `primaryLocationLineHash` alone; other readers compare ours.
        "partialFingerprints": {"cxready/v1": identity, "primaryLocationLineHash": f"{identity[:16]}:1"},
        "properties": _properties(cell, finding),
    }


def _severity(cell: Cell, a: Assessment) -> str:
    if cell.essential:
        return "error"
    return "warning" if cell.level <= a.overall.target else "note"


def _message(cell: Cell, finding: Finding | None) -> str:
    parts = [cell.title or cell.probe]
    if finding:
        parts += [finding.consequence, *(f"To do: {step}" for step in finding.remedy[:2])]
    elif cell.state is State.NOT_MEASURED:
        parts.append(f"To measure it: {cell.would_measure}" if cell.would_measure else "")
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _properties(cell: Cell, finding: Finding | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "dimension": cell.dimension,
        "maturityLevel": cell.level,
        "essential": cell.essential,
        "grade": cell.grade,
        "cause": cell.cause,
        "later": cell.later,
        "workflows": list(cell.workflows),
    }
    if finding:
        said |= {"number": finding.number, "owner": finding.owner, "effortDays": list(finding.effort.days)}
    return said


def _about(a: Assessment) -> dict[str, Any]:
    return {
        "organisation": a.organisation,
        "asOf": a.as_of.isoformat(),
        "bundle": a.bundle,
        "catalogue": a.catalogue,
        "profile": a.profile,
        "overall": {"confirmed": a.overall.confirmed, "possible": a.overall.possible, "target": a.overall.target},
        "levels": {d: {"confirmed": v.confirmed, "possible": v.possible} for d, v in a.levels.items()},
        "gates": {name: gate.autonomy for name, gate in a.gates.items()},
    }


def _related(name: str, probe: Probe | None, a: Assessment) -> list[Reference]:
    """What a question relates to, by the catalogue and by its findings."""
    said = [*(probe.relates if probe else ()), *(r for f in a.findings if f.probe == name for r in f.relates)]
    return [_reference(text) for text in dict.fromkeys(said)]


def _reference(text: str) -> Reference:
    """`OWASP-LLM:2025/LLM06`, else the last word is the id: `NIST AI RMF 1.0 Measure`."""
    found = re.fullmatch(r"([^/\s]+:[^/\s]+)/(.+)", text) or re.fullmatch(r"(.+)\s(\S+)", text)
    return Reference(found[1], found[2]) if found else Reference("other", text)


def _frameworks(related: Mapping[str, Sequence[Reference]]) -> dict[str, list[str]]:
    """Framework with edition → ids, in order of their first mention."""
    found: dict[str, list[str]] = {}
    for reference in dict.fromkeys(r for references in related.values() for r in references):
        found.setdefault(reference.framework, []).append(reference.id)
    return found


def _taxonomy(name: str, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name,
        "shortDescription": {"text": f"{name}: relates to, never complies with"},
        "taxa": [{"id": found} for found in ids],
    }


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "organisation"
