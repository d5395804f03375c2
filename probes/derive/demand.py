"""Demand: how many tickets of which workflow, when, and how many of them are high-stakes; from an export, with exact
accounting.

A workflow's share is counted by its own tag where people set it, else by closeness to the goal's utterances; it is an
estimate and carries its interval. High stakes are rules, never closeness, and no ticket's text is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.derive.ticket_file import Ticket, TicketFile
from probes.derive.workflow_match import Matcher
from probes.finding import EVERYWHERE, Subject
from runtime.errors import BadInput, CxreadyError
from runtime.estate import Estate
from runtime.metrics import wilson
from runtime.understanding.category import categories
from runtime.understanding.encode import Encode
from runtime.understanding.language import UNKNOWN, language_of

HOURS = 168
BATCH = 2_000
CLASSIFIED = 20_000  # tickets whose text is compared; the shares of the rest follow from these
OTHER = "other"


class WorkflowDemand(BaseModel):
    """One workflow's tickets. `low` and `high`: 95 % interval of the share (Wilson); `per_month` : median month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tickets: int
    share: float
    low: float
    high: float
    per_month: float
    minutes: float | None = None
    high_stakes: dict[str, int] = Field(default_factory=dict)
    hours: tuple[int, ...] = ()


class Demand(Artifact):
    """Volumes of the export. `hours`: tickets in each hour of the week, Monday 0 h first, in `zone`; the month counts
    are whole months only where `complete_months` says so.
    """

    kind: ClassVar[str] = "demand"
    file: str
    layout: str
    encoding: str
    delimiter: str
    zone: str
    read: int
    quarantined: int
    blank: int
    footer: int
    first_bad: int = 0
    warnings: tuple[str, ...] = ()
    months: dict[str, int] = Field(default_factory=dict)
    median_month: float = 0
    peak_month: str = ""
    days: int = 0
    hours: tuple[int, ...] = ()
    channels: dict[str, int] = Field(default_factory=dict)
    minutes: float | None = None
    high_stakes: dict[str, int] = Field(default_factory=dict)
    languages: dict[str, int] = Field(default_factory=dict)
    classified: int = 0
    method: str = ""
    workflows: dict[str, WorkflowDemand] = Field(default_factory=dict)


@dataclass
class _Count:
    """Running counts of one workflow or of all."""

    tickets: int = 0
    minutes: list[float] = field(default_factory=list)
    high_stakes: Counter[str] = field(default_factory=Counter)
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)

    def add(self, ticket: Ticket, stakes: Sequence[str]) -> None:
        self.tickets += 1
        self.hours[ticket.created.weekday() * 24 + ticket.created.hour] += 1
        self.high_stakes.update(stakes)
        if ticket.minutes is not None and len(self.minutes) < 50_000:
            self.minutes.append(ticket.minutes)


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """The estate's ticket export as Demand; Missing when none is named."""
    estate = derivation.estate
    if not estate.tickets:
        yield Missing(
            wanted=Demand.kind,
            subject=Subject(unit=EVERYWHERE),
            cause="no_input",
            detail="no ticket export is named",
            would_measure="name an export under `tickets` in engagement.yaml",
        )
        return
    try:
        yield demand(estate.folder / estate.tickets, estate, encode=derivation.encode)
    except CxreadyError as error:
        yield Missing(
            wanted=Demand.kind,
            subject=Subject(unit=EVERYWHERE),
            cause="failed",
            detail=str(error),
            would_measure=error.do or "mend the export and collect again",
        )


