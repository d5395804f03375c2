"""Review samples: finished cases that a person looks at afterwards, right or wrong. Verdicts are rows of the case's own chain.

Which cases are looked at is drawn by a hash of seed and name, so that nobody picks the good ones and a sample can be drawn again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from runtime import decision_log
from runtime.decision_log import Entry
from runtime.errors import BadInput
from runtime.storage.database import Connection

STEP, END = "review", "99 outcome"
Verdict = Literal["right", "wrong"]


@dataclass(frozen=True)
class Case:
    """A finished case as a reviewer sees it: what was written, and what came of it."""

    run: str
    workflow: str
    outcome: str
    reason: str
    writes: tuple[str, ...]
    verdict: str = ""


def sample(connection: Connection, n: int, *, seed: int = 0, workflow: str | None = None) -> list[Case]:
    """Up to `n` cases in which something was written and that nobody has reviewed, the next ones of the seed's order."""
    open_cases = [
        case
        for case in finished(decision_log.rows(connection))
        if case.writes and not case.verdict and workflow in (None, case.workflow)
    ]
    return sorted(open_cases, key=lambda case: hashlib.sha256(f"{seed} {case.run}".encode()).digest())[:n]


def reviewed(connection: Connection) -> list[Case]:
    """Every case with a verdict; reads only their chains."""
    found = connection.execute("SELECT DISTINCT run FROM decision_log WHERE step = ?", (STEP,)).fetchall()
    return [case for (run,) in found for case in finished(decision_log.rows(connection, str(run)))]


def finished(rows: Iterable[Entry]) -> list[Case]:
    """Every case that came to an end, with its verdict: wrong, if any reviewer said so."""
    runs: dict[str, list[Entry]] = {}
    for row in rows:
        runs.setdefault(row.run, []).append(row)
    return [_case(run, found) for run, found in runs.items() if any(row.step == END for row in found)]


def record(connection: Connection, run: str, verdict: Verdict, by: str, note: str = "") -> None:
    """Adds a verdict to the case's chain.

    Raises:
        BadInput: there is no such case, or it is not finished.
    """
    known = {case.run for case in finished(decision_log.rows(connection, run))}
    if run not in known:
        raise BadInput("there is no finished case of this name", run, "`cxready pilot review DIR` lists some")
    detail = {"by": by, "note": note}
    decision_log.append(connection, Entry(run, STEP, decision=verdict, detail=detail))


def _case(run: str, rows: list[Entry]) -> Case:
    end = next(row for row in rows if row.step == END)
    writes = tuple(dict.fromkeys(row.operation for row in rows if row.step == "proxy.write" and row.effect == "done"))
    verdicts = {row.decision for row in rows if row.step == STEP}
    asked = next((row.detail["asked"]["workflow"] for row in rows if row.detail.get("asked")), "")
    workflow = asked or next((str(row.detail.get("intent") or "") for row in rows if row.step == "00 understand"), "")
    verdict = "wrong" if "wrong" in verdicts else "right" if verdicts else ""
    return Case(run, workflow, str(end.detail.get("outcome")), str(end.detail.get("reason")), writes, verdict)
