"""The audit as part of a collection: wikis are fetched by a gatherer, everything else is derived offline.

Sources of `engagement.yaml`: a folder or file inside the engagement's folder, or `mediawiki:<address of api.php>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from kb_audit.artifact import KnowledgeAudit, WorkflowKnowledge
from kb_audit.sources.reading import Reading
from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.finding import EVERYWHERE, Subject
from probes.gather.gatherer import Gatherer, cause_of, missing
from probes.gather.plan import PlanLine
from probes.gather.session import Session
from runtime.errors import BadInput, CxreadyError, Unreachable
from runtime.estate import Estate

WIKI = "mediawiki:"
SYSTEM = "knowledge"
MOST_REQUESTS = 20
PROBES = (
    "owned", "current", "covers_intents", "structured", "no_conflicts", "no_duplicates", "links_alive", "retrieves",
    "agrees_with_guardrails", "scoped", "no_injection", "no_personal_data",
)  # fmt: skip


class WikiPages(Artifact):
    """The answers of one wiki's api.php, as they came; articles are company text, not personal data."""

    kind: ClassVar[str] = "wiki_pages"

    url: str
    answers: tuple[dict[str, Any], ...]


def planned(estate: Estate) -> list[PlanLine]:
    """At most twenty reads a wiki."""
    return [
        PlanLine(
            system=SYSTEM,
            method="GET",
            path=urlsplit(source.removeprefix(WIKI)).path or "/api.php",
            purpose="read the articles",
            probe="knowledge",
            count=MOST_REQUESTS,
        )
        for source in estate.knowledge
        if source.startswith(WIKI)
    ]


def gather(session: Session) -> Iterator[Artifact | Missing]:
    """Reads each wiki whole, anonymously, through the same connector as every system."""
    if session.only_system not in (None, SYSTEM):
        return
    for source in session.estate.knowledge:
        if source.startswith(WIKI):
            try:
                yield _wiki(session, source)
            except CxreadyError as error:
                yield missing(WikiPages, Subject(unit=source), cause_of(error), str(error))


def derive(given: Derivation) -> Iterator[Artifact | Missing]:
    """The whole audit, and for each workflow the part that its intents reach."""
    from kb_audit.audit import audit
    from kb_audit.embedding import find_model
    from kb_audit.guardrail_agreement import limits_of

    if given.encode is None or not given.estate.knowledge:
        yield from _absent(given.estate, "no articles are named" if given.encode else "no model")
        return
    sources, unread = _sources(given)
    if unread and not sources:
        yield from _absent(given.estate, unread)
        return
    model = find_model()
    found = audit(
        sources,
        encode=given.encode,
        as_of=given.now.date(),
        intents={name: goal.utterances for name, goal in given.estate.goals.items()},
        limits=limits_of(given.estate.guardrails, given.estate.currency),
        progress=lambda what, done, of: given.progress(f"knowledge: {what}"),
        model={"model": model.name, "digest": model.digest},
    )
    named = tuple(
        source for source in given.estate.knowledge if not source.startswith(WIKI)
    )  # never a path of this machine
    found = found.model_copy(update={"measured_at": given.now, "sources": named})
    if not found.articles:
        yield from _absent(given.estate, "the sources hold no article that could be read")
        return
    yield found
    for workflow in given.estate.goals:
        yield found.of_workflow(workflow)


def _absent(estate: Estate, why: str) -> Iterator[Missing]:
    do = "name the folders of articles under `knowledge: {sources: […]}` in engagement.yaml and run `cxready collect DIR`"
    units = [(KnowledgeAudit.kind, EVERYWHERE), *((WorkflowKnowledge.kind, name) for name in estate.goals)]
    for kind, unit in units:
        yield Missing(wanted=kind, subject=Subject(unit=unit), cause="no_input", detail=why, would_measure=do)


def _sources(given: Derivation) -> tuple[list[Any], str]:
    """What can be audited, and a sentence about what could not be fetched."""
    sources: list[Any] = []
    unread = ""
    for source in given.estate.knowledge:
        if not source.startswith(WIKI):
            sources.append(given.folder / source)
            continue
        pages = given.found.get((WikiPages.kind, source, ""))
        if isinstance(pages, WikiPages):
            sources.append(_replayed(pages))
        else:
            unread = pages.detail if isinstance(pages, Missing) else "the wiki was not read"
    return sources, unread


def _replayed(pages: WikiPages) -> Reading:
    from kb_audit.sources import mediawiki

    answers = iter(pages.answers)
    return mediawiki.read(
        lambda _: next(answers), url=pages.url.replace("/api.php", "/index.php"), max_requests=len(pages.answers)
    )


def _wiki(session: Session, source: str) -> WikiPages:
    from kb_audit.sources import mediawiki
    from runtime.systems.exchange import Why

    system, path = _open(session, source.removeprefix(WIKI))
    answers: list[dict[str, Any]] = []

    def fetch(parameters: Mapping[str, str]) -> Mapping[str, Any]:
        session.tell(SYSTEM, "reading articles")
        exchange = system.request(
            "GET", f"{path}?{urlencode(parameters)}", why=Why("read the articles", "knowledge", session.run)
        )
        if not exchange.ok or not isinstance(exchange.body, dict):
            raise Unreachable(
                f"the wiki answered {exchange.seen} {exchange.status or exchange.error}".strip(),
                source,
                "check its address and the reader's rights",
            )
        answers.append(exchange.body)
        return exchange.body

    mediawiki.read(fetch, max_requests=MOST_REQUESTS)
    return WikiPages(
        subject=Subject(unit=source), measured_at=session.now, url=source.removeprefix(WIKI), answers=tuple(answers)
    )


def _open(session: Session, address: str) -> tuple[Any, str]:
    from runtime.systems.connect import connect
    from runtime.systems.references import resolve
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.settings import SystemSettings

    url = urlsplit(resolve(address, session.secrets, "knowledge.sources"))
    if url.scheme not in ("http", "https") or not url.netloc:
        raise BadInput(
            f"{address} is no address", "engagement.yaml: knowledge.sources", "write mediawiki:https://host/api.php"
        )
    settings = SystemSettings.model_validate(
        {"role": "knowledge", "environments": {"staging": {"url": f"{url.scheme}://{url.netloc}"}}}
    )
    budget = session.budgets.setdefault(SYSTEM, RequestBudget(MOST_REQUESTS, system=SYSTEM))
    system = connect(
        SYSTEM, settings, holder="agent", network=session.estate.network, folder=session.folder, budget=budget, trace=session.trace,
        secrets=session.secrets, run=session.run, contact=session.estate.contact, anonymous=True, gate=session.gate, passage=session.passage,
    )  # fmt: skip
    return system, url.path or "/api.php"


GATHERER = Gatherer(
    name="wikis",
    plan=planned,
    run=gather,
    gives=(WikiPages,),
    level=2,
    cost=20,
    probes=tuple(f"knowledge.{p}" for p in PROBES),
)
DERIVER = Deriver(
    name="knowledge",
    run=derive,
    gives=(KnowledgeAudit, WorkflowKnowledge),
    probes=tuple(f"knowledge.{p}" for p in PROBES),
)
ARTIFACTS: tuple[type[Artifact], ...] = (WikiPages, KnowledgeAudit, WorkflowKnowledge)
