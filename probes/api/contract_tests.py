"""Is the interface held to its description by tests that run?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.contract_report import ContractReport
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted

MAX_DAYS = 30


class ContractTests(Probe):
    """Contract tests between the interface and its callers ran within 30 days and passed.

    Why: an agent that adapts relies on the description; only tests that run keep it true between two assessments.
    How: the report of the last run (JUnit XML), named in engagement.yaml: number, failures, time.
    Remedy: write a contract test for each operation that workflows call. Run them with every release of the system and
    hand in the report.
    """

    dimension, level, kind, effort = BY_ROLE, 5, "D", Effort((3, 8, 20), "API owner")
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name, report = surface.subject.unit, surface.contract_tests
        if report is None:
            return not_met(
                f"{name} has no contract tests that anybody showed",
                Evidence(says="engagement.yaml names no report under `contract_tests`"),
                cause="none shown",
                grade="declared",
                consequence=_HARM,
            )
        if report.fault or report.at is None:
            return not_measured(
                f"{name}: the report of the contract tests does not say when it ran and what passed",
                cause="needs",
                would_measure=f"hand in a JUnit report with test cases and a timestamp as {report.file}",
            )
        return _judged(name, report, surface.measured_at)


def _judged(name: str, report: ContractReport, now: datetime | None) -> Outcome:
    at = report.at if report.at is None or report.at.tzinfo else report.at.replace(tzinfo=UTC)
    days = (now - at).days if now and at else 0
    says = f"{counted(report.tests, 'test')}, {report.failed} failed, {report.skipped} skipped, {days} days ago"
    shown = Evidence(says=says, source=report.file)
    if report.failed or report.skipped == report.tests:
        title = f"The contract tests of {name} do not pass"
        return not_met(title, shown, cause="failing", grade="declared", consequence=_HARM)
    if days > MAX_DAYS:
        title = f"The contract tests of {name} last ran {days} days ago"
        return not_met(title, shown, cause="old", grade="declared", consequence=_HARM)
    return met(f"{counted(report.tests, 'contract test')} of {name} passed", shown, grade="declared")


_HARM = "A release changes an answer, and the first who notices is a customer."
