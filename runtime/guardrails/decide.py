"""The decision point: one call in; act, approve, escalate or refuse out, with the reason in business words.

Only Cedar's Allow without errors allows. Whatever goes wrong on the way refuses. Order: kill switch, coverage,
canonical form, restricted data, money effect, customer, triggers, facts, then Cedar on the true totals under the
ledger's write lock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from runtime.errors import CxreadyError, Refused
from runtime.estate import Estate
from runtime.gate import narrowest
from runtime.guardrails import canonical
from runtime.guardrails.budget_entries import Ask, LedgerMissing, Reservation, Totals
from runtime.guardrails.budget_entries import Stopped as LedgerStopped
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.cedar import Clause
from runtime.guardrails.certificate import Certificate
from runtime.guardrails.checked_call import CheckedCall, checked
from runtime.guardrails.checks import Settled
from runtime.guardrails.coverage import Coverage
from runtime.guardrails.engine import Engine
from runtime.guardrails.facts import Fact, library
from runtime.guardrails.guarded_read import decided_read
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.request import Answer, Approval, Decision, Request, Signals
from runtime.guardrails.says import equal_says, explain, why_approve
from runtime.guardrails.tightened import Tightened
from runtime.systems.surface import Surface

__all__ = ["Approval", "Decision", "DecisionPoint", "Request", "Signals"]
log = logging.getLogger(__name__)
STOPPED = "the kill switch is on: nothing is written"
HOLDS_ANYWAY = ("kill_switch", "ledger", "fault", "canonical_form", "call")
_RULES = ((LedgerMissing, "ledger"), (LedgerStopped, "kill_switch"))
NOTHING_SPENT = Totals(0, 0, 0, 0)


class DecisionPoint:
    """Decides for one estate. Safe between threads.

    Args:
        ledger: None refuses everything that is counted over several calls, but for trials.
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
        self._estate, self._ledger, self._facts = estate, ledger, library(facts, estate.guardrails.facts)
        self._tightened, self._stop, self._surfaces = tightened, stop, surfaces or {}
        self._engine, self._coverage = Engine(estate), Coverage(estate)
        self._stale = certificate.mismatches(estate) if certificate else []

    @property
    def policy(self) -> str:
        """Digest of the compiled policy, as it stands in each decision."""
        return self._engine.digest

    @property
    def coverage(self) -> Coverage:
        """Which action covers an operation, and who may call it."""
        return self._coverage

    @property
    def stale(self) -> tuple[str, ...]:
        """Why the certificate does not fit what is loaded, so that every write is refused; empty when it fits."""
        return tuple(self._stale)

    def decide(self, request: Request) -> Decision:
        """Never raises for what a call holds: the unclear and the broken are refused."""
        try:
            effect = self._estate.effect(request.operation)
            if effect is not None and effect.does == "read":
                if self._coverage.covers(request.operation):
                    return replace(
                        decided_read(self._estate, self._coverage, self._engine, self._facts, request),
                        policy=self.policy,
                    )
                return Decision("act", f"{request.operation} only reads", "read", policy=self.policy)
            return self._on_totals(self._checked(request))
        except Settled as settled:
            return replace(settled.decision, policy=self.policy)
        except canonical.NotCanonical as error:
            return Decision("refuse", str(error), "canonical_form", policy=self.policy)
        except CxreadyError as error:
            rule = next((name for kind, name in _RULES if isinstance(error, kind)), "call")
            return Decision("refuse", error.what, rule, policy=self.policy)
        except Exception as error:
            log.exception("a decision failed and was refused")
            return Decision("refuse", f"the decision failed ({type(error).__name__})", "fault", policy=self.policy)

    def still_runs(self) -> None:
        """Looked at once more right before a write goes out: what was decided may have waited.

        Raises:
            Refused: the kill switch is on.
        """
        if self._stop is not None and self._stop.is_on():
            raise Refused(STOPPED, "", "take the stop back when it is safe: `cxready pilot stop DIR --off`")

    def counted_anyway(self, request: Request, denied: Decision) -> Decision:
        """For `log_only`: what was denied passes and is counted, so that the totals are true when limits begin to hold.

        The kill switch, and whatever means that nothing can be said about a call, hold all the same.
        """
        if denied.rule in HOLDS_ANYWAY or self._ledger is None:
            return denied
        try:
            ask = self._checked(request).ask
        except Settled:  # nobody said what it does or moves: it is counted as a call that moves nothing
            digest = canonical.digest({"operation": request.operation, "arguments": dict(request.arguments)})
            customer = request.session_customer or ""
            ask = Ask(request.key or digest, digest, "", request.operation, customer, self._estate.currency, 0)
        return replace(denied, decision="act", reservation=self._ledger.reserve(ask, lambda _: True))

    def commit(self, reservation: Reservation | None, answer: str | None = None) -> None:
        """The write was done; `answer` is kept for whoever repeats the call."""
        if reservation and self._ledger:
            self._ledger.commit(reservation, answer)

    def answer(self, reservation: Reservation) -> str | None:
        """What was answered to a committed call, while it is kept."""
        return self._ledger.answer(reservation.key) if self._ledger else None

    def release(self, reservation: Reservation | None) -> None:
        """The system clearly refused: nothing was written."""
        if reservation and self._ledger:
            self._ledger.release(reservation)

    def unknown(self, reservation: Reservation | None) -> None:
        """No answer came: the amount goes on counting."""
        if reservation and self._ledger:
            self._ledger.unknown(reservation)

    def _checked(self, request: Request) -> CheckedCall:
        self._may_run()
        return checked(self._estate, self._coverage, self._surfaces, self._facts, request)

    def _may_run(self) -> None:
        if self._stop is not None and self._stop.is_on():
            raise Settled("refuse", STOPPED, "kill_switch")
        if self._stale:
            raise Settled("refuse", f"what was proved is not what is loaded ({', '.join(self._stale)})", "certificate")

    def _on_totals(self, call: CheckedCall) -> Decision:
        approved = self._approved(call)
        least = narrowest(call.request.autonomy, call.action.autonomy)
        mode = "act" if least == "act" and not call.high_stakes and not approved else "approve"
        context: dict[str, Any] = {}
        refusal: list[Decision] = []

        def allows(totals: Totals) -> bool:
            context.update(call.context(mode, totals))
            refusal[:] = self._refusals(call, context, totals, approved)
            return not refusal

        reservation = self._reserved(call, allows, writes=mode == "act" or approved)
        if refusal:
            return replace(refusal[0], context=context, policy=self.policy)
        answer: Answer = "act" if mode == "act" or approved else "approve"
        reason = f"within the limits of {call.name}" if answer == "act" else why_approve(call.high_stakes, call.name)
        return Decision(
            answer,
            reason,
            call.name,
            call.money.minor,
            call.money.currency,
            call.name,
            reservation,
            call.digest,
            self.policy,
            context,
        )

    def _refusals(
        self, call: CheckedCall, context: Mapping[str, Any], totals: Totals, approved: bool
    ) -> list[Decision]:
        """Why the totals do not allow it, at most one; empty when they do."""
        tighter = self._tightened.bounds(call.name, call.request.workflow) if self._tightened else {}
        failed = self._engine.failed(call.request.workflow, call.request.operation, context, tighter)
        if failed is not None:
            return [_refusal(failed, call, totals)]
        if totals.equal and not approved:
            return [Decision("escalate", equal_says(call.money), f"{call.name}.equal_write")]
        return []

    def _reserved(self, call: CheckedCall, allows: Callable[[Totals], bool], *, writes: bool) -> Reservation | None:
        if call.is_counted and self._ledger is None and not call.request.trial:
            raise Settled("refuse", "there is no budget ledger, so the totals are not known", "ledger")
        if self._ledger is None:
            allows(NOTHING_SPENT)
            return None
        if call.request.trial or not writes:
            allows(self._ledger.totals(call.ask))
            return None
        reservation = self._ledger.reserve(call.ask, allows)
        self._still_runs(reservation)
        return reservation

    def _still_runs(self, reservation: Reservation | None) -> None:
        """Waiting for the ledger may have taken time, so the switch is looked at once more; an older reservation of the same key stays."""
        try:
            self._may_run()
        except Settled:
            self.release(reservation if reservation and reservation.fresh else None)
            raise

    def _approved(self, call: CheckedCall) -> bool:
        approval = call.request.approval
        if approval is None:
            return False
        if approval.digest != call.digest:
            raise Settled("refuse", "the approval was given for another call", "approval")
        if call.request.trial:
            return True
        if self._ledger is None or not self._ledger.use_approval(
            approval.id, canonical.digest([call.digest, call.request.key or call.request.case])
        ):
            raise Settled("refuse", "the approval was already used", "approval")
        return True


def _refusal(failed: tuple[Clause, ...], call: CheckedCall, totals: Totals) -> Decision:
    """The strictest consequence wins; a denial that nothing explains is a refusal."""
    if not failed:
        return Decision("refuse", f"the guardrails do not allow it as {call.name}", call.name)
    worst = min(failed, key=lambda clause: ("refuse", "escalate", "approve").index(clause.otherwise))
    answer: Answer = "refuse" if worst.otherwise == "refuse" else "escalate"
    return Decision(
        answer,
        explain(worst, call.name, call.money, totals),
        f"{call.name}.{worst.name if worst.kind == 'fact' else worst.kind}",
    )
