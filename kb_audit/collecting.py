"""The audit as part of a collection: live sources are fetched by a gatherer, everything else is derived offline.

Sources of `engagement.yaml`: a folder or file inside the engagement's folder, or what `kb_audit.live` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from kb_audit import live
from kb_audit.artifact import KnowledgeAudit, WorkflowKnowledge
from kb_audit.claims_kept import ClaimsKept
from kb_audit.live import LiveSource
from kb_audit.system_readings import SystemValues
from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.finding import EVERYWHERE, Subject
from probes.gather.gatherer import Gatherer, cause_of, missing
from probes.gather.plan import PlanLine
from probes.gather.session import Session
from runtime.errors import BadInput, CxreadyError
from runtime.estate import Estate

if TYPE_CHECKING:
    from kb_audit.second_judge import SecondJudge
    from kb_audit.system_agreement import HeldValue

SYSTEM = "knowledge"
SECOND_JUDGE = "second judge"
MOST_CALLS = 90
PROBES = (
    "owned", "current", "covers_intents", "structured", "no_conflicts", "no_duplicates", "links_alive", "no_dead_references",
    "retrieves",
    "agrees_with_guardrails", "agrees_with_systems", "scoped", "no_injection", "no_personal_data", "review_loop",
)  # fmt: skip


class WikiPages(Artifact):
    """The answers of one live source (a wiki, a help centre, a site), as they came; articles are company text, not
    personal data."""

    kind: ClassVar[str] = "wiki_pages"

    url: str
    answers: tuple[dict[str, Any], ...]


def planned(estate: Estate) -> list[PlanLine]:
    """The most reads of each live source: twenty of a wiki, sixty of a help centre, ninety of a site; and what the second
    judge is asked, where it is."""
    asks = PlanLine(
        system=SECOND_JUDGE,
        method="POST",
        path="/chat/completions",
        purpose="show two sentences that contradict each other to the language model of CXREADY_MODEL",
        probe="knowledge",
        count=MOST_CALLS,
    )
    reads = [
        PlanLine(
            system=SYSTEM if source.is_address else source.place,
            method="GET",
            path=path,
            purpose="read the articles",
            probe="knowledge",
            count=count,
        )
        for _, source in _live(estate)
        for path, count in source.paths
    ]
    return [*reads, *([asks] if estate.second_judge else [])]


def gather(session: Session) -> Iterator[Artifact | Missing]:
    """Reads each live source whole: addresses as anybody may, systems of the engagement with their credential."""
    for name, source in _live(session.estate):
        if session.only_system not in (None, SYSTEM if source.is_address else source.place):
            continue
        try:
            yield _pages(session, name, source)
        except CxreadyError as error:
            yield missing(WikiPages, Subject(unit=name), cause_of(error), str(error))


def _live(estate: Estate) -> Iterator[tuple[str, LiveSource]]:
    for name in estate.knowledge:
        source = live.live(name)
        if source is not None:
            yield name, source


def derive(given: Derivation, second_judge: SecondJudge | None = None) -> Iterator[Artifact | Missing]:
    """The whole audit, and for each workflow the part that its intents reach."""
    from kb_audit.audit import audit
    from kb_audit.embedding import find_model
    from kb_audit.guardrail_agreement import limits_of
    from kb_audit.kept import Kept
    from kb_audit.together.reader import pair_reader

    if given.encode is None or not given.estate.knowledge:
        yield from _absent(given.estate, "no articles are named" if given.encode else "no model")
        return
    sources, unread = _sources(given)
    if unread and not sources:
        yield from _absent(given.estate, unread)
        return
    model = find_model()
    claims: list[ClaimsKept] = []
    found = audit(
        sources,
        encode=given.encode,
        as_of=given.now.date(),
        intents={name: goal.utterances for name, goal in given.estate.goals.items()},
        volumes=_volumes(given),
        retired=given.estate.retired,
        review_days=given.estate.review_days,
        limits=limits_of(given.estate.guardrails, given.estate.currency),
        progress=lambda what, done, of: given.progress(f"knowledge: {what}"),
        model={"model": model.name, "digest": model.digest},
        kept=Kept(),
        system_values=_held(given),
        hand_over=claims.append,
        second_judge=second_judge,
        reader=pair_reader(),
    )
    named = tuple(
        source for source in given.estate.knowledge if live.live(source) is None
    )  # never a path of this machine
    found = found.model_copy(update={"measured_at": given.now, "sources": named})
    if not found.articles:
        yield from _absent(given.estate, "the sources hold no article that could be read")
        return
    yield found
    yield from (each.model_copy(update={"measured_at": given.now, "tool": found.tool}) for each in claims)
    for workflow in given.estate.goals:
        yield found.of_workflow(workflow)


def _volumes(given: Derivation) -> dict[str, float]:
    """Tickets a month of each workflow, where the ticket export was counted."""
    from probes.derive.demand_figures import Demand

    found = given.found.get((Demand.kind, EVERYWHERE, ""))
    return {name: float(part.per_month) for name, part in found.workflows.items()} if isinstance(found, Demand) else {}


def _held(given: Derivation) -> list[HeldValue]:
    """What each system held of the values that engagement.yaml names, or why it is not known."""
    from kb_audit.system_agreement import HeldValue

    held = []
    for value in given.estate.system_values:
        found = given.found.get((SystemValues.kind, value.system, ""))
        read = {each.place: each for each in found.values} if isinstance(found, SystemValues) else {}
        lost = found.detail if isinstance(found, Missing) else f"{value.system} was not asked"
        at = read.get(value.place)
        held.append(HeldValue(value, at.value if at else "", at.why if at else lost))
    return held


def _absent(estate: Estate, why: str) -> Iterator[Missing]:
    do = "name the folders of articles under `knowledge: {sources: […]}` in engagement.yaml and run `cxready collect DIR`"
    units = [(KnowledgeAudit.kind, EVERYWHERE), *((WorkflowKnowledge.kind, name) for name in estate.goals)]
    for kind, unit in units:
        yield Missing(wanted=kind, subject=Subject(unit=unit), cause="no_input", detail=why, would_measure=do)


def _sources(given: Derivation) -> tuple[list[Any], str]:
    """What can be audited, and a sentence about what could not be fetched."""
    sources: list[Any] = []
    unread = ""
    for name in given.estate.knowledge:
        source = live.live(name)
        if source is None:
            sources.append(given.folder / name)
            continue
        pages = given.found.get((WikiPages.kind, name, ""))
        if isinstance(pages, WikiPages):
            sources.append(live.replay(source, pages.answers))
        else:
            unread = pages.detail if isinstance(pages, Missing) else f"{name} was not read"
    return sources, unread


def _pages(session: Session, name: str, source: LiveSource) -> WikiPages:
    from runtime.systems.exchange import Why

    answers: live.Answers = []
    place, system = _open(session, source)
    ask = live.asking(
        place,
        system,
        answers,
        Why("read the articles", "knowledge", session.run),
        lambda says: session.tell(SYSTEM, says),
    )
    live.read(place, ask)
    return WikiPages(subject=Subject(unit=name), measured_at=session.now, url=source.place, answers=tuple(answers))


def _open(session: Session, source: LiveSource) -> tuple[LiveSource, Any]:
    """The source with its references resolved, and the way to it."""
    from runtime.systems.connect import connect
    from runtime.systems.references import resolve
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.settings import Holder, SystemSettings

    if source.is_address:
        source = LiveSource(source.kind, resolve(source.place, session.secrets, "knowledge.sources"))
        settings = SystemSettings.model_validate(
            {"role": "knowledge", "environments": {"staging": {"url": live.address_of(source)}}}
        )
        budget = session.budgets.setdefault(SYSTEM, RequestBudget(100, system=SYSTEM))
    elif source.place in session.estate.systems:
        settings, budget = session.settings(source.place), session.budgets[source.place]
    else:
        raise BadInput(
            f"there is no system {source.place}",
            "engagement.yaml: knowledge.sources",
            f"write {source.kind}:https://host, or the name of a system under `systems`",
        )
    holder: Holder = "audit" if "audit" in settings.credentials else "agent"
    system = connect(
        SYSTEM if source.is_address else source.place, settings, holder=holder, network=session.estate.network, folder=session.folder,
        budget=budget, trace=session.trace, secrets=session.secrets, run=session.run, contact=session.estate.contact,
        anonymous=source.is_address, gate=session.gate, passage=session.passage, surface=source.surface(),
    )  # fmt: skip
    return source, system


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
    gives=(KnowledgeAudit, ClaimsKept, WorkflowKnowledge),
    probes=tuple(f"knowledge.{p}" for p in PROBES),
)
ARTIFACTS: tuple[type[Artifact], ...] = (WikiPages, SystemValues, KnowledgeAudit, ClaimsKept, WorkflowKnowledge)
