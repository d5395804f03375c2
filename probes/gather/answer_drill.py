"""Decisions for practice: each way back once rightly, and a dozen wrong ways that must do nothing.

The decision table is a disposable one; the ticket is the drill's own. Nothing is set free by these decisions.
"""

from __future__ import annotations

import secrets as randomness
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from probes.artifact import Shot
from probes.escalation.artifacts import AnswerDrill
from probes.finding import Subject
from probes.gather.drill_handoffs import STOPS, handoff_of
from probes.gather.session import Session
from runtime.errors import CxreadyError
from runtime.escalation import answer, routes
from runtime.escalation.destinations.destination import DeliveryFailed, Destination, Held
from runtime.escalation.form import Handoff, Option
from runtime.systems.exchange import Seen, Why

NO_RIGHT = (401, 403, 405)
PERSON, OTHER, AGENT = "drill-approver", "drill-other", "drill-agent"
RULES = answer.Rules(approvers=frozenset({PERSON}), agents=frozenset({AGENT}))


def answer_drill(
    session: Session, destination: Destination, key: str, route: routes.Route, decide: str | None
) -> AnswerDrill:
    """Runs the drill.

    Args:
        key: of a drill ticket that is at the destination.
        decide: operation of the ticket system that records a decision, when there is one.
    """
    keys = [randomness.token_urlsafe(32)]
    handoff = handoff_of(
        STOPS[0],
        reference=key,
        route="drill",
        queue="",
        budget_s=3_600,
        operation="billing.write",
        read="crm.read",
        now=session.now,
    )
    held = _held(destination, key)
    field = None if held is None else "decision" in {name.lower() for name in held.record} or bool(held.decision)
    refused, shots = _agent_decides(session, route, held, decide)
    sample = held or Held(id="none", key=key)
    wrong = dict(wrong_decisions(handoff, sample, keys, session.now))
    if held is not None and not held.decision:
        wrong["an empty decision field"] = not _tried(
            lambda c: answer.decide_by_field(c, held, handoff, RULES, now=session.now)
        )[0]
    return AnswerDrill(
        subject=Subject(unit="*"),
        measured_at=session.now,
        destination=destination.name,
        right=dict(right_decisions(handoff, sample, keys, session.now)),
        wrong=wrong,
        field_at_destination=field,
        agent_refused=refused,
        decide_operation=decide or "",
        shots=shots,
    )


def right_decisions(handoff: Handoff, held: Held, keys: list[str], now: datetime) -> list[tuple[str, bool]]:
    """Each way once; True when it was accepted and exactly this decision stands."""
    link = answer.link_token(handoff, "approve", PERSON, keys)
    at = _signed_now()
    ways: dict[str, Callable[[sqlite3.Connection], answer.Verdict]] = {
        "link": lambda c: answer.decide_by_link(c, link, _late(handoff, at), keys, RULES, now=at),
        "ticket field": lambda c: answer.decide_by_field(
            c, replace(held, key=handoff.handoff_id, decision="approve", decided_by=PERSON), handoff, RULES, now=now
        ),
        "reply": lambda c: answer.decide_by_reply(
            c,
            f"Fine with me.\n\nAPPROVE {handoff.return_.code}\n\n> {handoff.ask.question}",
            PERSON,
            handoff,
            RULES,
            now=now,
            authenticated=True,
        ),
    }
    return [(name, _tried(act) == (True, "approve")) for name, act in ways.items()]


