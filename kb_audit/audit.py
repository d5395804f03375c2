"""The audit: from sources to one derived artifact that probes judge and reports print.

from kb_audit.audit import audit
found = audit(["knowledge/"], encode=encoder(), as_of=date.today())
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

from kb_audit import coverage, report_findings
from kb_audit.article import Article, Section
from kb_audit.artifact import ArticleRecord, KnowledgeAudit, KnowledgeFinding, SectionRecord
from kb_audit.claims import claims
from kb_audit.conflicts import find_conflicts
from kb_audit.duplicates import find_duplicates
from kb_audit.freshness import POINTS, evidence, risk_of_age
from kb_audit.guardrail_agreement import ActionLimit, as_limits, disagreements
from kb_audit.languages import language
from kb_audit.links import follow
from kb_audit.safety import look
from kb_audit.sources import folder
from kb_audit.sources.reading import NotRead, Reading, together
from kb_audit.structure import issues, section_text
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
) -> KnowledgeAudit:
    """Audit articles.

    Args:
        sources: folders or files (Markdown, HTML), or readings of other sources (kb_audit.sources.mediawiki).
        encode: texts to unit rows; kb_audit.embedding.encoder() or any of the same shape.
        as_of: the day that "passed" is measured against; no clock is read.
        intents: workflow → utterances (goals.yaml).
        limits: what single autonomous actions may give: kb_audit.guardrail_agreement.limits_of(guardrails).
        model: name and digest of the embedding model, for the artifact's `tool`.

    Raises BadInput for a path that does not exist; whatever is inside and cannot be read is in `not_read`.
    """
    say = progress or (lambda what, done, of: None)
    named = list(sources)
    say("reading articles", 0, len(named))
    reading = together(each if isinstance(each, Reading) else folder.read(Path(each)) for each in named)
    pages = _Pages.of(reading)
    found: list[KnowledgeFinding] = []
    say("links, dates and structure", 0, len(pages.articles))
    links = follow(pages.articles, [n.name for n in reading.not_read])
    found += report_findings.of_links(pages.articles, links)
    found += report_findings.of_freshness(pages.articles, evidence(pages.articles, as_of))
    found += report_findings.of_structure(issues(pages.articles))
    found += [f for a in pages.articles for f in report_findings.of_safety(a, look(a))]
    say("claims", 0, len(pages.english))
    stated = [claim for article in pages.english for claim in claims(article)]
    say("embedding", 0, len(pages.texts) + len(stated))
    rows = encode(pages.texts)
    found += report_findings.of_duplicates(
        pages.articles, pages.sections, find_duplicates(pages.texts, [s.article for s in pages.sections], rows)
    )
    say("comparing claims", 0, len(stated))
    compared = find_conflicts(stated, encode)
    found += report_findings.of_conflicts(pages.articles, stated, compared)
    bounds = as_limits(limits)
    found += report_findings.of_limits(pages.articles, stated, disagreements(stated, bounds))
    say("coverage", 0, len(intents or {}))
    covered = coverage.cover(intents or {}, pages.sections, pages.texts, encode)
    found += report_findings.of_retrieval(
        pages.articles, pages.sections, coverage.not_found_by_heading(pages.sections, pages.texts, encode)
    )
    points = _points(pages.articles, found)
    say("done", len(pages.articles), len(pages.articles))
    return KnowledgeAudit(
        subject=Subject(unit=EVERYWHERE),
        tool={"kb_audit": _version(), **(model or {})},
        as_of=as_of,
        sources=tuple(str(each) for each in named if not isinstance(each, Reading)),
        articles=tuple(_record(a, points[a.id], as_of) for a in pages.articles),
        sections=tuple(_section(s, text) for s, text in zip(pages.sections, pages.texts, strict=True)),
        claims=len(stated),
        pairs=compared.compared,
        agreeing=sum(p.judgement.verdict == "agree" for p in compared.pairs),
        not_read=(*reading.not_read, *_without_fields(pages.articles)),
        not_assessed=pages.other_languages,
        external_links=links.external,
        coverage=covered.utterances,
        workflows=covered.articles,
        reached=covered.sections,
        limits_compared=len(bounds),
        findings=tuple(found),
    )


@dataclass(frozen=True)
class _Pages:
    articles: tuple[Article, ...]
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
        pairs = [(s, f"{s.heading}. {section_text(a, s)}") for a in reading.articles for s in a.sections]
        return cls(
            reading.articles,
            tuple(a for a in reading.articles if spoken[a.id] in ("", "en")),
            other,
            tuple(s for s, _ in pairs),
            tuple(text for _, text in pairs),
        )


def _without_fields(articles: Iterable[Article]) -> Iterator[NotRead]:
    """Front matter that cannot be read is named: else the article would only seem to have no owner and no date."""
    for article in articles:
        if article.problem:
            yield NotRead(
                name=f"{article.id} (front matter)", why=f"{article.problem}; the text was read without its fields"
            )


def _points(articles: Iterable[Article], found: Iterable[KnowledgeFinding]) -> Counter[str]:
    """Points of evidence against each article; the younger side of a conflict, probably the right one, gets none."""
    pages = {a.id: a for a in articles}
    points: Counter[str] = Counter()
    for finding in found:
        for name in finding.articles if finding.verdict in POINTS else ():
            if not _younger_side(pages[name], finding):
                points[name] += POINTS[finding.verdict]
    return points


def _record(article: Article, points: int, as_of: date) -> ArticleRecord:
    return ArticleRecord(
        id=article.id,
        title=article.title,
        url=article.url,
        owner=article.owner,
        audience=article.audience,
        language=language(article),
        scope=dict(article.scope),
        updated=article.updated,
        reviewed=article.reviewed,
        words=article.words,
        sections=len(article.sections),
        freshness=max(0, 100 - points),
        risk=risk_of_age(max((d for d in (article.updated, article.reviewed) if d), default=None), as_of),
    )


def _younger_side(article: Article, finding: KnowledgeFinding) -> bool:
    dates = [side.updated for side in finding.sides if side.updated]
    return (
        finding.verdict == "conflict"
        and article.updated is not None
        and len(dates) > 1
        and article.updated == max(dates) != min(dates)
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
