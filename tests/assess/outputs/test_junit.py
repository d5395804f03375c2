"""JUnit XML: a skipped case looks green, so coverage is a case that can fail."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest

from assess.assessment import Assessment, Coverage
from assess.outputs.junit import junit
from probes.finding import DIMENSIONS, State


@pytest.fixture(scope="module")
def assessment(sample) -> Assessment:
    return sample.demo()


def case(root: Element, classname: str, name: str) -> Element:
    return next(c for c in root.iter("testcase") if (c.get("classname"), c.get("name")) == (classname, name))


def changed(assessment: Assessment, **update: object) -> Assessment:
    first, *rest = assessment.cells
    return assessment.model_copy(update={"cells": [first.model_copy(update=update), *rest]})


def test_every_finding_is_a_failure_and_nothing_else_is(assessment: Assessment) -> None:
    root = fromstring(junit(assessment, 0))
    failures = [c for c in root.iter("testcase") if c.find("failure") is not None]
    assert sorted((c.get("classname"), c.get("name")) for c in failures) == sorted(
        (f"{c.dimension}.{c.subject}", c.probe.split(".")[1]) for c in assessment.cells if c.state is State.NOT_MET
    )
    assert len(failures) == len(assessment.findings) > 0


def test_a_failure_says_number_evidence_and_remedy(assessment: Assessment) -> None:
    finding = assessment.findings[0]
    root = fromstring(junit(assessment))
    failure = case(root, f"{finding.dimension}.{finding.subject}", finding.probe.split(".")[1]).find("failure")
    assert failure is not None and failure.text is not None
    assert failure.get("type") == finding.cause and failure.get("message") == finding.title
    assert (
        finding.number in failure.text
        and finding.remedy[0] in failure.text
        and finding.evidence[0].says in failure.text
    )


def test_counts_of_suites_and_of_the_whole_are_those_of_the_cases(assessment: Assessment) -> None:
    root = fromstring(junit(assessment))
    for suite in [*root, root]:
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count, "-1")) == len(list(suite.iter(tag)))
        assert int(suite.get("tests", "-1")) == len(list(suite.iter("testcase")))
    assert [suite.get("name") for suite in root] == list(DIMENSIONS)
    assert root[0].get("timestamp") == f"{assessment.as_of:%Y-%m-%dT%H:%M:%S}"


def test_what_was_not_measured_is_skipped_and_says_what_would_measure_it(assessment: Assessment) -> None:
    changed_one = changed(
        assessment, state=State.NOT_MEASURED, cause="budget", title="no room", would_measure="Raise it."
    )
    first = changed_one.cells[0]
    found = case(fromstring(junit(changed_one)), f"{first.dimension}.{first.subject}", first.probe.split(".")[1])
    skipped = found.find("skipped")
    assert skipped is not None and skipped.get("message") == "not measured: no room → Raise it."


def test_a_collector_that_failed_is_an_error(assessment: Assessment) -> None:
    broken = changed(assessment, state=State.NOT_MEASURED, cause="failed", title="could not be read")
    root = fromstring(junit(broken))
    assert root.get("errors") == "1"


@pytest.mark.parametrize(
    ("measured", "least", "passes"), [(8, 80, True), (7, 80, False), (10, 100, True), (0, 0, True)]
)
def test_coverage_fails_below_the_stated_share(assessment: Assessment, measured: int, least: int, passes: bool) -> None:
    level = assessment.levels["crm"]
    coverage = Coverage(measured=measured, not_measured=10 - measured, later=3, not_applicable=2)
    levels = {**assessment.levels, "crm": level.model_copy(update={"coverage": coverage})}
    root = fromstring(junit(assessment.model_copy(update={"levels": levels}), least))
    assert (case(root, "crm", "coverage").find("failure") is None) == passes


def test_a_dimension_of_which_nothing_was_asked_is_not_covered(assessment: Assessment) -> None:
    level = assessment.levels["crm"]
    levels = {**assessment.levels, "crm": level.model_copy(update={"coverage": Coverage()})}
    root = fromstring(junit(assessment.model_copy(update={"levels": levels}), 0))
    assert case(root, "crm", "coverage").find("failure") is not None


def test_text_from_outside_cannot_break_the_document(assessment: Assessment) -> None:
    hostile = 'a\x00b\x1b[31m ]]> <case name="x"/> & \ud800 ￾ "quoted"\nnext'
    spoiled = changed(assessment, state=State.NOT_MET, title=hostile, cause="\x08<x>")
    root = fromstring(junit(spoiled))
    first = spoiled.cells[0]
    failure = case(root, f"{first.dimension}.{first.subject}", first.probe.split(".")[1]).find("failure")
    assert failure is not None and "<case" in str(failure.get("message")) and "\x00" not in str(failure.get("message"))


def test_names_are_unique_so_that_servers_do_not_merge_cases(assessment: Assessment) -> None:
    names = [(c.get("classname"), c.get("name")) for c in fromstring(junit(assessment)).iter("testcase")]
    assert len(set(names)) == len(names)
