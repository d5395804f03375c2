"""The assessment as JUnit XML, for the test page of a CI server.

Most servers paint a skipped case green. What was not measured is therefore skipped, and each dimension holds one case
`coverage` that fails when less than the stated share was measured. There is no official schema; what is written here is
what GitLab, Jenkins and GitHub's reporters read (testsuites, testsuite, testcase, failure, error, skipped).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from assess.assessment import Assessment, Cell, Coverage, Finding
from assess.outputs.plain import plain
from probes.finding import DIMENSIONS, Dimension, State

LEAST = 80


def junit(assessment: Assessment, least: int = LEAST) -> bytes:
    """A test report as UTF-8 XML.

    Args:
        least: percent of the cells of a dimension that must be measured, declared or attested, else `coverage` fails.
    """
    root = Element("testsuites", name="cxready")
    suites = [_suite(root, assessment, dimension, least) for dimension in DIMENSIONS]
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", "0")
    indent(root, " ")
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _suite(root: Element, a: Assessment, dimension: Dimension, least: int) -> Element:
    findings = {(f.probe, f.subject): f for f in a.findings}
    suite = SubElement(root, "testsuite", name=dimension)
    for cell in (c for c in a.cells if c.dimension == dimension):
        _case(suite, cell, findings.get((cell.probe, cell.subject)))
    _coverage(suite, dimension, a.levels[dimension].coverage, least)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", "0")
    suite.set("timestamp", a.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    return suite


def _case(suite: Element, cell: Cell, finding: Finding | None) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=plain(f"{cell.dimension}.{cell.subject}"),
        name=plain(cell.probe.split(".", 1)[1]),
        time="0",
    )
    if cell.state is State.NOT_MET:
        failure = SubElement(case, "failure", message=plain(cell.title), type=plain(cell.cause or "not met"))
        failure.text = plain("\n".join(_told(finding)) if finding else cell.title)
    elif cell.state is State.NOT_MEASURED and cell.cause == "failed":
        error = SubElement(case, "error", message=plain(cell.title), type="failed")
        error.text = plain(cell.would_measure)
    elif cell.state is not State.MET:
        SubElement(case, "skipped", message=plain(_why_skipped(cell)))


def _told(finding: Finding) -> Sequence[str]:
    return [
        f"{finding.number} {finding.title}",
        *([finding.consequence] if finding.consequence else []),
        *(f"seen: {e.says}" + (f" [{e.source}]" if e.source else "") for e in finding.evidence),
        *(f"to do {n}: {step}" for n, step in enumerate(finding.remedy, start=1)),
        *([f"holds back: {', '.join(finding.workflows)}"] if finding.workflows else []),
    ]


def _why_skipped(cell: Cell) -> str:
    if cell.state is State.NOT_APPLICABLE:
        return f"does not apply: {cell.title}"
    due = "due at the next assessment" if cell.later else "not measured"
    return f"{due}: {cell.title}" + (f" → {cell.would_measure}" if cell.would_measure else "")


def _coverage(suite: Element, dimension: Dimension, coverage: Coverage, least: int) -> None:
    """Fails below the share, and when nothing was asked: an empty collection is not measured."""
    case = SubElement(suite, "testcase", classname=dimension, name="coverage", time="0")
    seen = coverage.applicable - coverage.not_measured
    if coverage.applicable and seen * 100 >= least * coverage.applicable:
        return
    said = f"{seen} of {coverage.applicable} questions are answered; {least} % are asked for"
    failure = SubElement(case, "failure", message=said, type="coverage")
    failure.text = "Skipped cases of this suite are not measured; each says what would measure it."
