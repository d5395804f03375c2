"""What passes the decision is sent on once, its outcome settles the reservation, and both stand in the decision log.

A repeated call under the same key gets the first answer again. While its outcome is unknown it is sent again only where
the system itself knows the key, or the runtime has read back that nothing was written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runtime import decision_log
from runtime.errors import BadInput, Refused
from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.enforcer import EnforcerSystems
from runtime.guardrails.proxy_answer import Answer, answer_of, problem
from runtime.guardrails.proxy_request import Malformed, Target
from runtime.guardrails.request import Decision, Request
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.trace import Trace

KEPT_ANSWERS = 1_000
CLOSING_S = 20.0


class Forwarder:
    """Holds the enforcer's connections and the decision log. Safe between threads."""

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
    ) -> None:
        self._estate, self._point, self._run = estate, point, run or "proxy"
        self._systems = EnforcerSystems(
            estate, secrets, trace or Trace.memory(), run=self._run, environment=environment, for_pilot=for_pilot
        )
        self._lock, self._log_lock = threading.Lock(), threading.Lock()
        self._under_way: set[str] = set()
        self._answers: dict[str, Answer] = {}
        self._log = decision_log.connect(folder / "pilot.sqlite")

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
            decision = self._point.decide(_request(operation, arguments, context, key))
            self._note(
                context,
                "decide",
                operation,
                arguments,
                decision.decision,
                "",
                {"reason": decision.reason, "rule": decision.rule, "policy": decision.policy, "key": key},
            )
            if not decision.may_write:
                return problem(403, decision.decision, decision.reason, decision.rule, digest=decision.digest)
            earlier = self._earlier(decision, operation, key, context)
            return earlier or self._send(operation, arguments, context, decision, key, if_match)

    def note_denial(self, what: str, reason: str, rule: str) -> None:
        """A call that was refused before it had a meaning."""
        with self._log_lock:
            decision_log.append(
                self._log,
                decision_log.Entry(
                    run=self._run,
                    step="decide",
                    operation=what,
                    decision="refuse",
                    detail={"reason": reason, "rule": rule},
                ),
            )

    def close(self) -> None:
        """Waits for the calls under way, at most `CLOSING_S` seconds, so that their outcome still stands in the log."""
        end = time.monotonic() + CLOSING_S
        while self._under_way and time.monotonic() < end:
            time.sleep(0.02)
        with self._log_lock:
            self._log.close()

    def _earlier(self, decision: Decision, operation: str, key: str, context: CaseContext) -> Answer | None:
        """The answer to a repeated call that must not be sent again."""
        held = decision.reservation
        if held is None or held.fresh:
            return None
        if key in self._answers:
            return self._answers[key]
        if held.state == "committed":
            return problem(409, "refuse", "this call was already made; read back what it did", "already_done")
        effect = self._estate.effect(operation)
        if context.settled or (effect is not None and effect.repeat is not None and effect.repeat.key):
            return None
        return problem(409, "refuse", "nobody knows yet whether this call was made; read back first", "outcome_unknown")

    def _send(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        context: CaseContext,
        decision: Decision,
        key: str,
        if_match: str | None,
    ) -> Answer:
        system, _, name = operation.partition(".")
        effect = self._estate.effect(operation)
        header = effect.repeat.key if effect and effect.repeat and effect.repeat.key else None
        extra = {**({header: key} if header else {}), **({"If-Match": if_match} if if_match else {})}
        try:
            way = self._systems.of(system)
        except BaseException:
            self._point.release(decision.reservation)
            raise
        try:
            exchange = way.call(
                name, arguments, headers=extra, why=Why("a call that passed the guardrails", run=self._run)
            )
        except (Refused, BadInput):  # nothing was sent
            self._point.release(decision.reservation)
            raise
        except BaseException:
            self._point.unknown(decision.reservation)
            raise
        effect_said = self._settle(exchange, decision)
        self._note(
            context,
            "write",
            operation,
            arguments,
            decision.decision,
            effect_said,
            {"status": exchange.status, "key": key},
        )
        answer = answer_of(exchange, decision.decision)
        if effect_said == "done":
            self._keep(key, answer)
        return answer

    def _settle(self, exchange: Exchange, decision: Decision) -> str:
        """done, refused (a clear no: nothing happened), or unknown: then the amount goes on counting."""
        if exchange.seen is Seen.OK:
            self._point.commit(decision.reservation)
            return "done"
        if exchange.seen is Seen.REFUSED or exchange.status == 429:
            self._point.release(decision.reservation)
            return "refused"
        self._point.unknown(decision.reservation)
        return "unknown"

    def _keep(self, key: str, answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.pop(next(iter(self._answers)))

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

    def _note(
        self,
        context: CaseContext,
        step: str,
        operation: str,
        arguments: Mapping[str, Any],
        decision: str,
        effect: str,
        detail: Mapping[str, Any],
    ) -> None:
        entry = decision_log.Entry(
            run=context.case or self._run,
            step=f"proxy.{step}",
            operation=operation,
            arguments=arguments,
            decision=decision,
            effect=effect,
            detail=detail,
        )
        with self._log_lock:
            decision_log.append(self._log, entry)


def _request(operation: str, arguments: Mapping[str, Any], context: CaseContext, key: str) -> Request:
    return Request(
        workflow=context.workflow,
        operation=operation,
        arguments=arguments,
        session_customer=context.customer,
        facts_input=context.read,
        autonomy=context.autonomy,
        key=key,
        case=context.case,
        category=context.category,
        approval=context.approved(),
    )
