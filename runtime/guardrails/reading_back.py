"""What the decision log says about enforcement: near misses, and how long a stop took on every process that wrote.

A near miss: a write passed, but the agent itself had never looked up the records that the decision stood on; it was right by luck,
and the next one may not be (the idea is that of a safety log; the enforcer looked them up, so nothing went wrong).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runtime.guardrails.kill_switch import KillSwitch
from runtime.storage.database import Connection


@dataclass(frozen=True)
class NearMisses:
    """`writes`: permitted through the proxy; `missed`: of these, on records nobody had looked up; by operation and record."""

    writes: int
    missed: int
    by: tuple[tuple[str, str, int], ...]

    def says(self) -> str:
        if not self.missed:
            return f"near misses: none in {self.writes} permitted writes"
        worst = ", ".join(f"{operation} without {record} ({n})" for operation, record, n in self.by[:3])
        return f"near misses: {self.missed} of {self.writes} permitted writes, the agent had not looked up what they stand on: {worst}"


@dataclass(frozen=True)
class Stopped:
    """After a stop: writes that were under way and ended after the command, and when the last of them did, in seconds after it."""

    at: datetime
    ended_after: int
    last_s: float | None
    refused_since: int

    def says(self) -> str:
        if not self.ended_after:
            return f"no write ended after the stop; {self.refused_since} refused since"
        last = f"the last {self.last_s * 1000:.0f} ms after it" if self.last_s is not None else ""
        return f"{self.ended_after} writes under way ended after the stop, {last}; {self.refused_since} refused since"


def near_misses(log: Connection) -> NearMisses:
    """Counted over the whole log."""
    writes, missed, by = 0, 0, Counter[tuple[str, str]]()
    for _, operation, _, detail in _rows(log, "step = 'proxy.decide' AND decision = 'act'"):
        writes += 1
        unseen = detail.get("near_miss") or []
        missed += bool(unseen)
        by.update((operation, str(record)) for record in unseen)
    return NearMisses(writes, missed, tuple((*pair, n) for pair, n in by.most_common()))


def after_stop(log: Connection, folder: Path) -> Stopped | None:
    """None while no stop is set, or where its time is not known (a person made the file by hand)."""
    try:
        at = datetime.fromtimestamp(float(json.loads(KillSwitch(folder).path.read_text(encoding="utf-8"))["at"]), UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    since = f"at > '{at.isoformat()}'"
    ended = [row[0] for row in _rows(log, f"step = 'proxy.write' AND {since}")]
    refused = sum(1 for row in _rows(log, f"decision = 'refuse' AND {since}") if row[3].get("rule") == "kill_switch")
    last = (datetime.fromisoformat(max(ended)) - at).total_seconds() if ended else None
    return Stopped(at, len(ended), last, refused)


def _rows(log: Connection, where: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Time, operation, decision, detail. `where` is ours, never a caller's."""
    for at, operation, decision, detail in log.execute(
        f"SELECT at, operation, decision, detail FROM decision_log WHERE {where} ORDER BY id"  # noqa: S608
    ):
        try:
            yield at, operation, decision, json.loads(detail)
        except ValueError:
            yield at, operation, decision, {}
