"""The steps that decide on a write: on trial in shadow, else through the proxy with an intent before and its effect after."""

from __future__ import annotations

from runtime.cases.open_pilot import Plain, pilot, plain
from runtime.cases.writing import write
from runtime.engine.durable import step
from runtime.errors import CxreadyError
from runtime.gate import RepeatSafe, narrowest
from runtime.guardrails.request import Request, Signals
from runtime.storage.database import StateLost


@step("watch")
def watch(case: str, named: str, call: str, arguments: Plain, context: Plain) -> Plain:
    """Shadow: decides on trial, reserves and writes nothing."""
    own = pilot()
    request = Request(
        workflow=context["workflow"], operation=call, arguments=arguments, session_customer=context["customer"],
        facts_input=context["read"], autonomy="act", trial=True, case=case, category=context["category"],
        signals=Signals(**context["signals"]),
    )  # fmt: skip
    found = own.watching.decide(request)
    detail = {"reason": found.reason, "rule": found.rule, "would": found.decision}
    own.note(case, named, operation=call, arguments=arguments, decision="observe", effect="none", detail=detail)
    return {"decision": found.decision, "reason": found.reason, "rule": found.rule}


@step("write")
def write_through(case: str, named: str, call: str, arguments: Plain, context: Plain, key: str) -> Plain:
    """One write through the proxy, with an intent before and its effect after."""
    own = pilot()
    now = own.allowed(context["workflow"])
    covered = context["is_covered"] and now.autonomy == "approve"
    autonomy = context["autonomy"] if covered else narrowest(now.autonomy, context["autonomy"])
    if now.gate is None or call not in now.gate.allow or autonomy not in ("act", "approve"):
        reason = now.why if now.gate and call in now.gate.allow else f"{call} is not on the gate's list"
        return _held(case, named, call, arguments, reason, "gate")
    repeat = now.gate.writes.get(call, RepeatSafe())
    own.note(case, named, operation=call, arguments=arguments, effect="intent", detail={"key": key})
    signed = own.context(
        context["workflow"],
        case,
        context["customer"],
        autonomy,
        context["read"],
        category=context["category"],
        approval=context["approval"],
    )
    try:
        effect = write(own, call, arguments, signed, key=key, repeat=repeat)
    except StateLost:
        raise  # it may have been sent: looked at again when the case is taken up
    except CxreadyError as error:  # found before anything was sent
        return _held(case, named, call, arguments, error.what, "tool_fault")
    sent = effect.sent
    said = {"done": "done", "held": "none", "refused": "refused", "unknown": "unknown"}[sent.state]
    detail = {"key": key, "rule": sent.rule, "reason": sent.reason}
    detail |= {"done_by": effect.run} if effect.repeated and effect.run != case else {}
    own.note(case, named, operation=call, arguments=arguments, decision=sent.decision, effect=said, detail=detail)
    return {
        "state": sent.state,
        "decision": sent.decision,
        "reason": sent.reason,
        "rule": sent.rule,
        "digest": sent.digest,
        "answer": plain(sent.answer),
        "is_own": effect.run == case,
    }


def _held(case: str, named: str, call: str, arguments: Plain, reason: str, rule: str) -> Plain:
    """Refused before anything was sent, and noted."""
    detail = {"reason": reason, "rule": rule}
    pilot().note(case, named, operation=call, arguments=arguments, decision="refuse", effect="none", detail=detail)
    return {"state": "held", "decision": "refuse", "reason": reason, "rule": rule, "digest": "", "answer": None}
