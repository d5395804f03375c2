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
from typing import TYPE_CHECKING, Any

from probes.derive.proof_scene import Policy, Scene
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import NO_TIME, Proof
from runtime.estate import Estate
from runtime.guardrails.cedar import permits_text, schema_text
from runtime.guardrails.certificate import Certificate, Claim, DroppedConjunct, digests_of
from runtime.guardrails.engine import digest_of

if TYPE_CHECKING:
    from probes.derive.claims import Wrong

TRUSTED = (
    "the effects files say truly what each operation does",
    "the ledger's totals are true (tested apart: races, kills, lost answers)",
    "facts are computed from systems of record",
    "nobody but the enforcing proxy holds a credential that can write",
    "the engines themselves: Cedar, Z3",
)


def prove(
    estate: Estate,
    *,
    permits: str | None = None,
    surfaces: Mapping[str, str] | None = None,
    made_at: datetime | None = None,
) -> Proof:
    """Proves every claim for an estate.

    Args:
        permits: Cedar text to prove instead of what the guardrails compile to.
        surfaces: system → digest of its description, for the certificate.
    """
    text = permits_text(estate) if permits is None else permits
    policies = policies_of(text)
    claims = [claim for operation in _covered(estate) for claim in claims_proved(estate, operation, policies)]
    claims += list(_uncovered(estate, policies))
    certificate = Certificate(
        made_at=made_at,
        digests=digests_of(estate),
        policy=digest_of(text, schema_text(estate)),
        surfaces=dict(surfaces or {}),
        claims=tuple(claims),
        dropped=tuple(dropped_conjuncts(estate, policies)) if all(c.proved for c in claims) else (),
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


def claims_proved(estate: Estate, operation: str, policies: Sequence[Policy]) -> Iterator[Claim]:
    """Every claim about one operation, asked of the solver."""
    from probes.derive.cedar_logic import Unsupported

    action = str(estate.guardrails.action_of(operation))
    try:
        scene = Scene(estate, operation, policies)
        for wrong in scene.wrongs:
            yield _claim(scene, wrong, action)
        yield from _rules_at_work(scene, action)
    except Unsupported as error:
        yield Claim(
            action=action,
            operation=operation,
            claim="modelled",
            says=f"every rule about {operation} can be proved",
            proved=False,
            unsupported=str(error),
        )


def dropped_conjuncts(estate: Estate, policies: Sequence[Policy]) -> Iterator[DroppedConjunct]:
    """Each condition of each permit left out in turn, and the first claim that then fails."""
    for place, policy in enumerate(policies):
        operation = policy["action"].get("entity", {}).get("id", "")
        conjuncts = _conjuncts(policy)
        for n, conjunct in enumerate(conjuncts):
            weaker = {
                **policy,
                "conditions": [{"kind": "when", "body": body} for m, body in enumerate(conjuncts) if m != n],
            }
            scene = Scene(estate, operation, [*policies[:place], weaker, *policies[place + 1 :]])
            refuted = next((wrong.name for wrong in scene.wrongs if scene.outcome(wrong)[0] == "sat"), None)
            yield DroppedConjunct(
                rule=str(policy.get("annotations", {}).get("id", place)), conjunct=_shown(conjunct), refuted_by=refuted
            )


def _claim(scene: Scene, wrong: Wrong, action: str) -> Claim:
    model = scene.counterexample(wrong)
    said = {"action": action, "operation": scene.operation, "claim": wrong.name, "says": wrong.says}
    if model is None:
        return Claim(**said, proved=True)
    if isinstance(model, str):
        return Claim(**said, proved=False, unsupported=NO_TIME)
    from probes.derive.counterexample import Example

    example = Example.of(scene.request, model)
    replayed = wrong.name == "no_errors" or example.is_allowed(scene.estate, scene.policies)
    return Claim(**said, proved=False, counterexample=example.says(scene.estate, wrong.name), replayed=replayed)


def _rules_at_work(scene: Scene, action: str) -> Iterator[Claim]:
    import z3

    for policy, applies in zip(scene.policies, scene.parts, strict=True):
        solver = scene.solver()
        solver.add(applies)
        name = str(policy.get("annotations", {}).get("id", scene.operation))
        works = solver.check() == z3.sat
        yield Claim(
            action=action,
            operation=scene.operation,
            claim="has_effect",
            says=f"the rule {name} can apply",
            proved=works,
            counterexample="" if works else f"the rule {name} never applies: its conditions exclude each other",
        )


def _covered(estate: Estate) -> list[str]:
    """Operations of actions that a person confirmed to be writes."""
    named = dict.fromkeys(operation for action in estate.guardrails.actions.values() for operation in action.operations)
    return [name for name in named if (effect := estate.effect(name)) is not None and effect.does != "read"]


def _uncovered(estate: Estate, policies: Sequence[Policy]) -> Iterator[Claim]:
    """No rule speaks of a write that no action covers, or that nobody classified."""
    from probes.derive.cedar_logic import Unsupported, names_operation

    covered = set(_covered(estate))
    named = [
        f"{system}.{name}"
        for system, written in estate.effects.items()
        for name, effect in written.operations.items()
        if effect.does != "read"
    ]
    called = [name for workflow in estate.goals for name in estate.writes_of(workflow)]
    for operation in dict.fromkeys([*named, *called]):
        if operation in covered:
            continue
        says = f"{operation} is covered by no action, and no rule permits it"
        try:
            permits = [p for p in policies if p["effect"] == "permit" and names_operation(p, operation)]
        except Unsupported as error:
            yield Claim(
                action=EVERYWHERE,
                operation=operation,
                claim="uncovered",
                says=says,
                proved=False,
                unsupported=str(error),
            )
            continue
        told = f"a rule lets an agent call {operation}, which no action covers" if permits else ""
        yield Claim(
            action=EVERYWHERE,
            operation=operation,
            claim="uncovered",
            says=says,
            proved=not permits,
            counterexample=told,
        )


def _conjuncts(policy: Policy) -> list[Policy]:
    """Conditions of a permit, `&&` taken apart. `unless` stays whole."""
    found: list[Policy] = []
    for condition in policy["conditions"]:
        body = condition["body"] if condition["kind"] == "when" else {"!": {"arg": condition["body"]}}
        found += _flat(body)
    return found


def _flat(body: Policy) -> list[Policy]:
    return [*_flat(body["&&"]["left"]), *_flat(body["&&"]["right"])] if "&&" in body else [body]


def _shown(body: Any) -> str:
    """An expression in Cedar's own words, near enough to be recognised."""
    if not isinstance(body, dict):
        return str(body)
    ((name, inner),) = body.items()
    if name == "Value":
        return json.dumps(inner)
    if name == "Var":
        return str(inner)
    if name == ".":
        return f"{_shown(inner['left'])}.{inner['attr']}"
    if name == "!":
        return f"!{_shown(inner['arg'])}"
    if isinstance(inner, dict) and set(inner) == {"left", "right"}:
        return f"({_shown(inner['left'])} {name} {_shown(inner['right'])})"
    return f"{name}(…)"


def _versions() -> dict[str, str]:
    return {"z3": version("z3-solver"), "cedar": version("cedarpy")}