def wrong_decisions(handoff: Handoff, held: Held, keys: list[str], now: datetime) -> list[tuple[str, bool]]:
    """Each wrong way; True when nothing was decided by it."""
    at = _signed_now()
    fresh = _late(handoff, at)
    token = answer.link_token(fresh, "approve", PERSON, keys)
    changed = fresh.model_copy(
        update={
            "ask": fresh.ask.model_copy(
                update={
                    "options": (Option(id="approve", says="do it", effect="sha256:another"), *fresh.ask.options[1:])
                }
            )
        }
    )
    code = handoff.return_.code
    field = replace(held, key=handoff.handoff_id, decided_by=PERSON, decision="")

    def link(
        token: str, of: Handoff = fresh, when: datetime = at, **more: str
    ) -> Callable[[sqlite3.Connection], answer.Verdict]:
        return lambda c: answer.decide_by_link(c, token, of, keys, RULES, now=when, **more)

    def reply(
        text: str, sender: str = PERSON, authenticated: bool = True, **headers: str
    ) -> Callable[[sqlite3.Connection], answer.Verdict]:
        return lambda c: answer.decide_by_reply(
            c,
            text,
            sender,
            handoff,
            RULES,
            now=now,
            authenticated=authenticated,
            headers={n.replace("_", "-"): v for n, v in headers.items()},
        )

    def ticket(changed: Held) -> Callable[[sqlite3.Connection], answer.Verdict]:
        return lambda c: answer.decide_by_field(c, changed, handoff, RULES, now=now)

    cases = {
        "a mail scanner that only fetches the link": link(token, method="GET"),
        "a forged link": link(token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")),
        "a link signed with another key": link(
            answer.link_token(fresh, "approve", PERSON, [randomness.token_urlsafe(32)])
        ),
        "a link after the deadline": link(token, when=at + timedelta(hours=2)),
        "a link whose action has changed": link(token, of=changed),
        "a forwarded link, pressed by another person": link(token, signed_in=OTHER),
        "a link for a person who may not decide": link(answer.link_token(fresh, "approve", OTHER, keys)),
        "the agent's own credential": link(answer.link_token(fresh, "approve", AGENT, keys)),
        "a decision in the ticket by another person": ticket(replace(field, decision="approve", decided_by=OTHER)),
        "a decision in the ticket by the agent": ticket(replace(field, decision="approve", decided_by=AGENT)),
        "a closed ticket without a decision": ticket(replace(field, status="closed")),
        "'approved' in a comment": ticket(replace(field, text=f"{held.text}\n\napproved, go ahead")),
        "a ticket with another key": ticket(replace(field, key="another", decision="approve")),
        "'approved' in free text": reply("Approved, please go ahead."),
        "'I do not approve' in free text": reply(f"I do not approve {code} yet"),
        "the code in quoted text": reply(f"I am out of office.\n\n> APPROVE {code}"),
        "an automatic answer": reply(f"APPROVE {code}", auto_submitted="auto-replied"),
        "a reply by another person": reply(f"APPROVE {code}", sender=OTHER),
        "a reply that is not authenticated": reply(f"APPROVE {code}", authenticated=False),
        "both decisions in one reply": reply(f"APPROVE {code}\nREFUSE {code}"),
    }
    found = [(name, not _tried(act)[0]) for name, act in cases.items()]
    return [
        *found,
        ("the same link a second time", _second(fresh, token, token, keys, at)),
        (
            "a second, different decision",
            _second(fresh, token, answer.link_token(fresh, "refuse", PERSON, keys), keys, at),
        ),
    ]


def _second(handoff: Handoff, first: str, second: str, keys: list[str], now: datetime) -> bool:
    connection = _table()
    one = answer.decide_by_link(connection, first, handoff, keys, RULES, now=now)
    two = answer.decide_by_link(connection, second, handoff, keys, RULES, now=now)
    stands = answer.decision_of(connection, handoff.handoff_id)
    return one.accepted and not two.accepted and stands is not None and stands["option"] == "approve"


def _tried(act: Callable[[sqlite3.Connection], answer.Verdict]) -> tuple[bool, str]:
    """Whether a decision stands afterwards, and which."""
    connection = _table()
    verdict = act(connection)
    rows = connection.execute("select option from decisions").fetchall()
    return bool(rows) or verdict.accepted, rows[0][0] if rows else ""


def _table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    answer.prepare(connection)
    return connection


def _late(handoff: Handoff, at: datetime) -> Handoff:
    """Links carry the signer's own clock, so their deadline is set by it too."""
    return handoff.model_copy(update={"ask": handoff.ask.model_copy(update={"decide_by": at + timedelta(hours=1)})})


def _signed_now() -> datetime:
    from datetime import UTC

    return datetime.now(UTC)


def _held(destination: Destination, key: str) -> Held | None:
    try:
        read: dict[str, Held] = getattr(destination, "held", {})
        if known := next((one for one in read.values() if one.key == key), None):
            return known
        found = destination.find(key)
        return destination.read(found[0].id) if found else None
    except DeliveryFailed:
        return None


def _agent_decides(
    session: Session, route: routes.Route, held: Held | None, decide: str | None
) -> tuple[bool | None, tuple[Shot, ...]]:
    """The writer's credential tries to decide on its own ticket: the destination must refuse. Only where such tries
    are allowed.
    """
    settings = session.estate.escalation.destinations[route.destination]
    if held is None or not decide or not settings.system or not session.settings(settings.system).attack_probes:
        return None, ()
    system = session.writer(settings.system)
    names = [p.name for p in system.surface.operations[decide].parameters if p.where == "path"]
    try:
        exchange = system.call(
            decide,
            {(names or ["id"])[0]: held.id, "decision": "approve", "decided_by": "cxready"},
            why=Why("the agent's own credential may not decide", "escalation.return_path", session.run),
        )
    except CxreadyError:
        return None, ()
    if exchange.ok:
        return False, (session.shot(exchange),)
    refused = exchange.seen is Seen.REFUSED and exchange.status in NO_RIGHT
    return True if refused else None, (session.shot(exchange),)
