"""Demand: how many tickets of which workflow, when, and how many of them are high-stakes or emotional; from an export,
with exact accounting.

A workflow's share is counted by its own tag where people set it, else by closeness to the goal's utterances in a sample; it
is an estimate and carries its interval. No ticket's text is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from probes.artifact import Artifact, Missing
from probes.derive.demand_figures import Demand, Part, WorkflowDemand
from probes.derive.run import Derivation, Deriver
from probes.derive.ticket_count import Count, Counted, count
from probes.derive.ticket_file import Ticket, TicketFile
from probes.derive.ticket_mix import mix
from probes.derive.ticket_stakes import Stakes, stakes_of
from probes.derive.workflow_match import OTHER, TAGGED, Matcher
from probes.finding import EVERYWHERE, Subject
from runtime.errors import BadInput, CxreadyError
from runtime.estate import Estate, TicketReading
from runtime.metrics import wilson
from runtime.understanding.encode import Encode


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
        yield demand(estate.folder / estate.tickets, estate, encode=derivation.encode, reading=estate.ticket_reading)
    except CxreadyError as error:
        yield Missing(
            wanted=Demand.kind,
            subject=Subject(unit=EVERYWHERE),
            cause="failed",
            detail=str(error),
            would_measure=error.do or "mend the export and collect again",
        )


def demand(
    path: Path,
    estate: Estate,
    *,
    encode: Encode | None = None,
    reading: TicketReading | None = None,
    accept_loss: bool = False,
) -> Demand:
    """Reads an export.

    Args:
        encode: sentence embeddings; without it character n-grams are compared, and `method` says so.
        reading: headings, date order and zone where the engagement names them.

    Raises:
        BadInput: see TicketFile; or the export holds no ticket.
    """
    how = reading or TicketReading(zone=estate.escalation.zone)
    file = TicketFile(path, replace(how, accept_loss=how.accept_loss or accept_loss))
    counted = count(file, estate.goals)
    if not counted.when:
        raise BadInput("the export holds no ticket", str(path), "export a longer period")
    matcher = Matcher({name: goal.utterances for name, goal in estate.goals.items()}, encode)
    by_tag = sum(c.tickets for c in counted.tagged.values()) >= TAGGED * counted.tickets and bool(counted.tagged)
    matcher.decide(by_tag=by_tag)
    places = matcher.match(counted.sample)
    stakes = stakes_of(counted.sample, places, encode)
    done, typical, months = file.account, _typical_month(counted), counted.months()
    return Demand(
        subject=Subject(unit=EVERYWHERE),
        tool=matcher.tool,
        file=path.name,
        layout=file.header.layout,
        encoding=file.decoded.encoding,
        delimiter=file.header.delimiter,
        zone=file.reading.zone,
        read=done.read,
        quarantined=done.quarantined,
        blank=done.blank,
        footer=done.footer,
        first_bad=done.first_bad,
        reasons=dict(sorted(done.reasons.items())),
        assumed=file.assumed(),
        months=months,
        median_month=typical,
        peak_month=max(months, key=lambda month: (months[month], month)),
        days=counted.days(),
        hours=counted.hours(),
        channels=_channels(counted.channels),
        minutes=_middle(t.minutes for t in counted.sample),
        solved_hours=_middle(t.solved_hours for t in counted.sample),
        reopened=_part(
            sum(t.reopened is True for t in counted.sample), sum(t.reopened is not None for t in counted.sample)
        ),
        high_stakes=dict(sorted(stakes.total.categories.items())),
        stakes=_part(stakes.total.grave, stakes.total.texts),
        caught=_part(stakes.total.caught, stakes.total.netted),
        emotional=_part(stakes.total.emotional, stakes.total.texts),
        customers=counted.repeats.customers,
        texts=len(counted.sample),
        net=stakes.net,
        languages=dict(stakes.languages.most_common(8)),
        classified=counted.tickets if by_tag else len(counted.sample),
        method=matcher.method,
        mix=tuple(mix(counted.sample, places, encode)),
        **_by_workflow(counted, matcher, places, stakes, typical),
    )


def _by_workflow(
    counted: Counted, matcher: Matcher, places: Sequence[str], stakes: Stakes, typical: float
) -> dict[str, object]:
    """`workflows` and the repeats over all of them."""
    repeats = (
        counted.repeats.counted([p or OTHER for p in matcher.match(counted.repeats.tickets)], counted.last)
        if counted.last
        else {}
    )
    own = dict(counted.tagged) if matcher.by_tag else _sampled(counted.sample, places, counted.tagged)
    whole = counted.tickets if matcher.by_tag else len(counted.sample)
    if matcher.by_tag:
        own[OTHER] = Count(tickets=whole - sum(c.tickets for c in own.values()))
    flows = {}
    by_place: dict[str, list[Ticket]] = defaultdict(list)
    for ticket, place in zip(counted.sample, places, strict=True):
        by_place[place].append(ticket)
    for name, found in own.items():
        share, read = wilson(min(found.tickets, whole), whole), stakes.by_workflow[name]
        flows[name] = WorkflowDemand(
            tickets=found.tickets,
            share=round(share.value, 4),
            low=round(share.low, 4),
            high=round(share.high, 4),
            per_month=round(share.value * typical, 1),
            minutes=_middle(t.minutes for t in by_place[name]),
            systems=_middle(t.systems for t in by_place[name]),
            hours=tuple(found.hours),
            high_stakes=dict(sorted(read.categories.items())),
            texts=read.texts,
            stakes=_part(read.grave, read.texts),
            caught=_part(read.caught, read.netted),
            emotional=_part(read.emotional, read.texts),
            repeated=_part(repeats[name][1], repeats[name][0]) if name in repeats else None,
        )
    judged = [n for name, n in repeats.items() if name != OTHER]  # `other` is no one matter: its repeats mean nothing
    return {"workflows": flows, "repeated": _part(sum(k for _, k in judged), sum(n for n, _ in judged))}


def _sampled(sample: Sequence[Ticket], places: Sequence[str], names: dict[str, Count]) -> dict[str, Count]:
    """Counts of each workflow in the sample, where no tag says it."""
    found = {name: Count() for name in (*names, OTHER)}
    for ticket, place in zip(sample, places, strict=True):
        found[place].add(ticket.created)
    return found


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(median(known)), 1) if known else None


def _typical_month(counted: Counted) -> float:
    """The median of the whole months; with fewer than two of them, tickets per day times 30.4. An incident's month does
    not shift it.
    """
    inner = list(counted.months().values())[1:-1]
    by_day = counted.tickets / max(1, counted.days()) * 30.4
    return round(float(median(inner)), 1) if len(inner) >= 2 else round(by_day, 1)


def _channels(found: Counter[str]) -> dict[str, int]:
    plain: Counter[str] = Counter()
    for name, n in found.items():
        plain[name.strip().lower()[:40] or "unknown"] += n
    return dict(plain.most_common(12))


def _part(k: int, n: int) -> Part | None:
    if not n:
        return None
    share = wilson(k, n)
    return Part(k=k, n=n, low=round(share.low, 4), high=round(share.high, 4))


DERIVER = Deriver(name="demand", run=run, gives=(Demand,), probes=("capacity",))

__all__ = ["DERIVER", "Demand", "Part", "WorkflowDemand", "demand", "run"]
