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

from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import NO_TIME, Proof
from runtime.estate import Estate
from runtime.guardrails.cedar import attributes_of, permits_text, schema_text
from runtime.guardrails.certificate import Certificate, Claim, DroppedConjunct, digests_of
from runtime.guardrails.engine import digest_of

if TYPE_CHECKING:
    from probes.derive.cedar_logic import Call
    from probes.derive.claims import Wrong

TIMEOUT_MS = 30_000  # of wall time; a busy machine must not look like a hard formula
TRUSTED = (
    "the effects files say truly what each operation does",
    "the ledger's totals are true (tested apart: races, kills, lost answers)",
    "facts are computed from systems of record",
    "nobody but the enforcing proxy holds a credential that can write",
    "the engines themselves: Cedar, Z3",
)
Policy = Mapping[str, Any]


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
        scene = _Scene(estate, operation, policies)
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
            scene = _Scene(estate, operation, [*policies[:place], weaker, *policies[place + 1 :]])
            refuted = next((wrong.name for wrong in scene.wrongs if scene.outcome(wrong)[0] == "sat"), None)
            yield DroppedConjunct(
                rule=str(policy.get("annotations", {}).get("id", place)), conjunct=_shown(conjunct), refuted_by=refuted
            )


class _Scene:
    """One operation with its free request, the permits that can match it, and the solver."""

    def __init__(self, estate: Estate, operation: str, policies: Sequence[Policy]) -> None:
        import z3

        from probes.derive import cedar_logic, claims

        self.estate, self.operation = estate, operation
        self.policies = [p for p in policies if p["effect"] == "permit" and cedar_logic.names_operation(p, operation)]
        symbols = cedar_logic.Symbols()
        attributes = attributes_of(estate, operation)
        self.action = estate.guardrails.actions[str(estate.guardrails.action_of(operation))]
        self.request: Call = cedar_logic.call(
            operation, attributes, tuple(dict.fromkeys(self.action.conditions)), symbols
        )
        self.parts = [cedar_logic.applies(p, self.request) for p in self.policies]
        self.errors = [cedar_logic.may_error(p, self.request) for p in self.policies]
        self.permitted = z3.Or(*self.parts) if self.parts else z3.BoolVal(False)
        self.currency = self.action.limits.currency or estate.currency
        self.moved = claims.effect_of(estate.effect(operation), self.request, self.currency)
        self.wrongs: list[Wrong] = list(claims.claims_of(estate, operation, self.request))
        self.wrongs.append(claims.Wrong("no_errors", f"no rule about {operation} can fail while it is evaluated", None))

    def solver(self) -> Any:
        import z3

        solver = z3.Solver()
        solver.set("timeout", TIMEOUT_MS)
        solver.add(*self.request.domain())
        return solver

    def outcome(self, wrong: Wrong) -> tuple[str, Any]:
        """`sat` (the bad case can be), `unsat` or `unknown`, and the solver that found it."""
        import z3

        solver = self.solver()
        bad = z3.Or(*self.errors) if wrong.formula is None else z3.And(self.permitted, wrong.formula)
        solver.add(bad if self.policies else z3.BoolVal(False))
        return str(solver.check()), solver

    def counterexample(self, wrong: Wrong) -> Any:
        """A model of the bad case, None when there is none, or `unknown`."""
        found, solver = self.outcome(wrong)
        if found == "unsat":
            return None
        return self._plain_model(solver) if found == "sat" else "unknown"

    def _plain_model(self, solver: Any) -> Any:
        """The most ordinary request among the bad ones: each wish is kept when it leaves one."""
        import z3

        for wish in self._wishes():
            solver.push()
            solver.add(wish)
            if solver.check() != z3.sat:
                solver.pop()
        solver.check()
        return solver.model()

    def _wishes(self) -> Iterator[Any]:
        """Bounded before all else, so that amounts read like amounts of money."""
        request, symbols = self.request, self.request.symbols
        import z3

        from runtime.guardrails.cedar import limit_minor

        large = 1_000_000_000
        for name, variable in request.long.items():
            yield variable >= 0
            yield variable <= large
            if name.startswith(("spent", "count")):
                yield variable == 0
        yield request.text["currency"] == symbols.of(self.currency)
        yield request.text["currency"] == 0
        yield request.text["mode"] == symbols.of("act")
        yield request.text["mode"] == symbols.of("approve")
        yield z3.Or(*[request.principal == symbols.of_workflow(name) for name in self.estate.goals])
        yield request.principal == 0
        yield from (fact for fact in request.facts.values())
        yield request.boolean["high_stakes"] == False  # noqa: E712 a formula of the solver
        each = limit_minor(self.action, "each", self.currency) or 0
        yield self.moved == 2 * each + 2_000
        if "after" in request.long:
            yield request.long["after"] == 0


def _claim(scene: _Scene, wrong: Wrong, action: str) -> Claim:
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


def _rules_at_work(scene: _Scene, action: str) -> Iterator[Claim]:
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
