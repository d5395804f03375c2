"""Finding numbers are given once: F-03 stays F-03."""

from __future__ import annotations

from pathlib import Path

from assess.register import Register, extended, read, write
from probes.finding import Subject


def test_a_number_survives_new_findings_and_mended_ones(tmp_path: Path) -> None:
    first = extended(
        Register(),
        [
            ("api.writes_stick", Subject(unit="billing", item="changePlan")),
            ("knowledge.no_conflicts", Subject(unit="returns")),
        ],
    )
    write(tmp_path / "register.yaml", first)
    again = extended(
        read(tmp_path / "register.yaml"),
        [("api.tls", Subject(unit="crm")), ("knowledge.no_conflicts", Subject(unit="returns"))],
    )
    assert again.number("knowledge.no_conflicts", Subject(unit="returns")) == "F-02"
    assert again.number("api.tls", Subject(unit="crm")) == "F-03"
    assert again.number("api.writes_stick", Subject(unit="billing", item="changePlan")) == "F-01"


def test_an_empty_register_can_be_read_back(tmp_path: Path) -> None:
    write(tmp_path / "register.yaml", Register())
    assert read(tmp_path / "register.yaml") == Register()
