"""The decision point: one call in, act, approve, escalate or refuse out, with the reason in business words.

Only Cedar's Allow without errors allows. Whatever goes wrong on the way refuses. Order: kill switch, coverage,
canonical form, restricted data, money effect, customer, triggers, facts, then Cedar on the true totals under the
ledger's write lock.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.gate import narrowest
from runtime.guardrails import canonical
from runtime.guardrails.budgets import Ask, BudgetLedger, Reservation, Totals
from runtime.guardrails.cedar import Clause, workflows_of
from runtime.guardrails.certificate import Certificate
from runtime.guardrails.engine import Engine
from runtime.guardrails.facts import Fact, FactContext, evaluate, library
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.money_effect import MoneyEffect, Unclear, customer_of, money_effect
from runtime.guardrails.policy import Action
from runtime.guardrails.request import Approval, Decision, Request, Signals
from runtime.guardrails.restricted import carried
from runtime.guardrails.says import equal_says, explain
from runtime.guardrails.tightened import Tightened
from runtime.systems.surface import Surface

__all__ = ["Approval", "Decision", "DecisionPoint", "Request", "Signals"]
log = logging.getLogger(__name__)
NOTHING_SPENT = Totals(0, 0, 0, 0)


class _Settled(Exception):
    """A step on the way has already decided."""

    def __init__(self, decision: str, reason: str, rule: str) -> None:
        super().__init__(reason)
        self.decision: Decision = Decision(decision, reason, rule)  # type: ignore[arg-type]


class DecisionPoint:
    """Decides for one estate. Safe between threads.

    Args:
        ledger: None denies everything that has a limit over several calls, but for trials.
        facts: the engagement's own, beside the library and installed ones.
        surfaces: where given, a call with an argument that the description does not declare is refused.
        certificate: where given and not matching the guardrails, every write is refused.
    """

    def __init__(
        self,
        estate: Estate,
        *,
        ledger: BudgetLedger | None,
        facts: Mapping[str, Fact] | None = None,
        tightened: Tightened | None = None,
        stop: KillSwitch | None = None,
        surfaces: Mapping[str, Surface] | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self._estate, self._ledger, self._facts = estate, ledger, library(facts)
        self._tightened, self._stop, self._surfaces = tightened, stop, surfaces or {}
        self._engine = Engine(estate)
        self._stale = certificate.mismatches(estate) if certificate else []

    @property
    def policy(self) -> str:
        """Digest of the compiled policy, as it stands in each decision."""
        return self._engine.digest

    def decide(self, request: Request) -> Decision:
        """Never raises for what a call holds: the unclear and the broken are refused."""
        try:
            return self._decide(request)
        except _Settled as settled:
            return settled.decision
        except canonical.NotCanonical as error:
            return Decision("refuse", str(error), "canonical_form")
        except CxreadyError as error:
            return Decision("refuse", error.what, "ledger" if "ledger" in error.what else "call")
        except Exception as error:
            log.exception("a decision failed and was refused")
            return Decision("refuse", f"the decision failed ({type(error).__name__})", "fault")

    def commit(self, reservation: Reservation | None) -> None:
        """The write was done."""
        if reservation and self._ledger:
            self._ledger.commit(reservation)

    def release(self, reservation: Reservation | None) -> None:
        """The system clearly refused: nothing was written."""
        if reservation and self._ledger:
            self._ledger.release(reservation)

    def unknown(self, reservation: Reservation | None) -> None:
        """No answer came: the amount goes on counting."""
        if reservation and self._ledger:
            self._ledger.unknown(reservation)

    def _decide(self, request: Request) -> Decision:
        estate, operation = self._estate, request.operation
        effect = estate.effect(operation)
        if effect is not None and effect.does == "read":
            return Decision("act", f"{operation} only reads", "read", policy=self.policy)
        if self._stop is not None and self._stop.is_on():
            raise _Settled("refuse", "the kill switch is on: nothing is written", "kill_switch")
        if self._stale:
            raise _Settled("refuse", f"what was proved is not what is loaded ({', '.join(self._stale)})", "certificate")
        if effect is None:
            raise _Settled("refuse", f"{operation} is not classified: nobody confirmed what it does", "unclassified")
        name = self._covered(request)
        action = estate.guardrails.actions[name]
        arguments = canonical.checked(request.arguments)
        self._declared(operation, arguments)
        digest = canonical.digest({"operation": operation, "arguments": arguments})
        category = carried(estate.guardrails, effect, arguments)
        if category:
            raise _Settled("refuse", f"the call carries restricted data ({category.replace('_', ' ')})", f"restricted_data.{category}")
        try:
            money = money_effect(effect, arguments, request.facts_input, action.limits.currency or estate.currency)
            customer = customer_of(effect, arguments, request.facts_input)
        except Unclear as error:
            raise _Settled("escalate" if error.escalate else "refuse", str(error), "money_effect") from None
        self._same_customer(request, customer, effect.money_out is not None)
        self._triggers(request)
        context = FactContext(request.workflow, operation, arguments, request.facts_input, customer, request.session_customer, money.minor, money.currency)
        held = evaluate(action.conditions, context, self._facts)
        return self._on_totals(request, name, action, money, customer or "", held, digest)

    def _covered(self, request: Request) -> str:
        name = self._estate.guardrails.action_of(request.operation)
        if name is None:
            raise _Settled("refuse", f"no guardrail covers {request.operation}", "not_covered")
        action = self._estate.guardrails.actions[name]
        if action.autonomy in ("observe", "blocked") or request.autonomy in ("observe", "blocked"):
            who = name if action.autonomy in ("observe", "blocked") else request.workflow
            raise _Settled("refuse", f"{who} may not write: it is set to {narrowest(action.autonomy, request.autonomy)}", "autonomy")
        if request.workflow not in workflows_of(self._estate, action, request.operation):
            raise _Settled("refuse", f"the workflow {request.workflow} may not call {request.operation}", f"{name}.workflows")
        return name

    def _declared(self, operation: str, arguments: Mapping[str, object]) -> None:
        system, _, name = operation.partition(".")
        surface = self._surfaces.get(system)
        declared = surface.operations.get(name) if surface else None
        if declared is None:
            return
        known = {parameter.name for parameter in declared.parameters} | set(declared.body_schema.get("properties") or {})
        extra = next((key for key in arguments if key not in known), None)
        if extra is not None and (declared.parameters or declared.body_schema):
            raise _Settled("refuse", f"{operation} takes no {extra!r}", "undeclared_argument")

    def _same_customer(self, request: Request, customer: str | None, moves_money: bool) -> None:
        if customer is not None and request.session_customer is not None and customer != request.session_customer:
            raise _Settled("refuse", "the call touches another customer's record", "own_customer")
        if moves_money and (customer is None or request.session_customer is None):
            raise _Settled("escalate", "money would move and the customer is not known for certain", "customer_unknown")

    def _triggers(self, request: Request) -> None:
        limits, seen = self._estate.guardrails.escalate_when, request.signals
        if seen is None or request.approval is not None:
            return
        if limits.asks_for_human and seen.asks_for_human:
            raise _Settled("escalate", "the customer asks for a person", "escalate_when.asks_for_human")
        if limits.legal_threat and seen.legal_threat:
            raise _Settled("escalate", "the customer speaks of legal steps", "escalate_when.legal_threat")
        if limits.frustration_at_least is not None and (seen.frustration or 0) >= limits.frustration_at_least:
            raise _Settled("escalate", "the customer is too upset for a machine", "escalate_when.frustration_at_least")
        if limits.confidence_below is not None and seen.confidence is not None and seen.confidence < limits.confidence_below:
            raise _Settled("escalate", "it is not certain what the customer wants", "escalate_when.confidence_below")

    def _high_stakes(self, request: Request) -> bool:
        goal = self._estate.goals.get(request.workflow)
        return bool({request.category, goal.category if goal else None} & set(self._estate.guardrails.high_stakes))

    def _on_totals(self, request: Request, name: str, action: Action, money: MoneyEffect, customer: str, held: Mapping[str, bool], digest: str) -> Decision:
        high_stakes = self._high_stakes(request)
        mode = "approve" if high_stakes else str(narrowest(request.autonomy, action.autonomy))
        approved = self._approved(request, digest)
        if approved:
            mode = "approve"
        tighter = self._tightened.bounds(name) if self._tightened else {}
        base = {**money.terms, "currency": money.currency, "mode": mode, "high_stakes": high_stakes, "facts": dict(held)}
        refused: list[Decision] = []

        def allows(totals: Totals) -> bool:
            failed = self._engine.failed(request.workflow, request.operation, {**base, **_counted(totals)}, tighter)
            refused[:] = [self._refusal(failed, name, money, totals)] if failed is not None else []
            if not refused and totals.equal and not approved:
                refused[:] = [Decision("escalate", equal_says(money), f"{name}.equal_write")]
            return not refused

        reservation = None
        if mode == "act" or approved:
            reservation = self._reserved(request, name, action, money, customer, digest, allows)
        else:
            allows(self._peek(request, name, money, customer, digest))
        if refused:
            raise _Settled(refused[0].decision, refused[0].reason, refused[0].rule)
        answer, reason = ("act", f"within the limits of {name}") if mode == "act" else ("approve", _why_approve(high_stakes, name))
        if approved and request.approval:
            answer, reason = "act", f"a person approved it, and it is within the limits of {name}"
        return Decision(answer, reason, name, money.minor, money.currency, name, reservation, digest, self.policy)  # type: ignore[arg-type]

    def _approved(self, request: Request, digest: str) -> bool:
        if request.approval is None:
            return False
        if request.approval.digest != digest:
            raise _Settled("refuse", "the approval was given for another call", "approval")
        if self._ledger is None or not self._ledger.use_approval(request.approval.id, canonical.digest([digest, request.key or request.case])):
            raise _Settled("refuse", "the approval was already used", "approval")
        return True

    def _ask(self, request: Request, name: str, money: MoneyEffect, customer: str, digest: str) -> Ask:
        key = request.key or f"{request.case}:{digest}"
        return Ask(key, digest, name, request.operation, customer, money.currency, max(money.minor, 0))

    def _peek(self, request: Request, name: str, money: MoneyEffect, customer: str, digest: str) -> Totals:
        return self._ledger.totals(self._ask(request, name, money, customer, digest)) if self._ledger else NOTHING_SPENT

    def _reserved(self, request: Request, name: str, action: Action, money: MoneyEffect, customer: str, digest: str, allows: object) -> Reservation | None:
        assert callable(allows)
        limits = action.limits
        counts = bool(money.terms) or money.minor != 0 or limits.count_per_day is not None or limits.count_per_customer_per_30_days is not None
        if request.trial:
            allows(self._peek(request, name, money, customer, digest))
        elif not counts:
            allows(NOTHING_SPENT)
        elif self._ledger is None:
            raise _Settled("refuse", "there is no budget ledger, so the totals are not known", "ledger")
        else:
            reservation = self._ledger.reserve(self._ask(request, name, money, customer, digest), allows)
            self._still_on()
            return reservation
        return None

    def _still_on(self) -> None:
        """Waiting for the ledger may have taken time: the switch is looked at once more."""
        if self._stop is not None and self._stop.is_on():
            raise _Settled("refuse", "the kill switch is on: nothing is written", "kill_switch")

    def _refusal(self, failed: tuple[Clause, ...], name: str, money: MoneyEffect, totals: Totals) -> Decision:
        if not failed:
            return Decision("refuse", f"the guardrails do not allow it as {name}", name)
        worst = min(failed, key=lambda clause: ("refuse", "escalate", "approve").index(clause.otherwise))
        answer = "refuse" if worst.otherwise == "refuse" else "escalate"
        return Decision(answer, explain(worst, name, money, totals), f"{name}.{worst.name or worst.kind}")  # type: ignore[arg-type]


def _counted(totals: Totals) -> dict[str, int]:
    return {"spent_customer": totals.spent_customer, "spent_day": totals.spent_day, "count_customer": totals.count_customer, "count_day": totals.count_day}


def _why_approve(high_stakes: bool, name: str) -> str:
    return "cases of this kind are never closed by a machine alone" if high_stakes else f"a person approves each {name.replace('_', ' ')}"