def demand(path: Path, estate: Estate, *, encode: Encode | None = None, accept_loss: bool = False) -> Demand:
    """Reads an export.

    Args:
        encode: sentence embeddings; without it character n-grams are compared, and `method` says so.

    Raises:
        BadInput: see TicketFile; or the export holds no ticket.
    """
    file = TicketFile(path, zone=estate.escalation.zone, accept_loss=accept_loss)
    matcher = Matcher({name: goal.utterances for name, goal in estate.goals.items()}, encode)
    total, by_workflow = _Count(), {name: _Count() for name in (*estate.goals, OTHER)}
    months, days, channels, languages = Counter[str](), set[str](), Counter[str](), Counter[str]()
    classified = 0
    for batch in _batches(file):
        common = _common_language(batch)
        places = matcher.match(batch, compare=classified < CLASSIFIED)
        for ticket, place in zip(batch, places, strict=True):
            language, stakes = _stakes(ticket, common)
            months[f"{ticket.created:%Y-%m}"] += 1
            days.add(f"{ticket.created:%Y-%m-%d}")
            channels[ticket.channel or "unknown"] += 1
            languages[language] += 1
            total.add(ticket, stakes)
            if place is not None:
                classified += 1
                by_workflow[place].add(ticket, stakes)
    if not total.tickets:
        raise BadInput("the export holds no ticket", str(path), "export a longer period")
    typical = _typical_month(months, total.tickets, len(days))
    done = file.account
    return Demand(
        subject=Subject(unit=EVERYWHERE),
        tool=matcher.tool,
        file=path.name,
        layout=file.header.layout,
        encoding=file.header.encoding,
        delimiter=file.header.delimiter,
        zone=estate.escalation.zone,
        read=done.read,
        quarantined=done.quarantined,
        blank=done.blank,
        footer=done.footer,
        first_bad=done.first_bad,
        warnings=file.header.warnings,
        months=dict(sorted(months.items())),
        median_month=typical,
        peak_month=max(months, key=lambda m: (months[m], m)),
        days=len(days),
        hours=tuple(total.hours),
        channels=dict(channels.most_common(12)),
        minutes=_middle(total.minutes),
        high_stakes=dict(sorted(total.high_stakes.items())),
        languages=dict(languages.most_common(8)),
        classified=classified,
        method=matcher.method,
        workflows={name: _workflow(count, classified, typical) for name, count in by_workflow.items()},
    )


def _workflow(count: _Count, classified: int, typical: float) -> WorkflowDemand:
    share = wilson(count.tickets, classified)
    return WorkflowDemand(
        tickets=count.tickets,
        share=round(share.value, 4),
        low=round(share.low, 4),
        high=round(share.high, 4),
        per_month=round(share.value * typical, 1),
        minutes=_middle(count.minutes),
        high_stakes=dict(sorted(count.high_stakes.items())),
        hours=tuple(count.hours),
    )


def _batches(file: TicketFile) -> Iterator[list[Ticket]]:
    batch: list[Ticket] = []
    for ticket in file:
        batch.append(ticket)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _common_language(batch: list[Ticket]) -> str:
    """The language of most of a batch: a subject of three words alone often tells nothing."""
    seen = Counter(language_of(f"{t.subject}\n{t.body}") for t in batch[:300])
    known = [(n, code) for code, n in seen.items() if code != UNKNOWN]
    return max(known)[1] if known and max(known)[0] >= 0.6 * min(300, len(batch)) else UNKNOWN


def _stakes(ticket: Ticket, common: str) -> tuple[str, tuple[str, ...]]:
    text = f"{ticket.subject}\n{ticket.body}"
    own = language_of(text)
    language = common if own == UNKNOWN and len(text.split()) <= 20 and text.isascii() else own
    return language, categories(text, language=language).names


def _typical_month(months: Counter[str], tickets: int, days: int) -> float:
    """The median of the whole months; with fewer than three, tickets per day times 30.4. An incident's month does not
    shift it.
    """
    inner = [n for _, n in sorted(months.items())][1:-1]
    return round(float(median(inner)), 1) if len(inner) >= 2 else round(tickets / max(1, days) * 30.4, 1)


def _middle(values: list[float]) -> float | None:
    return round(float(median(values)), 1) if values else None


DERIVER = Deriver(name="demand", run=run, gives=(Demand,), probes=("capacity",))
