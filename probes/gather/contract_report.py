"""Reads the report of an interface's contract tests: JUnit XML, as every test runner and CI writes it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

MAX_BYTES = 20_000_000


class ContractReport(BaseModel):
    """Counts of the last run. `at` is None where the report carries no time; `fault` says why it could not be read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    at: datetime | None = None
    fault: str = ""


def read_report(folder: Path, name: str) -> ContractReport:
    """The report's totals; entities are never resolved and a file outside the folder is not opened."""
    from lxml import etree

    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return ContractReport(file=name, fault="the file is missing or lies outside the folder")
    if path.stat().st_size > MAX_BYTES:
        return ContractReport(file=name, fault="the file is larger than 20 MB")
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return ContractReport(file=name, fault=f"this is no XML: {error}")
    cases = list(root.iter("testcase"))
    return ContractReport(
        file=name,
        tests=len(cases),
        failed=sum(case.find("failure") is not None or case.find("error") is not None for case in cases),
        skipped=sum(case.find("skipped") is not None for case in cases),
        at=_time(root),
        fault="" if cases else "the report holds no test case",
    )


def _time(root: Any) -> datetime | None:
    for element in root.iter("testsuites", "testsuite"):
        try:
            return datetime.fromisoformat(str(element.get("timestamp")))
        except ValueError:
            continue
    return None
