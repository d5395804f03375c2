"""The audit: from sources to one derived artifact that probes judge and reports print.

from kb_audit.audit import audit
found = audit(["knowledge/"], encode=encoder(), as_of=date.today())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_audit import coverage, report_findings
from kb_audit.ahead import Ahead
from kb_audit.article import Article, Section, forget
from kb_audit.article_records import records_of
from kb_audit.artifact import KnowledgeAudit, KnowledgeFinding, SectionRecord, ValueCompared
from kb_audit.claims import Claim
from kb_audit.claims_kept import ClaimsKept, claims_kept
from kb_audit.conflicts import find_conflicts
from kb_audit.duplicates import find_duplicates
from kb_audit.guardrail_agreement import ActionLimit, as_limits, disagreements
from kb_audit.harm import mend_first
from kb_audit.kept import Kept, LastRun
from kb_audit.languages import language
from kb_audit.links import follow
from kb_audit.merging import merges
from kb_audit.page_findings import of_pages
from kb_audit.remedies import with_remedies
from kb_audit.retrieval import Searched, lost_headings, measure, near_ties, would_say
from kb_audit.second_judge import SecondJudge, second_opinions
from kb_audit.shared_passages import shared_passages
from kb_audit.sources import folder
from kb_audit.sources.reading import NotRead, Reading, together
from kb_audit.structure import section_text
from kb_audit.system_agreement import HeldValue, Spoken, spoken_of
from kb_audit.taken_apart import take_apart
from kb_audit.together.reader import Reader
from kb_audit.together.reading import read_together
from kb_audit.verdicts import Earlier, stated_in
from probes.finding import EVERYWHERE, Subject
from runtime.understanding.encode import Encode

Progress = Callable[[str, int, int], None]
Source = str | Path | Reading


def audit(
    sources: Iterable[Source],
    *,
    encode: Encode,
    as_of: date,
    intents: Mapping[str, Sequence[str]] | None = None,
    limits: Mapping[str, tuple[float, str]] | Iterable[ActionLimit] | None = None,
    progress: Progress | None = None,
    model: Mapping[str, str] | None = None,
    volumes: Mapping[str, float] | None = None,
    retired: Iterable[str] = (),
    review_days: Mapping[str, int] | None = None,
    kept: Kept | None = None,
    system_values: Sequence[HeldValue] = (),
    hand_over: Callable[[ClaimsKept], None] | None = None,
    second_judge: SecondJudge | None = None,
    reader: Reader | None = None,
) -> KnowledgeAudit:
    """Audit articles.

    Args:
        sources: folders or files, or readings of other sources (kb_audit.live).
        encode: texts to unit rows; kb_audit.embedding.encoder() or any of the same shape.
        as_of: the day that "passed" is measured against; no clock is read.
        intents: workflow → utterances (goals.yaml).
        limits: what single autonomous actions may give: kb_audit.guardrail_agreement.limits_of(guardrails).
        model: name and digest of the embedding model, for the artifact's `tool`.
        volumes: tickets a month of a workflow; with them "mend first" knows how many people an article reaches.
        retired: names of products, plans or menus that are gone.
        review_days: days between reviews by kind of article (kb_audit.article_kinds), instead of the learned ones.
        kept: what earlier runs worked out; with it, articles that did not change are not taken apart and judged again.
        system_values: what systems hold of the values that articles state.
        hand_over: receives all claims with their places and what came of each pair, as an artifact of its own.
        reader: reads pairs of sentences together (kb_audit.together); without one, rules alone decide about conflicts.
        second_judge: a language model that may confirm conflicts or lower them to possible ones.

    Raises BadInput for a path that does not exist; whatever is inside and cannot be read is in `not_read`.
    """
    say = progress or (lambda what, done, of: None)
    named = list(sources)
    say("reading articles", 0, len(named))
    reading = together(each if isinstance(each, Reading) else folder.read(Path(each), kept) for each in named)
    if kept:
        take_apart(reading.articles, kept)
    pages = _Pages.of(reading)
    found: list[KnowledgeFinding] = []
    embedded = Ahead(lambda: encode(pages.texts))
    say("links, dates and structure", 0, len(pages.articles))
    links = follow(pages.articles, reading.known_names)
    found += of_pages(pages.articles, links, as_of, retired, kept)
    forget(pages.articles, "texts")
    say("claims", 0, len(pages.english))
    stated, names = stated_in(pages.english, kept)
    say("embedding", 0, len(pages.texts) + len(stated))
    rows = embedded.result()
    found += _said_twice(pages, rows)
    forget(pages.articles, "sentences", "passages")  # of very many articles as much as the claims' vectors take
    say("comparing claims", 0, len(stated))
    last = LastRun.over(pages.english, kept, (model or {}).get("digest"))
    compared = find_conflicts(stated, encode, Earlier(last, names) if last else None)
    if reader:
        say("reading sentences together", 0, 0)
        compared = read_together(reader, stated, compared, encode, last)
    asked = None
    if second_judge:
        say(f"asking {second_judge.name} about conflicts", 0, 0)
        compared, asked = second_opinions(second_judge, stated, compared, kept)
    found += report_findings.of_conflicts(pages.articles, stated, compared)
    bounds = as_limits(limits)
    found += report_findings.of_limits(pages.articles, stated, disagreements(stated, bounds))
    spoken = spoken_of(stated, system_values, encode)
    found += report_findings.of_system_values(pages.articles, stated, spoken)
    if hand_over:
        hand_over(claims_kept(stated, compared))
    values, count = tuple(_compared(v, s, stated) for v, s in zip(system_values, spoken, strict=True)), len(stated)
    del stated
    say("coverage", 0, len(intents or {}))
    covered = coverage.cover(intents or {}, pages.sections, pages.texts, rows, encode)
    searched = Searched(
        {a.id: a for a in pages.articles}, pages.sections, pages.texts, rows, intents or {}, covered, encode
    )
    found += report_findings.of_retrieval(pages.articles, pages.sections, lost_headings(searched))
    found += report_findings.of_near_ties(pages.articles, pages.sections, near_ties(searched))
    found = with_remedies(pages.articles, found)
    records = records_of(pages.articles, found, as_of, review_days)
    first = mend_first(pages.articles, records, found, covered.articles, volumes or {}, kept)
    if kept:
        kept.end_run(repr(sorted({article.source for article in reading.articles})))
    say("done", len(pages.articles), len(pages.articles))
    return KnowledgeAudit(
        subject=Subject(unit=EVERYWHERE),
        tool={"kb_audit": _version(), **(model or {}), **({"reader": reader.name} if reader else {})},
        as_of=as_of,
        sources=tuple(str(each) for each in named if not isinstance(each, Reading)),
        articles=tuple(records.values()),
        sections=tuple(_section(s, text) for s, text in zip(pages.sections, pages.texts, strict=True)),
        claims=count,
        pairs=compared.compared,
        pairs_of_records=compared.records,
        pairs_left_out=compared.left_out,
        pairs_read=compared.read,
        agreeing=sum(p.judgement.verdict == "agree" for p in compared.pairs),
        not_read=(*reading.not_read, *_without_fields(pages.articles)),
        not_assessed=pages.other_languages,
        external_links=links.external,
        coverage=covered.utterances,
        workflows=covered.articles,
        reached=covered.sections,
        limits_compared=len(bounds),
        system_values=values,
        second_judge=asked,
        retrieval=measure(searched),
        would_say=would_say(searched, volumes or {}),
        merges=merges(pages.articles, found),
        mend_first=first,
        findings=tuple(found),
    )


@dataclass(frozen=True)
class _Pages:
    """`searched`: articles that questions are answered from, with their `sections` and `texts`; a macro repeats them."""

    articles: tuple[Article, ...]
    searched: tuple[Article, ...]
    english: tuple[Article, ...]
    other_languages: tuple[NotRead, ...]
    sections: tuple[Section, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, reading: Reading) -> _Pages:
        spoken = {a.id: language(a) for a in reading.articles}
        other = tuple(
            NotRead(
                name=name, why=f"is in another language ({code}); conflicts and coverage are judged in English only"
            )
            for name, code in spoken.items()
            if code not in ("", "en")
        )
        searched = tuple(a for a in reading.articles if a.form != "macro")
        pairs = [(s, f"{s.heading}. {section_text(a, s)}") for a in searched for s in a.sections]
        return cls(
            reading.articles,
            searched,
            tuple(a for a in reading.articles if spoken[a.id] in ("", "en")),
            other,
            tuple(s for s, _ in pairs),
            tuple(text for _, text in pairs),
        )


def _said_twice(pages: _Pages, rows: NDArray[np.float32]) -> Iterator[KnowledgeFinding]:
    """Duplicate sections, and passages that sections share which are none."""
    twice = find_duplicates(pages.texts, [s.article for s in pages.sections], rows)
    yield from report_findings.of_duplicates(pages.articles, pages.sections, twice)
    same = {frozenset({pages.sections[d.a].id, pages.sections[d.b].id}) for d in twice}
    yield from report_findings.of_passages(shared_passages(pages.searched, same))


def _without_fields(articles: Iterable[Article]) -> Iterator[NotRead]:
    """Front matter that cannot be read is named: else the article would only seem to have no owner and no date."""
    for article in articles:
        if article.problem:
            yield NotRead(
                name=f"{article.id} (front matter)", why=f"{article.problem}; the text was read without its fields"
            )


def _compared(held: HeldValue, spoken: Iterable[Spoken], claims: Sequence[Claim]) -> ValueCompared:
    found = [claims[each.claim] for each in spoken]
    return ValueCompared(
        place=held.value.place,
        says=held.value.says,
        held=held.held,
        why=held.why,
        spoken=tuple((claim.article, claim.start) for claim in found),
    )


def _section(section: Section, text: str) -> SectionRecord:
    return SectionRecord(
        id=section.id,
        article=section.article,
        heading=section.heading,
        start=section.start,
        end=section.end,
        words=len(text.split()),
    )


def _version() -> str:
    try:
        return metadata.version("cxready")
    except metadata.PackageNotFoundError:
        return "source"
