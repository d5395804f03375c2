"""A gatherer: what it would send, and how it gathers; offered as a module-level `GATHERER` and put together by the
catalogue.

A gatherer never raises for what a system did: a failure is a Missing value with its cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from probes.artifact import Artifact, Cause, Missing
from probes.finding import Subject
from probes.gather.persons_session import SessionOver
from probes.gather.plan import PlanLine
from probes.gather.session import Session
from probes.gather.waiting import waits
from runtime.errors import BadInput, CxreadyError, OnTheWay, Refused, Unreachable
from runtime.estate import Estate
from runtime.systems.clocks import WrongClock
from runtime.systems.exchange import Exchange, Seen
from runtime.systems.sign_ins import SignInsSpent
from runtime.systems.windows import WindowShut

Found = Iterator[Artifact | Missing]


@dataclass(frozen=True)
class Gatherer:
    """`level` and `cost` give the order; `probes` are the questions it serves (without dimension: both twins)."""

    name: str
    plan: Callable[[Estate], list[PlanLine]]
    run: Callable[[Session], Found]
    gives: tuple[type[Artifact], ...] = ()
    level: int = 2
    cost: int = 10
    probes: tuple[str, ...] = field(default_factory=tuple)
    fills: bool = False  # only uses what the budget has left: its lines are cut to it
    whole: bool = False  # … or, where not all of them fit, left out

    def serves(self, probe: str) -> bool:
        """True when a probe's id (`api.writes_stick`) or name needs this gatherer."""
        return probe in self.probes or probe.rpartition(".")[2] in self.probes


def each_system(
    name: str,
    gives: tuple[type[Artifact], ...],
    one: Callable[[Session, str], Found],
    *,
    of_crm: tuple[type[Artifact], ...] = (),
) -> Callable[[Session], Found]:
    """Runs `one` for each system of the session; what a system refuses or cannot do becomes Missing, the next goes on.

    Systems that are complete in a resumed run are stepped over. `of_crm`: further kinds that only a CRM gives.
    """

    def run(session: Session) -> Found:
        for system in session.systems:
            if (name, system) in session.steps:
                continue
            kinds = gives + (of_crm if session.settings(system).role == "crm" else ())
            waiting = False
            if system in session.unreachable:
                cause: Cause = "path" if system in session.on_the_way else "unreachable"
                yield from _missing(kinds, system, cause, session.unreachable[system])
            else:
                for found in _guarded(session, kinds, system, one):
                    waiting = waiting or waits(found)
                    yield found
            if not waiting:
                session.finish(name, system)

    return run


def _guarded(
    session: Session, gives: tuple[type[Artifact], ...], system: str, one: Callable[[Session, str], Found]
) -> Found:
    try:
        yield from one(session, system)
    except CxreadyError as error:
        lost = [kind for kind in gives if session.get(kind, system) is None]  # what was measured before stays
        yield from _missing(lost, system, cause_of(error), str(error))


def cause_of(error: CxreadyError) -> Cause:
    """The cause that an error stands for."""
    if isinstance(error, OnTheWay):
        return "path"
    if isinstance(error, Unreachable):
        return "unreachable"
    if isinstance(error, SignInsSpent):
        return "credential"
    if isinstance(error, WindowShut | WrongClock):
        return "window"
    if isinstance(error, SessionOver):
        return "interrupted"
    if isinstance(error, Refused):
        text = error.what.lower()
        if "plan" in text:
            return "not_allowed"
        return "budget" if "budget" in text or "requests" in text else "window" if "window" in text else "not_allowed"
    return (
        "credential"
        if isinstance(error, BadInput) and ("secret" in str(error) or "environment" in str(error))
        else "failed"
    )


def cause_of_answer(exchange: Exchange) -> Cause:
    """The cause that an answer which says nothing about the question stands for."""
    if exchange.seen is Seen.PATH:
        return "path"
    return "credential" if exchange.seen is Seen.REFUSED and exchange.status in (401, 403) else "failed"


_ADVICE: dict[str, str] = {
    "unreachable": (
        "make the system reachable from this machine (`cxready collect DIR --check`) and run `cxready "
        "collect DIR` again"
    ),
    "path": (
        "have the proxy or firewall let it through, or run `cxready collect DIR` from a host that reaches the system "
        "without it; `cxready collect DIR --check` shows the way"
    ),
    "budget": "raise the budget: `cxready collect DIR --max-requests N`",
    "window": "run `cxready collect DIR` again inside the system's window; it goes on where it stopped",
    "interrupted": "sign in again, set the session's value and run `cxready collect DIR`; it goes on where it stopped",
    "credential": (
        "set the secret, or give the credential the right, that the message names and run `cxready collect DIR` again"
    ),
    "not_allowed": "allow writes on staging for this system (`writes: {allowed: true}`) and name a test customer",
    "no_input": "add the file that the message names, name it in engagement.yaml and run `cxready collect DIR` again",
    "failed": "see that the operation named in the message answers with this credential, and run `cxready collect DIR` again",
    "not_reversible": "name an undo operation in the effects file, or a record that may stay",
}


def missing(kind: type[Artifact], subject: Subject, cause: Cause, detail: str, do: str = "") -> Missing:
    """A Missing with the step that would bring it; `do` where the case knows a better one than its cause."""
    return Missing(
        wanted=kind.kind,
        subject=subject,
        cause=cause,
        detail=detail,
        would_measure=do or _advice(cause, subject, detail),
    )


def _advice(cause: Cause, subject: Subject, detail: str) -> str:
    if cause == "not_allowed" and "approved plan" in detail:
        return (
            "make a new plan with `cxready collect DIR --dry-run -o plan.json`, have it approved, and collect with it"
        )
    if cause == "needs":
        return (
            f"add the values that are lacking to writes.example of {subject.unit} in engagement.yaml and run "
            "`cxready collect DIR` again"
        )
    return _ADVICE.get(cause, "run `cxready collect DIR` again")


def _missing(gives: Iterable[type[Artifact]], system: str, cause: Cause, detail: str) -> Found:
    for kind in gives:
        yield missing(kind, Subject(unit=system), cause, detail)
