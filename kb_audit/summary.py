"""What `cxready kb audit` prints: a summary for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from kb_audit.artifact import KnowledgeAudit, KnowledgeFinding, Side
from kb_audit.measures import Share
from kb_audit.remedies import effort_by_owner
from kb_audit.wording_of_findings import GROUPS, named
from probes.wording import counted

WIDTH = 80
_SHOWN = 3
_COUNT_ONLY = frozenset({"possible", "scope", "orphan", "not_found", "jargon"})
_OWNERS = 5


def summary(audit: KnowledgeAudit, *, show: int = _SHOWN) -> str:
    """A readable page: what was read, every conflict with both quotes, then the rest, the gravest first.

    `show`: examples of each kind.
    """
    blocks = [
        [_head(audit)],
        list(_conflicts(audit)),
        [_wrapped(audit.second_judge.says, "")] if audit.second_judge else [],
        *(list(_group(audit, title, verdicts, show)) for title, verdicts in GROUPS.items()),
        list(_mend_first(audit)),
        list(_merges(audit)),
        list(_coverage(audit)),
        list(_would_say(audit)),
        list(_retrieval(audit)),
        list(_work(audit)),
        list(_not_read(audit, show)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block).rstrip() + "\n"


def _head(audit: KnowledgeAudit) -> str:
    parts = [
        counted(len(audit.articles), "article"),
        counted(len(audit.sections), "section"),
        counted(audit.claims, "claim"),
    ]
    left = f"; {len(audit.not_read)} not read" if audit.not_read else ""
    told = f"{', '.join(parts)}, {audit.pairs:,} pairs compared{left}; as of {audit.as_of.isoformat()}"
    return _wrapped("; ".join([told, *_not_judged(audit)]), "")


def _not_judged(audit: KnowledgeAudit) -> Iterator[str]:
    """How far the pairs were judged: what was read together, what was counted and not judged."""
    if audit.pairs and not audit.pairs_read:
        yield "none of them was read together (no model for it here): conflicts in quite other words are not found"
    if audit.pairs_of_records:
        yield f"of the pairs {audit.pairs_of_records:,} are of two release notes, which tell of two days and contradict nothing"
    if audit.pairs_left_out:
        yield f"{audit.pairs_left_out:,} pairs of sentences that have too many like them were not judged, the nearest were"


def _conflicts(audit: KnowledgeAudit) -> Iterator[str]:
    found = [f for f in audit.findings if f.verdict == "conflict"]
    if not audit.articles:
        yield "Nothing was read, so nothing can be said of conflicts."
    elif not found:
        yield _wrapped(f"No conflict found among {counted(audit.claims, 'claim')}, {audit.pairs:,} pairs compared.", "")
    for number, finding in enumerate(found, start=1):
        if number > 1:
            yield ""
        yield _wrapped(f"Conflict {number} ({finding.kind}): {finding.why}", "", "  ")
        for side in finding.sides:
            yield from _quoted(side)
        yield _wrapped(f"→ {finding.suggestion}", "    ", "      ")


def _quoted(side: Side) -> Iterator[str]:
    yield _place(side, "    ", f", updated {side.updated.isoformat()}" if side.updated else "")
    yield _wrapped(f"“{' '.join(side.quote.split())}”", "      ", "       ")


def _group(audit: KnowledgeAudit, title: str, verdicts: Sequence[str], show: int) -> Iterator[str]:
    of = {v: [f for f in audit.findings if f.verdict == v] for v in verdicts}
    if not any(of.values()):
        return
    yield title
    for verdict, found in of.items():
        if found:
            yield f"{len(found):>6,}  {named(verdict, len(found))}"
            if verdict != "conflict" and verdict not in _COUNT_ONLY:
                yield from _examples(found, show)
            elif verdict == "jargon":
                yield _wrapped(
                    ", ".join(f.sides[0].value for f in found[: show * 4]) + (" …" if len(found) > show * 4 else ""),
                    " " * 10,
                )


def _examples(findings: Sequence[KnowledgeFinding], show: int) -> Iterator[str]:
    for finding in findings[:show]:
        yield _place(finding.sides[0], " " * 10)
        beside = (
            f", beside {finding.sides[1].title or finding.sides[1].article}"
            if len(finding.sides) > 1 and not _tells(finding)
            else ""
        )
        yield _wrapped(finding.why + beside, " " * 12)
    if len(findings) > show > 0:
        yield f"{'':10}… {len(findings) - show:,} more"


def _tells(finding: KnowledgeFinding) -> bool:
    """Whether the reason already names the second article."""
    return finding.verdict in ("gone_reference", "near_tie")


def _mend_first(audit: KnowledgeAudit) -> Iterator[str]:
    if not audit.mend_first:
        return
    measure = {"views": "views", "tickets": "tickets a month", "links": "links to it"}[audit.mend_first[0].reach_is]
    yield "Mend first"
    yield _wrapped(f"reach ({measure}) × doubt × 2 where money is at stake", "        ")
    for number, each in enumerate(audit.mend_first, start=1):
        title = textwrap.shorten(each.title, WIDTH - 30, placeholder=" …")
        yield f"{number:>6}  {title:<{WIDTH - 22}} freshness {each.freshness:>3}"
        said = "; ".join(each.why)
        yield _wrapped(
            textwrap.shorten(said, 2 * WIDTH, placeholder=" …") + (f" ({each.owner})" if each.owner else " (no owner)"),
            " " * 8,
        )


def _merges(audit: KnowledgeAudit) -> Iterator[str]:
    if audit.merges:
        yield "Merge"
    for each in audit.merges:
        yield _wrapped(f"{each.drop} into {each.keep}", "        ", "          ")
        moved = f"; move over: {', '.join(each.move)}" if each.move else "; nothing else stands in it"
        yield _wrapped(f"{each.share:.0%} of its words stand there already{moved}", " " * 10)


def _coverage(audit: KnowledgeAudit) -> Iterator[str]:
    if not audit.coverage:
        return
    yield "What customers ask"
    for workflow, utterances in audit.coverage.items():
        covered = sum(u.state == "covered" for u in utterances)
        yield f"{covered:>6}  of {len(utterances)} questions of {workflow} are covered"
        for each in utterances:
            if each.state != "covered":
                yield _wrapped(f"{each.state}: “{each.utterance}”", " " * 10, " " * 12)
            elif each.answer == "partly":
                yield _wrapped(
                    f"partly: “{each.utterance}” asks for {each.asks_for}; the section found names none",
                    " " * 10,
                    " " * 12,
                )


def _would_say(audit: KnowledgeAudit) -> Iterator[str]:
    if not audit.would_say:
        return
    yield "What an agent would say"
    for each in audit.would_say:
        yield _wrapped(f"{each.workflow}: {each.question}", "    ", "      ")
        if each.passage:
            yield _wrapped(f"“{each.passage}”", "      ", "       ")
            yield _wrapped(f"— {each.article} › {each.heading}", "      ", "        ")
        else:
            yield "      nothing: no section is near enough, so it must hand over"


def _retrieval(audit: KnowledgeAudit) -> Iterator[str]:
    found = audit.retrieval
    rows = (
        (found.headings_1, "sections come first when their own heading is looked up"),
        (found.headings_5, "are among the first five"),
        (found.paraphrases_1, "paraphrased questions find the agreed section first"),
        (found.paraphrases_5, "find it among the first five"),
        (found.abstains, "questions of other fields are left unanswered"),
        (found.abstains_near, "questions are left unanswered when their article is gone"),
    )
    told = [_share(share, says) for share, says in rows if share.of]
    if told:
        yield "Retrieval, tried"
        yield from told


def _share(share: Share, says: str) -> str:
    return f"{share.hits:>6,} of {share.of:<5,} {says}"


def _work(audit: KnowledgeAudit) -> Iterator[str]:
    work = effort_by_owner(audit.findings)
    minutes = sum(each for _, each in work.values())
    if not minutes:
        return
    drafts = sum(bool(f.remedy and f.remedy.diff) for f in audit.findings)
    yield _wrapped(
        f"About {_hours(minutes)} of work by minutes assumed for each kind; {counted(drafts, 'edit')} drafted", ""
    )
    for owner, (count, each) in list(work.items())[:_OWNERS]:
        yield f"{count:>6,}  {textwrap.shorten(owner or 'nobody owns them', 48, placeholder=' …')}: {_hours(each)}"
    if len(work) > _OWNERS:
        yield f"{'':8}… {len(work) - _OWNERS} more owners"


def _hours(minutes: int) -> str:
    return f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60):,} hours"


def _not_read(audit: KnowledgeAudit, show: int) -> Iterator[str]:
    if audit.not_read:
        yield f"Not read ({len(audit.not_read):,})"
        for each in audit.not_read[: max(show, 5)]:
            yield _wrapped(f"{_cut(each.name, WIDTH - 6)}: {each.why}", "    ", "      ")
        if len(audit.not_read) > max(show, 5):
            yield f"    … {len(audit.not_read) - max(show, 5):,} more"
    if audit.not_assessed:
        yield _wrapped(f"{counted(len(audit.not_assessed), 'article')} in other languages: conflicts not assessed", "")


def _place(side: Side, indent: str, after: str = "") -> str:
    """`folder/file.md › Heading`, the folder cut from the left where the line is too long."""
    heading = f" › {side.heading}" if side.heading and side.heading != side.title else ""
    room = max(24, WIDTH - len(indent) - len(heading) - len(after))
    return _wrapped(f"{_cut(side.article, room)}{heading}{after}", indent, indent + "  ")


def _cut(name: str, room: int) -> str:
    """A path without its beginning, where the whole of it is too long."""
    return name if len(name) <= room else "…" + name[len(name) - room + 1 :]


def _wrapped(text: str, indent: str, further: str | None = None) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_on_hyphens=False,
    )
