"""The proof: each claim about the policy that is really loaded, shown to the solver, on the permits alone.

Unsupported expressions, time-outs and `unknown` are never proofs. Counterexamples are tried on Cedar itself before they
are shown. Each condition of each permit is left out in turn: a proof that survives that is told as a redundant condition.
Proved for all requests of the modelled operations, given a correct ledger and facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from probes.derive.dropped import dropped_conjuncts
from probes.derive.proof_scene import Alike, Policy, Scene, Stages
from probes.derive.uncovered import uncovered
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import NO_TIME, Proof
from runtime.estate import Estate
from runtime.guardrails.cedar import owners, permits_text, schema_text
from runtime.guardrails.certificate import Certificate, Claim, DroppedConjunct, digests_of
from runtime.guardrails.engine import digest_of
from runtime.systems.surface import Surface

if TYPE_CHECKING:
    from probes.derive.claims import Wrong

TRUSTED = (
    "the effects files say truly what each operation does",
    "the ledger's totals are true: cumulative limits are an induction over the true total, which starts at nothing and which no "
    "permitted call takes past its limit; that the ledger tells the true total is tested apart (races, kills, lost answers)",
    "facts are computed from systems of record, and restricted data is recognised",
    "nobody but the enforcing proxy holds a credential that can write",
    "the engines themselves: Cedar, Z3",
)


def prove(
    estate: Estate,
    *,
    permits: str | None = None,
    surfaces: Mapping[str, Surface] | None = None,
    made_at: datetime | None = None,
    table: bool = True,
) -> Proof:
    """Proves every claim for an estate.

    Args:
        permits: Cedar text to prove instead of what the guardrails compile to.
        surfaces: of systems with a description: each of their writes is looked for in the policy; digests for the certificate.
        table: leave out each condition in turn, once all claims are proved.
    """
    text = permits_text(estate) if permits is None else permits
    policies, covered = policies_of(text), covered_operations(estate)
    claims, dropped, stages = list[Claim](), list[DroppedConjunct](), Stages()
    for operation, (action, about) in _about(covered, policies).items():
        scene, said = claims_proved(estate, operation, action, about, stages)
        claims += said
        if table and scene is not None and all(claim.proved for claim in said):
            dropped += dropped_conjuncts(scene)
    claims += uncovered(estate, policies, set(covered), surfaces or {})
    certificate = Certificate(
        made_at=made_at,
        digests=digests_of(estate),
        policy=digest_of(text, schema_text(estate)),
        surfaces={name: surface.digest for name, surface in (surfaces or {}).items()},
        claims=tuple(claims),
        dropped=tuple(dropped) if all(claim.proved for claim in claims) else (),
        versions=_versions(),
        trusted=TRUSTED,
    )
    return Proof(
        subject=Subject(unit=EVERYWHERE),
        measured_at=made_at,
        tool=_versions(),
        certificate=certificate,
        rules=len(policies),
    )


def policies_of(text: str) -> list[Policy]:
    """The policies of a Cedar text as Cedar's own parser gives them."""
    import cedarpy

    if not text.strip():
        return []
    parsed = json.loads(cedarpy.policies_to_json_str(text))
    if parsed.get("templates"):
        raise ValueError("templates cannot be proved")
    return list(parsed["staticPolicies"].values())


def covered_operations(estate: Estate) -> dict[str, str]:
    """Operations that a person classified and that an action covers → the action."""
    return {name: action for name, action in owners(estate).items() if estate.effect(name) is not None}


def claims_proved(
    estate: Estate, operation: str, action: str, policies: Sequence[Policy], stages: Stages | None = None
) -> tuple[Scene | None, list[Claim]]:
    """Every claim about one operation, asked of the solver; the scene for further questions, None when it is not modelled."""
    from probes.derive.cedar_logic import Unsupported

    try:
        scene = Scene(estate, operation, policies, action, stages)
        together = scene.all_hold()
        claims = [_claim(scene, wrong, action, known=together) for wrong in scene.wrongs]
        return scene, [*claims, *(claim for group in scene.groups for claim in _at_work(scene, group, action))]
    except Unsupported as error:
        return None, [
            Claim(
                action=action,
                operation=operation,
                claim="modelled",
                says=f"every rule about {operation} can be proved",
                proved=False,
                unsupported=str(error),
            )
        ]


def _claim(scene: Scene, wrong: Wrong, action: str, *, known: bool) -> Claim:
    said = {"action": action, "operation": scene.operation, "claim": wrong.name, "says": wrong.says}
    model = None if known else scene.counterexample(wrong)
    if model is None:
        return Claim(**said, proved=True)
    if isinstance(model, str):
        return Claim(**said, proved=False, unsupported=NO_TIME)
    from probes.derive.counterexample import Example

    example = Example.of(scene.request, model)
    tried = example.fails if wrong.name == "no_errors" else example.is_allowed
    replayed = tried(scene.estate, scene.policies)
    return Claim(**said, proved=False, counterexample=example.says(scene.estate, wrong.name), replayed=replayed)


def _at_work(scene: Scene, group: Alike, action: str) -> Iterator[Claim]:
    """Each rule can apply. Where the conditions do not speak of the workflow, one question answers for all alike."""
    found = scene.check(group.rule.applies())
    for name, policy in zip(group.names, group.policies, strict=True):
        if len(group.policies) > 1 and "principal" in repr(policy["conditions"]):
            found = scene.check(scene.rule(policy).applies())
        told = "" if found == "sat" else f"the rule {name} never applies: its conditions exclude each other"
        yield Claim(
            action=action,
            operation=scene.operation,
            claim="has_effect",
            says=f"the rule {name} can apply",
            proved=found == "sat",
            counterexample=told if found == "unsat" else "",
            unsupported=NO_TIME if found == "unknown" else "",
        )


def _about(covered: Mapping[str, str], policies: Sequence[Policy]) -> dict[str, tuple[str, list[Policy]]]:
    """Operation → its action and the permits that may speak of it, in written order."""
    named: dict[str | None, list[int]] = {}
    for place, policy in enumerate(policies):
        scope = policy["action"]
        exact = scope["entity"]["id"] if scope["op"] == "==" and scope["entity"]["type"] == "Action" else None
        named.setdefault(exact, []).append(place)
    everywhere = named.get(None, [])
    return {
        name: (action, [policies[n] for n in sorted([*named.get(name, []), *everywhere])])
        for name, action in covered.items()
    }


def _versions() -> dict[str, str]:
    return {"z3": version("z3-solver"), "cedar": version("cedarpy")}
