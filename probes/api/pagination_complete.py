"""Do lists come whole?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.pagination import Pagination
from probes.probe import BY_ROLE, Effort, Probe


class PaginationComplete(Probe):
    """A list read page by page holds every record once, whatever the page's size.

    Why: a charge that falls between two pages is a charge that the agent never sees.
    How: one list is walked twice, with pages of 3 and of 5; both walks must meet the same ids, each once, and no page
    may be larger than asked.
    Remedy: page by a stable, unique order (a cursor over the id). Add the id to the sort key. Keep the page's size
    bounded.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((1, 3, 8), "API owner")
    needs = (Pagination,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: Pagination = artifacts[0]
        name = seen.subject.unit
        if not seen.pageable:
            return not_applicable(f"{name} declares no list with pages", cause="no list")
        shown = tuple(evidence_of(shot, f"{seen.operation}, page {n}") for n, shot in enumerate(seen.examples, 1))
        wrong = _wrong(seen)
        if wrong:
            cause, title = wrong
            return not_met(
                f"{name}: {title}",
                Evidence(says=_says(seen)),
                *shown,
                cause=cause,
                consequence="The agent overlooks a charge or counts one twice, and is sure about it.",
            )
        if seen.compared < 2:
            return not_measured(
                f"{name}: the list is too short to say anything",
                cause="needs",
                would_measure=(
                    f"add at least four records that {seen.operation} lists to {name} on staging and run "
                    "`cxready collect DIR` again"
                ),
                evidence=shown,
            )
        return met(f"{name} gives lists whole: {_says(seen)}", *shown)


def _wrong(seen: Pagination) -> tuple[str, str] | None:
    if seen.skipped:
        return (
            "records skipped",
            f"{seen.operation} skips records between pages: {len(seen.skipped)} of {seen.compared}",
        )
    if seen.repeated:
        return "records repeated", f"{seen.operation} gives records twice: {', '.join(seen.repeated[:3])}"
    if seen.oversized > 0:
        return (
            "page size ignored",
            f"{seen.operation} ignores the page size: {seen.oversized} records more than asked for",
        )
    return None


def _says(seen: Pagination) -> str:
    walks = " and ".join(
        f"{records} records in pages of {size}" for records, size in zip(seen.records, seen.sizes, strict=False)
    )
    elsewhere = (
        f"; its links name {seen.links_elsewhere}, and were asked at the system's own address"
        if seen.links_elsewhere
        else ""
    )
    return f"{seen.operation} by {seen.way}: {walks}{elsewhere}"
