"""`register.yaml`: finding numbers, given once and kept by the tool: F-03 stays F-03, also after it is mended."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from probes.finding import Subject
from runtime.written import Strict, load


class Entry(Strict):
    number: str = Field(pattern=r"^F-\d{2,}$")
    probe: str
    subject: str


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
    lines += [f'  - {{number: {e.number}, probe: {e.probe}, subject: "{e.subject}"}}' for e in register.findings]
    text = "\n".join(lines if register.findings else [*lines[:2], "findings: []"]) + "\n"
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
