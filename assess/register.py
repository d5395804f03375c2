"""`register.yaml`: finding numbers, given once and kept by the tool: F-03 stays F-03, also after it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from probes.finding import Subject
from runtime.whole_file import write_text
from runtime.written import Strict, load


class Entry(Strict):
    """A number, and what the last issued report promised for the task that it belongs to."""

    number: str = Field(pattern=r"^F-\d{2,}$")
    probe: str
    subject: str
    task: str | None = None
    days: tuple[float, float, float] | None = Field(None, description="person-days: low, likely, high")
    p50: date | None = None
    p80: date | None = None


class Register(Strict):
    format: Literal[1] = 1
    findings: list[Entry] = Field(default_factory=list)

    def number(self, probe: str, subject: Subject) -> str | None:
        return next((e.number for e in self.findings if e.probe == probe and e.subject == str(subject)), None)


def read(path: Path) -> Register:
    """The register, or an empty one."""
    return load(path, Register).value if path.is_file() else Register()


def extended(register: Register, found: Iterable[tuple[str, Subject]]) -> Register:
    """The register with a number for each new finding, in the order given."""
    entries = list(register.findings)
    known = {(e.probe, e.subject) for e in entries}
    following = max((int(e.number[2:]) for e in entries), default=0) + 1
    for probe, subject in found:
        if (probe, str(subject)) not in known:
            entries.append(Entry(number=f"F-{following:02d}", probe=probe, subject=str(subject)))
            known.add((probe, str(subject)))
            following += 1
    return Register(findings=entries)


def write(path: Path, register: Register) -> None:
    """Writes it whole, or not at all."""
    lines = ["# Finding numbers, kept by cxready. A number is given once; do not edit.", "format: 1", "findings:"]
    lines += [f"  - {{{_line(e)}}}" for e in register.findings]
    text = "\n".join(lines if register.findings else [*lines[:2], "findings: []"]) + "\n"
    write_text(path, text)


def _line(entry: Entry) -> str:
    said = f'number: {entry.number}, probe: {entry.probe}, subject: "{entry.subject}"'
    if entry.days is None:
        return said
    return f"{said}, task: {entry.task}, days: [{', '.join(f'{d:g}' for d in entry.days)}], p50: {entry.p50}, p80: {entry.p80}"
