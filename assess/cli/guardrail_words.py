"""A certificate as lines for a person: what does not hold first, then how much was proved, and on what trust."""

from __future__ import annotations

from collections.abc import Iterator

from probes.wording import counted
from runtime.guardrails.certificate import Certificate


def proof_words(certificate: Certificate, *, every: bool = False) -> Iterator[str]:
    """Lines; `every` adds each proved claim and the table of conditions that were left out."""
    failed = [claim for claim in certificate.claims if not claim.proved]
    for claim in certificate.claims if every else failed:
        yield f"{'proved    ' if claim.proved else 'NOT PROVED'}  {claim.says}"
        if not claim.proved:
            tried = "  (tried on Cedar: it is allowed)" if claim.replayed and claim.counterexample else ""
            yield f"            {claim.counterexample or claim.unsupported}{tried}"
    yield f"{len(certificate.claims) - len(failed)} of {counted(len(certificate.claims), 'claim')} proved"
    redundant = [line for line in certificate.dropped if line.refuted_by is None]
    if every:
        for line in certificate.dropped:
            yield f"left out  {line.rule}: {line.conjunct}  → {line.refuted_by or 'nothing fails: redundant'}"
    if certificate.dropped:
        refuted = len(certificate.dropped) - len(redundant)
        yield f"{len(certificate.dropped)} conditions left out in turn: {refuted} break a claim, {len(redundant)} follow from the others"
        yield from (f"  redundant: {line.rule}: {line.conjunct}" for line in redundant if not every)
    yield f"{certificate.wording}. Taken for granted:"
    yield from (f"  – {one}" for one in certificate.trusted)
