"""The evidence log: every request of a folder's collections, joined with the plan's line and the record's end.

Three files of the collecting machine say it together: the trace (what was sent, redacted), the plans that runs worked
through, and the write ledger (what became of each write).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from probes.gather.plan import Plan, PlanLine
from runtime.errors import BadInput
from runtime.systems.write_ledger import Entry

ENDS = {"removed": "removed", "reversed": "reversed", "left_behind": "left behind", "nothing": "nothing came to be"}


@dataclass(frozen=True)
class Line:
    """One request. `row` is what the trace kept; `plan_line` counts the plan's lines from 1, None without one.

    `undone` says what became of a write's record, `undone_at` when (UTC, ISO 8601); both empty for a read.
    """

    row: Mapping[str, Any]
    plan_line: int | None = None
    undone: str = ""
    undone_at: str = ""

    @property
    def host(self) -> str:
        return urlsplit(str(self.row["url"])).netloc

    @property
    def path(self) -> str:
        """Path and query as sent, redacted."""
        parts = urlsplit(str(self.row["url"]))
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def as_dict(self) -> dict[str, Any]:
        """All that is known of the request, flat."""
        joined = {
            "host": self.host,
            "path": self.path,
            "plan_line": self.plan_line,
            "undone": self.undone,
            "undone_at": self.undone_at,
        }
        return {**self.row, **joined}


@dataclass(frozen=True)
class Run:
    """One run in the log. `bound`: nothing outside the plan could be sent."""

    name: str
    plan: Plan | None
    bound: bool

    def says(self) -> str:
        if self.name.startswith("check-"):
            return f"run {self.name}: a look at the way and at credentials (`collect --check`), without a plan"
        if self.plan is None:
            return f"run {self.name}: its plan was not kept"
        return f"run {self.name}: {'bound to' if self.bound else 'not bound to an approved plan; its own is'} {self.plan.digest}"


@dataclass(frozen=True)
class Log:
    lines: Sequence[Line]
    runs: Sequence[Run]


def read_log(folder: Path, run: str | None = None, system: str | None = None) -> Log:
    """The whole log of a folder, or that of one run or system, in the order in which the requests went out.

    Raises:
        BadInput: nothing was sent from this folder, or not by that run.
    """
    from runtime.systems.trace import Trace

    place = folder / ".cxready"
    if not (place / "trace.sqlite").is_file():
        raise BadInput("nothing was sent from this folder yet", str(folder), f"`cxready collect {folder}`")
    with closing(Trace(place / "trace.sqlite")) as trace:
        rows = trace.rows(run)
    if run is not None and not rows:
        raise BadInput(
            f"there is no run {run} in the log", str(folder), f"`cxready evidence log {folder}` names the runs"
        )
    runs = [_run(name, _plans(place)) for name in dict.fromkeys(str(row["run"]) for row in rows)]
    numbered = {found.name: plan_lines([r for r in rows if r["run"] == found.name], found.plan) for found in runs}
    ends = {e.exchange: e for e in _entries(place) if e.exchange}
    lines = [_line(row, numbered[row["run"]].get(row["n"]), ends.get(row["n"])) for row in rows]
    return Log([one for one in lines if system in (None, one.row["system"])], runs)


def plan_lines(rows: Iterable[Mapping[str, Any]], plan: Plan | None) -> dict[int, int]:
    """Request number → number of the plan's line that it used: the one with its probe and purpose first, while it
    lasts. A request beyond all counts, which only taking back may send, belongs to the last line of its kind.
    """
    held: dict[tuple[str, str, str], list[list[int]]] = {}
    lines = plan.lines if plan else ()
    for number, one in enumerate(lines, 1):
        held.setdefault((one.system, one.method, one.path), []).append([number, one.count])
    found: dict[int, int] = {}
    for row in rows:
        candidates = held.get((row["system"], row["method"], row["path_template"]))
        if candidates:
            left = [c for c in candidates if c[1] > 0]
            chosen = max(left, key=lambda c: _fits(lines[c[0] - 1], row)) if left else candidates[-1]
            chosen[1] -= 1
            found[row["n"]] = chosen[0]
    return found


def _fits(line: PlanLine, row: Mapping[str, Any]) -> int:
    """How well a line says what a request says of itself; the first of equals wins."""
    same_probe = line.probe.rpartition(".")[2] == str(row["probe"]).rpartition(".")[2]
    return 2 * same_probe + (line.purpose.split(":")[0] == str(row["purpose"]).split(":")[0])


def _line(row: Mapping[str, Any], plan_line: int | None, entry: Entry | None) -> Line:
    if entry is None:
        return Line(row, plan_line)
    at = entry.changed.isoformat() if entry.changed and entry.state in ("removed", "reversed") else ""
    return Line(row, plan_line, ENDS.get(entry.state, "not taken back yet"), at)


def _run(name: str, plans: Mapping[str, tuple[str, bool]]) -> Run:
    from probes.gather.plan_file import from_text

    if name not in plans:
        return Run(name, None, False)
    text, bound = plans[name]
    return Run(name, from_text(text, f"the plan of run {name}")[0], bound)


def _plans(place: Path) -> dict[str, tuple[str, bool]]:
    from probes.gather.progress import CollectState

    if not (place / "collect.sqlite").is_file():
        return {}
    with closing(CollectState(place / "collect.sqlite")) as state:
        return state.plans()


def _entries(place: Path) -> list[Entry]:
    from runtime.systems.write_ledger import WriteLedger

    if not (place / "ledger.sqlite").is_file():
        return []
    with closing(WriteLedger(place / "ledger.sqlite")) as ledger:
        return ledger.entries()
