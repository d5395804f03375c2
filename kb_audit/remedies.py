"""Remedies: for each finding whose turn it is, about how long it takes, and for Markdown sources the edit as a draft.

A draft is a unified diff against the file as it was read; `git apply` takes it. It is a proposal: whoever owns the article
decides. Nothing that holds personal data or a secret is written into a diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff

from kb_audit.article import Article
from kb_audit.artifact import KnowledgeFinding
from kb_audit.drafts import Edit, draft
from kb_audit.measures import Remedy

MINUTES: Mapping[str, int] = {
    "conflict": 30, "guardrail": 30, "system": 30, "passed_date": 10, "superseded": 10, "overdue_review": 20, "old_version": 10, "gone_reference": 5,
    "dead_link": 3, "dead_external": 3, "duplicate": 15, "near_duplicate": 20, "partial_duplicate": 15, "cut_section": 10,
    "long_article": 60, "no_headings": 20, "image_text": 20, "headless_table": 5, "run_on_steps": 10, "mixed_language": 30, "jargon": 5,
    "injection": 15, "hidden_text": 5, "personal_data": 10, "secret": 60, "internal_exposed": 10, "orphan": 5, "not_found": 5, "near_tie": 20,
}  # fmt: skip
"""Minutes of work a finding, assumed by us; a team's own figures belong here (a secret has to be changed, not only removed)."""
_CONTEXT = 2
_WINDOW = 20
_HUNK = re.compile(r"^@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)?) @@")


def with_remedies(articles: Sequence[Article], findings: Iterable[KnowledgeFinding]) -> list[KnowledgeFinding]:
    """The findings with a remedy each; possible conflicts and differences of scope ask for nothing."""
    found = list(findings)
    pages = {a.id: a for a in articles}
    private = _private(pages, found)
    return [_with(pages, finding, private) if finding.verdict in MINUTES else finding for finding in found]


def patch(findings: Iterable[KnowledgeFinding]) -> str:
    """All drafts that do not touch each other's lines, as one patch; of two at one place the first stays."""
    kept: list[str] = []
    taken: set[tuple[str, int]] = set()
    for finding in findings:
        diff = finding.remedy.diff if finding.remedy else ""
        lines = _lines_of(diff)
        if diff and not lines & taken:
            taken |= lines
            kept.append(diff)
    return "".join(sorted(kept, key=_place))


def _private(pages: Mapping[str, Article], found: Iterable[KnowledgeFinding]) -> dict[str, set[str]]:
    """By article what no diff may show, also not beside a change."""
    held: dict[str, set[str]] = {}
    for finding in found:
        if finding.verdict in ("personal_data", "secret"):
            side = finding.sides[0]
            held.setdefault(side.article, set()).add(pages[side.article].body[side.start : side.end].strip())
    return held


def _with(pages: Mapping[str, Article], finding: KnowledgeFinding, private: Mapping[str, set[str]]) -> KnowledgeFinding:
    number = side_to_mend(finding)
    article = pages[finding.sides[number].article]
    edit = draft(pages, finding, number) if article.head_known else None
    diff = diff_of(article, edit) if edit else ""
    if any(text in diff for text in private.get(article.id, ())):
        diff = ""
    remedy = Remedy(
        article=article.id,
        owner=article.owner,
        minutes=MINUTES[finding.verdict],
        diff=diff,
    )
    return finding.model_copy(update={"remedy": remedy})


def side_to_mend(finding: KnowledgeFinding) -> int:
    """Where two articles are concerned: the one that the suggestion does not call right; else the first."""
    if len(finding.sides) == 2 and finding.verdict in ("conflict", "duplicate", "near_duplicate", "partial_duplicate"):
        stays = f"“{finding.sides[0].title}” "
        return 1 if finding.suggestion.startswith(stays) else 0
    return 0


def diff_of(article: Article, edit: Edit) -> str:
    """The edit as one file's diff. Only the lines around it are compared, however long the article is, unless its lines
    repeat so often that a hunk would slide out of the window."""
    whole = article.head + article.body
    start, end = len(article.head) + edit.start, len(article.head) + edit.end
    first, last = _lines_before(whole, start), _lines_behind(whole, end)
    lines = _window_diff(whole, start, end, edit.text, first, last)
    edges = [*(lines[3 : 3 + _CONTEXT] if first > 0 else ()), *(lines[-_CONTEXT:] if last < len(whole) else ())]
    if any(not line.startswith(" ") for line in edges):
        first, lines = 0, _window_diff(whole, start, end, edit.text, 0, len(whole))
    above = whole.count("\n", 0, first)
    moved = (_HUNK.sub(lambda m: f"@@ -{int(m[1]) + above}{m[2]} +{int(m[3]) + above}{m[4]} @@", x) for x in lines)
    named = (
        x.replace("a/\n", f"a/{article.id}\n").replace("b/\n", f"b/{article.id}\n") if n < 2 else x
        for n, x in enumerate(moved)
    )
    return "".join(x if x.endswith("\n") else x + "\n\\ No newline at end of file\n" for x in named)


def _window_diff(whole: str, start: int, end: int, put: str, first: int, last: int) -> list[str]:
    """Lines of the diff of `whole[first:last]`, with empty names."""
    old, new = whole[first:last], whole[first:start] + put + whole[end:last]
    return list(unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), "a/", "b/", n=_CONTEXT))


def _lines_before(text: str, at: int) -> int:
    """Where the line begins that stands a window above the one at `at`."""
    for _ in range(_WINDOW):
        at = text.rfind("\n", 0, max(0, at))
    return at + 1


def _lines_behind(text: str, at: int) -> int:
    for _ in range(_WINDOW):
        found = text.find("\n", at)
        if found < 0:
            return len(text)
        at = found + 1
    return at


def _lines_of(diff: str) -> set[tuple[str, int]]:
    """(file, line) of everything that a diff touches or shows."""
    found: set[tuple[str, int]] = set()
    name, at = "", 0
    for line in diff.splitlines():
        if line.startswith("--- "):
            name = line
        elif line.startswith("@@"):
            at = int(line.split()[1].lstrip("-").partition(",")[0])
        elif line.startswith((" ", "-")) and not line.startswith("---"):
            found.add((name, at))
            at += 1
    return found


def _place(diff: str) -> tuple[str, int]:
    return min(_lines_of(diff), default=("", 0))


def effort_by_owner(findings: Iterable[KnowledgeFinding]) -> dict[str, tuple[int, int]]:
    """Owner (`""`: nobody) → findings and minutes, the most work first."""
    work: dict[str, tuple[int, int]] = {}
    for finding in findings:
        if finding.remedy:
            count, minutes = work.get(finding.remedy.owner, (0, 0))
            work[finding.remedy.owner] = (count + 1, minutes + finding.remedy.minutes)
    return dict(sorted(work.items(), key=lambda each: (-each[1][1], each[0])))
