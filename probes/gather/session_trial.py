"""Behaves as an agent does, and looks whether the systems let it: machine sign-in, two sessions at once, parallel reads
without a browser.

Every answer is classified by the connector; a challenge or a login page anywhere in the agent's traffic counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import Field

from probes.artifact import Artifact, Cause, Shot
from probes.finding import Subject
from probes.gather.gatherer import Found, Gatherer, cause_of, cause_of_answer, each_system, missing
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import cheapest_read
from probes.gather.session import Session
from probes.gather.sign_in import MachineAuth, machine_auth, not_signed_in
from runtime.errors import Unreachable
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen, System, Why
from runtime.systems.outgoing import HANDSHAKE
from runtime.systems.settings import SystemSettings
from runtime.systems.sign_ins import SignInFailed
from runtime.systems.surface import Operation

PARALLEL = 4
RENEWING = 4  # with a renewed token, with a dead one, and a call that meets a dead one: asked, refused, asked again
EACH_SESSION = 3
UNMARKED = 1
UNMARKED_PURPOSE = "read without the marks of a measurement, as bot detection may know them"


class AgentTraffic(Artifact):
    """A burst of agent-like reads: two sessions, several at once, no browser headers. Counts by kind of answer."""

    kind: ClassVar[str] = "agent_traffic"

    operation: str
    sessions: int
    parallel: int
    requests: int
    seen: dict[str, int]
    second_session_killed_first: bool = False
    example: Shot | None = None
    worst: Shot | None = None
    unmarked: dict[str, int] = Field(
        {}, description="the same reads without the marks of a measurement, by kind of answer"
    )
    unmarked_worst: Shot | None = None


def gather_system(session: Session, system: str) -> Found:
    """Signs in, reads once, reads in parallel; an unreachable system is noted for the gatherers that follow."""
    subject = Subject(unit=system)
    session.tell(system, "can a machine sign in and stay signed in?")
    read = cheapest_read(session.estate, system, session.now)
    if read is None:
        for kind in (MachineAuth, AgentTraffic):
            if not session.surface(system).digest:
                yield missing(kind, subject, "no_input", f"{system} has no description that names a read operation")
            else:
                says = f"no read operation of {system} can be asked with the values at hand"
                yield missing(kind, subject, "needs", says)
        return
    operation, arguments = read
    try:
        client = session.reader(system)
        first = client.call(operation.id, arguments, why=Why("read as the agent", "machine_auth", session.run))
    except Unreachable as error:
        yield from _not_reached(session, subject, str(error), cause_of(error))
        return
    except SignInFailed as error:
        yield not_signed_in(session, system, error)
        yield missing(AgentTraffic, subject, "credential", str(error))
        return
    if first.seen is Seen.PATH:
        yield from _not_reached(session, subject, first.error, "path")
        return
    if first.ok:
        session.samples.learn(system, first.body)
    yield machine_auth(session, system, client, operation, arguments, first)
    if first.seen is Seen.REFUSED:
        says = f"{operation.id} answered {first.status}, so no burst of reads was tried"
        yield missing(AgentTraffic, subject, cause_of_answer(first), says)
        return
    yield _traffic(session, system, client, operation, arguments)


def _not_reached(session: Session, subject: Subject, says: str, cause: Cause) -> Found:
    session.unreachable[subject.unit] = says
    if cause == "path":
        session.on_the_way.add(subject.unit)
    yield from (missing(kind, subject, cause, says) for kind in (MachineAuth, AgentTraffic))


def _traffic(
    session: Session, system: str, client: System, operation: Operation, arguments: dict[str, Any]
) -> AgentTraffic:
    second = session.fresh(system, client.holder)  # type: ignore[arg-type]

    def ask(who: System) -> Callable[[], Exchange]:
        return lambda: who.call(
            operation.id, arguments, why=Why("read in agent-like traffic", "session_survives", session.run)
        )

    with ThreadPoolExecutor(PARALLEL) as pool:
        asked = [pool.submit(ask(who)) for _ in range(EACH_SESSION) for who in (client, second)]
        answers = [a.result() for a in asked]
    after = client.call(
        operation.id, arguments, why=Why("read after a second session", "session_survives", session.run)
    )
    answers.append(after)
    worst = next(
        (a for a in answers if a.seen in (Seen.CHALLENGE, Seen.LOGIN_PAGE)),
        next((a for a in answers if a.seen is not Seen.OK), None),
    )
    others = _unmarked(session, system, operation, arguments)
    return AgentTraffic(
        subject=Subject(unit=system),
        measured_at=session.now,
        operation=operation.id,
        sessions=2,
        parallel=PARALLEL,
        requests=len(answers),
        seen=_counted(answers),
        second_session_killed_first=after.status == 401 or after.seen is Seen.LOGIN_PAGE,
        example=session.shot(answers[0]),
        worst=session.shot(worst) if worst else None,
        unmarked=_counted(others),
        unmarked_worst=next((session.shot(a) for a in others if a.seen is not Seen.OK), None),
    )


def _unmarked(session: Session, system: str, operation: Operation, arguments: dict[str, Any]) -> list[Exchange]:
    """Bot detection may know us by our marks; where attack-like probes are allowed, a read comes without them."""
    if not session.settings(system).attack_probes:
        return []
    why = Why(UNMARKED_PURPOSE, "session_survives", session.run)
    client = session.unmarked(system)
    return [client.call(operation.id, arguments, why=why) for _ in range(UNMARKED)]


def _counted(answers: list[Exchange]) -> dict[str, int]:
    return dict(Counter(str(answer.seen) for answer in answers))


def planned(estate: Estate) -> list[PlanLine]:
    """Nine reads, one of them without credential; four more where tokens are renewed, one without our marks where that is
    allowed, and the token requests of every holder.
    """
    lines = []
    for system, settings in estate.systems.items():
        for holder, credential in settings.credentials.items():
            if credential.scheme == "oauth2":
                lines.append(
                    PlanLine(
                        system=system,
                        method="POST",
                        path="token",
                        operation="token",
                        purpose=f"sign in as {holder}",
                        probe="machine_auth",
                        count=4 if holder == "agent" else 1,
                    )
                )
        if settings.protocol == "mcp":
            lines += [_handshake(system, holder) for holder in settings.credentials or ("agent",)]
        found = cheapest_read(estate, system, datetime.now(UTC))
        if found:
            lines.append(
                line(
                    system,
                    found[0],
                    "read in agent-like traffic, two sessions",
                    "session_survives",
                    2 * EACH_SESSION + 3 + (RENEWING if _renews(settings) else 0),
                )
            )
            if settings.attack_probes:
                lines.append(line(system, found[0], UNMARKED_PURPOSE, "session_survives", UNMARKED))
    return lines


def _renews(settings: SystemSettings) -> bool:
    return any(one.scheme == "oauth2" for one in settings.credentials.values())


def _handshake(system: str, holder: str) -> PlanLine:
    """Two messages a connection; the agent's is opened four times: twice in parallel, once more, once without credential."""
    return PlanLine(
        system=system,
        method="POST",
        path=HANDSHAKE,
        operation="initialize",
        purpose=f"open an MCP session as {holder}",
        probe="session_survives",
        count=8 if holder == "agent" else 2,
    )


GATHERER = Gatherer(
    name="session",
    plan=planned,
    run=each_system("session", (MachineAuth, AgentTraffic), gather_system),
    gives=(MachineAuth, AgentTraffic),
    level=2,
    cost=5,
    probes=("machine_auth", "session_survives", "tls", "latency", "errors_structured"),
)
