"""The derived artifacts of the knowledge audit: the whole audit, and what of it one workflow's intents reach.

Findings carry literal quotes with their character range in the article's body; bodies themselves stay outside.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb_audit.measures import MendFirst, Merge, Remedy, Retrieval, SecondJudged, WouldSay
from kb_audit.sources.reading import NotRead
from probes.artifact import Artifact
from probes.finding import Subject

FindingVerdict = Literal[
    "conflict", "possible", "scope", "guardrail", "duplicate", "near_duplicate", "dead_link", "passed_date",
    "overdue_review", "old_version", "cut_section", "long_article", "no_headings", "orphan", "injection", "hidden_text",
    "personal_data", "secret", "not_found", "superseded", "gone_reference", "dead_external", "image_text", "headless_table",
    "run_on_steps", "mixed_language", "jargon", "internal_exposed", "partial_duplicate", "near_tie", "system",
    "named_once",
]  # fmt: skip

OF_SECTIONS: frozenset[FindingVerdict] = frozenset({"conflict", "possible", "scope", "system"})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Side(_Frozen):
    """One side of a finding: `quote` is `body[start:end]` of the article, `value` its normal form, `said` as written there."""

    article: str
    title: str = ""
    heading: str
    quote: str
    value: str = ""
    said: str = ""
    start: int = 0
    end: int = 0
    updated: date | None = None


class KnowledgeFinding(_Frozen):
    """One thing found, under the probe that asks for it. `cluster` joins conflicts about one subject."""

    probe: str
    verdict: FindingVerdict
    sides: tuple[Side, ...]
    why: str
    kind: str = ""
    suggestion: str = ""
    cluster: int | None = None
    similarity: float | None = None
    remedy: Remedy | None = None

    @property
    def articles(self) -> frozenset[str]:
        return frozenset(side.article for side in self.sides)

    @property
    def titles(self) -> dict[str, str]:
        """Article → what people call it."""
        return {side.article: side.title or side.article for side in self.sides}


class ArticleRecord(_Frozen):
    """An article without its text. `freshness` is 100 less the points of evidence, at least 0; `risk` (0–15): age.

    What the score really is lies between `freshness` less `risk` and `freshest` (only evidence that is not a matter of
    reading); `reasons` say why. `review_days`: how often such a page (`sort`) needs a look.
    """

    id: str
    title: str
    url: str = ""
    owner: str = ""
    audience: str = ""
    language: str = ""
    scope: dict[str, str] = Field(default_factory=dict)
    updated: date | None = None
    reviewed: date | None = None
    words: int = 0
    sections: int = 0
    freshness: int = 100
    freshest: int = 100
    risk: int = 0
    reasons: tuple[str, ...] = ()
    created: date | None = None
    review_due: date | None = None
    version: str = ""
    views: int | None = None
    sort: str = ""
    form: str = "article"
    review_days: int | None = None


class SectionRecord(_Frozen):
    id: str
    article: str
    heading: str
    start: int
    end: int
    words: int


class Reached(_Frozen):
    section: str
    article: str
    heading: str
    similarity: float


class UtteranceCoverage(_Frozen):
    """What the best sections for one utterance are: covered ≥ 0.50, weak ≥ 0.40, else a gap (cosine).

    `asks_for`: the kind of answer it wants; `answer`: whether a section holds one.
    """

    utterance: str
    state: Literal["covered", "weak", "gap"]
    asks_for: str = ""
    answer: Literal["answerable", "partly", "not", ""] = ""
    best: tuple[Reached, ...] = ()


class ValueCompared(_Frozen):
    """A value that a system holds (`place`), and where articles speak of it; `why` it could not be read."""

    place: str
    says: str
    held: str = ""
    why: str = ""
    spoken: tuple[tuple[str, int], ...] = Field((), description="article and character of each sentence")


class KnowledgeAudit(Artifact):
    """Everything that was derived from the articles. `workflows`: the articles that each one reaches; `reached`: the
    sections in them about its subject (`None` in bundles written before sections were told apart)."""

    kind: ClassVar[str] = "knowledge_audit"

    as_of: date
    sources: tuple[str, ...] = ()
    articles: tuple[ArticleRecord, ...] = ()
    sections: tuple[SectionRecord, ...] = ()
    claims: int = 0
    pairs: int = 0
    pairs_of_records: int = Field(0, description="of two release notes, each of which tells of its own day: not judged")
    pairs_left_out: int = Field(0, description="beyond the nearest that are judged of one sentence")
    pairs_read: int = Field(
        0, description="of the pairs that were judged, how many were read together; 0: rules alone decided"
    )
    agreeing: int = 0
    not_read: tuple[NotRead, ...] = ()
    not_assessed: tuple[NotRead, ...] = ()
    external_links: int = 0
    coverage: dict[str, tuple[UtteranceCoverage, ...]] = Field(default_factory=dict)
    workflows: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reached: dict[str, tuple[str, ...]] | None = None
    limits_compared: int = 0
    system_values: tuple[ValueCompared, ...] = ()
    retrieval: Retrieval = Retrieval()
    would_say: tuple[WouldSay, ...] = ()
    second_judge: SecondJudged | None = None
    mend_first: tuple[MendFirst, ...] = ()
    merges: tuple[Merge, ...] = ()
    findings: tuple[KnowledgeFinding, ...] = ()

    def of_workflow(self, workflow: str) -> WorkflowKnowledge:
        """The part that one workflow stands on: its reached articles and every finding that names one of them.

        A contradiction counts where one of its sides stands in a section about the workflow's subject: an article on
        lost phones is reached by "send my phone back", and what it says of SIM card fees is not.
        """
        ids = frozenset(self.workflows.get(workflow, ()))
        sections = None if self.reached is None else self.reached.get(workflow, ())
        findings = (f for f in self.findings if f.articles & ids)
        return WorkflowKnowledge(
            subject=Subject(unit=workflow),
            measured_at=self.measured_at,
            tool=self.tool,
            as_of=self.as_of,
            articles=tuple(a for a in self.articles if a.id in ids),
            sections=sections,
            utterances=self.coverage.get(workflow, ()),
            claims=self.claims,
            pairs=self.pairs,
            limits_compared=self.limits_compared,
            system_values=tuple(self._as_spoken_in(v, ids, sections) for v in self.system_values),
            not_assessed=tuple(n for n in self.not_assessed if n.name in ids),
            findings=tuple(f for f in findings if f.verdict not in OF_SECTIONS or self._stands_in(f, sections)),
        )

    def _stands_in(self, finding: KnowledgeFinding, sections: tuple[str, ...] | None) -> bool:
        return any(self._inside(side.article, side.start, sections) for side in finding.sides)

    def _as_spoken_in(self, value: ValueCompared, ids: Set[str], sections: tuple[str, ...] | None) -> ValueCompared:
        spoken = tuple((a, at) for a, at in value.spoken if a in ids and self._inside(a, at, sections))
        return value.model_copy(update={"spoken": spoken})

    def _inside(self, article: str, at: int, sections: tuple[str, ...] | None) -> bool:
        if sections is None:
            return True
        wanted = set(sections)
        return any(s.article == article and s.start <= at < s.end for s in self.sections if s.id in wanted)


class WorkflowKnowledge(Artifact):
    """The articles that a workflow's intents reach, the sections in them about its subject (`None`: not told apart), and
    what was found there."""

    kind: ClassVar[str] = "workflow_knowledge"

    as_of: date
    articles: tuple[ArticleRecord, ...] = ()
    sections: tuple[str, ...] | None = None
    utterances: tuple[UtteranceCoverage, ...] = ()
    claims: int = 0
    pairs: int = 0
    limits_compared: int = 0
    system_values: tuple[ValueCompared, ...] = ()
    not_assessed: tuple[NotRead, ...] = ()
    findings: tuple[KnowledgeFinding, ...] = ()

    def found(self, *verdicts: FindingVerdict) -> tuple[KnowledgeFinding, ...]:
        return tuple(f for f in self.findings if f.verdict in verdicts)
