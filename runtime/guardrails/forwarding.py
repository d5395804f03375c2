"""What passes the decision is sent on once, its outcome settles the reservation, and both stand in the decision log.

A repeated call under the same key gets the first answer again, also after a restart (the ledger keeps it for a day). While
its outcome is unknown it is sent again only where the system itself knows the key, or the runtime has read back that
nothing was written. Once a call was sent, no fault of ours turns its answer into a denial.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from runtime import decision_log
from runtime.errors import BadInput, Refused
from runtime.estate import Estate
from runtime.guardrails import canonical, confirmations
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.enforcer import EnforcerSystems
from runtime.guardrails.grounds import Grounds
from runtime.guardrails.proxy_answer import Answer, answer_of, kept, outcome_of, problem
from runtime.guardrails.proxy_request import VIA, Malformed, Target
from runtime.guardrails.request import Decision, Request
from runtime.log import sealed
from runtime.storage.database import place_of
from runtime.systems.exchange import Exchange, Why
from runtime.systems.trace import Trace

log = logging.getLogger(__name__)
CLOSING_S = 20.0


class Forwarder:
    """Holds the enforcer's connections and the decision log. Safe between threads.

    Args:
        log_only: what would not be allowed is counted, logged and sent on all the same.
        trusts_signed_records: see proxy.serve.
    """

    def __init__(
        self,
        estate: Estate,
        point: DecisionPoint,
        folder: Path,
        secrets: Mapping[str, str],
        trace: Trace | None,
        *,
        run: str,
        environment: str,
        for_pilot: bool,
        log_only: bool = False,
        trusts_signed_records: bool = False,
    ) -> None:
        self._estate, self._point, self._run = estate, point, run or "proxy"
        self._log_only, self._trusts_signed_records = log_only, trusts_signed_records
        self._systems = EnforcerSystems(
            estate, secrets, trace or Trace.memory(), run=self._run, environment=environment, for_pilot=for_pilot
        )
        self._lock, self._log_lock = threading.Lock(), threading.Lock()
        self._under_way: set[str] = set()
        self._log = decision_log.connect(place_of(folder, os.environ if for_pilot else {}))
        confirmations.prepare(self._log)

    def pass_on(
        self, found: Target, arguments: Mapping[str, Any], context: CaseContext, *, key: str, if_match: str | None
    ) -> Answer:
        """Decides, reserves, sends on, settles. The answer is the system's own, or a problem."""
        operation = f"{found.system}.{found.operation.id}"
        effect = self._estate.effect(operation)
        if effect is not None and effect.does == "read":
            raise Malformed("reads do not pass here; they go to the system itself", 405)
        key = key or f"{context.case}:{canonical.digest({'operation': operation, 'arguments': dict(arguments)})}"
        with self._alone(key):
            call = _Call(operation, arguments, context, key, if_match)
            decision = self._decided(call)
            if not decision.may_write:
                return problem(403, decision.decision, decision.reason, decision.rule, digest=decision.digest)
            return self._earlier(decision, call) or self._send(decision, call)

    def note_denial(self, what: str, reason: str, rule: str) -> None:
        """A call that was refused before it had a meaning."""
        detail = {"reason": reason, "rule": rule}
        entry = decision_log.Entry(run=self._run, step="decide", operation=what, decision="refuse", detail=detail)
        with self._log_lock:
            decision_log.append(self._log, entry)

    def close(self) -> None:
        """Waits for the calls under way, at most `CLOSING_S` seconds, so that their outcome still stands in the log."""
        end = time.monotonic() + CLOSING_S
        while self._under_way and time.monotonic() < end:
            time.sleep(0.02)
        with self._log_lock:
            self._log.close()

    def _decided(self, call: _Call) -> Decision:
        """The decision, in the log before anything is sent; what cannot be logged is not sent."""
        grounds = self._grounds(call)
        decision = self._point.decide(call.request(call.context.read if self._trusts_signed_records else grounds))
        detail: dict[str, Any] = {"reason": decision.reason, "rule": decision.rule, "policy": decision.policy}
        detail |= {"key": call.key, "asked": call.asked(decision)}
        detail |= _looked_at(grounds, call.context, decision) if not self._trusts_signed_records else {}
        would = decision
        if self._log_only and not decision.may_write:
            decision = self._point.counted_anyway(call.request(grounds), decision)
            detail |= {"mode": "log_only", "passed": decision.may_write}
        try:
            self._note(call, "decide", would.decision, "", detail)
        except BaseException:
            self._release(decision)
            raise
        return decision

    def _grounds(self, call: _Call) -> Grounds:
        context, operation, made = call.context, call.operation, call.arguments
        with self._log_lock:
            said = confirmations.record_for(self._log, context.case, operation, made, self._estate.effect(operation))
        own = {confirmations.NAME: said} if said else {}
        return Grounds(self._estate, context.workflow, operation, made, context.customer, self._systems.read, own)

    def _earlier(self, decision: Decision, call: _Call) -> Answer | None:
        """The answer to a repeated call that must not be sent again."""
        held = decision.reservation
        if held is None or held.fresh:
            return None
        if held.state == "committed":
            kept = self._point.answer(held)
            if kept is not None:
                return replace(Answer(**json.loads(kept)), decision=decision.decision)
            return problem(409, "refuse", "this call was already made; read back what it did", "already_done")
        effect = self._estate.effect(call.operation)
        if call.context.settled or (effect is not None and effect.repeat is not None and effect.repeat.key):
            return None
        return problem(409, "refuse", "nobody knows yet whether this call was made; read back first", "outcome_unknown")

    def _send(self, decision: Decision, call: _Call) -> Answer:
        system, _, name = call.operation.partition(".")
        effect = self._estate.effect(call.operation)
        header = effect.repeat.key if effect and effect.repeat and effect.repeat.key else None
        extra = {"Via": VIA, **({header: call.key} if header else {})}
        extra |= {"If-Match": call.if_match} if call.if_match else {}
        try:
            way = self._systems.of(system)
            self._point.still_runs()
        except BaseException:
            self._release(decision)
            raise
        try:
            why = Why("a call that passed the guardrails", run=self._run)
            exchange = way.call(name, call.arguments, headers=extra, why=why)
        except (Refused, BadInput):  # nothing was sent
            self._release(decision)
            raise
        except BaseException:
            self._point.unknown(decision.reservation)
            raise
        return self._settled(exchange, decision, call)

    def _settled(self, exchange: Exchange, decision: Decision, call: _Call) -> Answer:
        """Told to ledger and log. Where they fail now, the reservation goes on counting and the answer stays what it was."""
        answer, said = answer_of(exchange, decision.decision), outcome_of(exchange)
        try:
            if said == "done":
                self._point.commit(decision.reservation, kept(answer))
            elif said == "refused":
                self._release(decision)
            else:
                self._point.unknown(decision.reservation)
            self._note(call, "write", decision.decision, said, {"status": exchange.status, "key": call.key})
        except Exception as error:
            log.error("the outcome of %s (%s) could not be recorded: %s", call.operation, said, error)
        return answer

    def _release(self, decision: Decision) -> None:
        """Never an older reservation of the same key: that call may have been made."""
        if decision.reservation is not None and decision.reservation.fresh:
            self._point.release(decision.reservation)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One call a key at a time: the second of two equal calls is told to wait."""
        with self._lock:
            if key in self._under_way:
                raise Malformed("the same call is under way", 409)
            self._under_way.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(key)

    def _note(self, call: _Call, step: str, decision: str, effect: str, detail: Mapping[str, Any]) -> None:
        entry = decision_log.Entry(
            run=call.context.case or self._run,
            step=f"proxy.{step}",
            operation=call.operation,
            arguments=call.arguments,
            decision=decision,
            effect=effect,
            detail=detail,
        )
        with self._log_lock:
            sealed.begin(self._log, call.context.case, call.context.customer or "")
            decision_log.append(self._log, entry)


class _Call:
    """One write on its way."""

    def __init__(
        self, operation: str, arguments: Mapping[str, Any], context: CaseContext, key: str, if_match: str | None
    ) -> None:
        self.operation, self.arguments, self.context = operation, arguments, context
        self.key, self.if_match = key, if_match

    def asked(self, decision: Decision) -> dict[str, Any]:
        """What a decision depends on besides the arguments, so that it can be taken again (`replay.py`); nothing personal."""
        about = self.context
        asked = {"workflow": about.workflow, "autonomy": about.autonomy, "category": about.category}
        return {**asked, "approved": about.approved() is not None, "context": decision.context}

    def request(self, read: Mapping[str, Any]) -> Request:
        context = self.context
        return Request(
            workflow=context.workflow,
            operation=self.operation,
            arguments=self.arguments,
            session_customer=context.customer,
            facts_input=read,
            autonomy=context.autonomy,
            key=self.key,
            case=context.case,
            category=context.category,
            approval=context.approved(),
        )


def _looked_at(grounds: Grounds, context: CaseContext, decision: Decision) -> dict[str, Any]:
    """What the decision stood on, and the near miss: it passed on records that the agent itself had never looked up."""
    found: dict[str, Any] = {"read": sorted(grounds.used)} if grounds.used else {}
    found |= {"not_read": sorted(grounds.missing)} if grounds.missing else {}
    unseen = sorted(grounds.used - set(context.read))
    return {**found, "near_miss": unseen} if unseen and decision.may_write else found
