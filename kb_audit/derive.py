"""The derive step of `collect`: articles, goals and guardrails in, artifacts out; no network is used.

One KnowledgeAudit for the whole estate, and one WorkflowKnowledge a workflow, which the probes judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kb_audit.artifact import KnowledgeAudit, WorkflowKnowledge
from kb_audit.audit import Progress, Source, audit
from kb_audit.guardrail_agreement import limits_of
from probes.artifact import Cause, Missing
from probes.finding import EVERYWHERE, Subject
from runtime.errors import BadInput
from runtime.guardrails.policy import GuardrailsFile
from runtime.understanding.encode import Encode

Derived = KnowledgeAudit | WorkflowKnowledge | Missing


def derive_knowledge(
    sources: Sequence[Source],
    *,
    utterances: Mapping[str, Sequence[str]],
    guardrails: GuardrailsFile | None,
    currency: str,
    as_of: date,
    encode: Encode | None = None,
    progress: Progress | None = None,
) -> list[Derived]:
    """Artifacts of the knowledge dimension, or for each that cannot be made a Missing with the reason.

    Args:
        sources: folders, files or readings.
        utterances: workflow → utterances, from goals.yaml.
        encode: another encoder than the installed model's (tests).
    """
    if not sources:
        return list(
            _missing(
                utterances,
                "no_input",
                "no articles were named",
                "name the articles under knowledge.sources in engagement.yaml",
            )
        )
    try:
        chosen, model = (encode, {}) if encode else _installed(progress)
        bounds = limits_of(guardrails, currency) if guardrails else ()
        whole = audit(
            sources, encode=chosen, as_of=as_of, intents=utterances, limits=bounds, progress=progress, model=model
        )
    except BadInput as error:
        return list(_missing(utterances, "failed", f"{error.where}: {error.what}", error.do))
    if not whole.articles:
        why = "; ".join(f"{n.name}: {n.why}" for n in whole.not_read[:3])
        return list(
            _missing(utterances, "no_input", f"no article could be read ({why})", "hand in Markdown or HTML articles")
        )
    return [whole, *(whole.of_workflow(workflow) for workflow in utterances)]


def _installed(progress: Progress | None) -> tuple[Encode, dict[str, str]]:
    from kb_audit.embedding import encoder, find_model

    model = find_model()
    return encoder(model, progress=progress), {"model": model.name, "model_sha256": model.digest}


def _missing(workflows: Iterable[str], cause: Cause, detail: str, would_measure: str) -> Iterable[Missing]:
    yield Missing(
        wanted=KnowledgeAudit.kind,
        subject=Subject(unit=EVERYWHERE),
        cause=cause,
        detail=detail,
        would_measure=would_measure,
    )
    for name in workflows:
        yield Missing(
            wanted=WorkflowKnowledge.kind,
            subject=Subject(unit=name),
            cause=cause,
            detail=detail,
            would_measure=would_measure,
        )
