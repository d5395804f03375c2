"""Opening a run: one collection a folder, its state on disk, its budgets, and the session that gatherers receive."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from probes.artifact import Artifact
from probes.gather.guarded import PlanGuard
from probes.gather.observed import Observed, is_timed_read
from probes.gather.onlooker import Progress, silent
from probes.gather.persons_session import Ask, People
from probes.gather.plan import Plan
from probes.gather.planning import kept_for_cleanup
from probes.gather.progress import CollectState
from probes.gather.samples import Samples
from probes.gather.session import Session
from probes.gather.waiting import RoomyLedger, waits
from runtime.errors import Conflict, Refused
from runtime.estate import Estate

if TYPE_CHECKING:
    from runtime.systems.trace import Trace


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One collection a folder at a time.

    Raises:
        Conflict: another one is running.
    """
    from filelock import FileLock, Timeout

    place = folder / ".cxready"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / "collect.lock", timeout=0):
            yield
    except Timeout:
        raise Conflict(
            "another collection is running in this folder", str(folder), "wait until it ends, or stop it"
        ) from None


@contextmanager
def opened(folder: Path) -> Iterator[tuple[CollectState, Trace, RoomyLedger]]:
    """Progress, trace and write ledger of a folder, closed at the end."""
    from runtime.systems.trace import Trace

    place = folder / ".cxready"
    state, trace, ledger = (
        CollectState(place / "collect.sqlite"),
        Trace(place / "trace.sqlite"),
        RoomyLedger(place / "ledger.sqlite"),
    )
    try:
        yield state, trace, ledger
    except sqlite3.OperationalError as error:
        raise Refused(*_full(ledger, error, place)) from None
    finally:
        for opened in (state, trace, ledger):
            opened.close()


def _full(ledger: RoomyLedger, error: sqlite3.OperationalError, place: Path) -> tuple[str, str, str]:
    """A disk that is full, or a folder that cannot be written: what, where, and what to do, with what is still open."""
    with suppress(sqlite3.Error):
        names = sorted({f"{entry.system}.{entry.operation}" for entry in ledger.open()})
        if names:
            what = f"the state of the run cannot be written ({error}); open in the ledger: {', '.join(names)}"
            return what, str(place), "free some space and run the same command again: it takes back what is open first"
    what = f"the state of the run cannot be written ({error}); nothing more was sent"
    return what, str(place), "check its permissions and the space left, then run the same command again"


@contextmanager
def looking(
    estate: Estate,
    folder: Path,
    *,
    only_system: str | None,
    progress: Progress | None,
    secrets: Mapping[str, str] | None,
) -> Iterator[Session]:
    """A session that only looks at the way: its requests stand in the evidence log as `check-…`, nothing is kept.

    Raises:
        Conflict: a collection is running in this folder.
    """
    now = datetime.now(UTC)
    with locked(folder), opened(folder) as (state, trace, ledger):
        yield session_of(
            estate, f"check-{now:%Y%m%d%H%M%S}", attempt=1, folder=folder, started=now, state=state, trace=trace, ledger=ledger,
            kinds={}, only_system=only_system, plan=None, max_requests=20, secrets=secrets, progress=progress,
        )  # fmt: skip


def session_of(
    estate: Estate,
    run: str,
    *,
    attempt: int,
    folder: Path,
    started: datetime,
    state: CollectState,
    trace: Trace,
    ledger: RoomyLedger,
    kinds: Mapping[str, type[Artifact]],
    only_system: str | None,
    plan: Plan | None,
    max_requests: int,
    secrets: Mapping[str, str] | None,
    progress: Progress | None,
    ask: Ask | None = None,
) -> Session:
    """The session of one run, new or taken up again: what was found, asked and sent before is known to it."""
    from runtime.systems.passage import Passage
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.sign_ins import SignIns

    known = dict(secrets if secrets is not None else os.environ)
    ledger.windows = {name: settings.windows for name, settings in estate.systems.items()}
    used, sent = state.used(run), trace.counts(run)
    budgets = {
        name: RequestBudget(
            max_requests - kept_for_cleanup(s, max_requests),
            used=max(used[name][0] if name in used else 0, sent.get(name, 0)),
            system=name,
        )
        for name, s in estate.systems.items()
    }
    session = Session(
        estate=estate,
        run=run,
        folder=folder,
        now=started,
        trace=trace,
        ledger=ledger,
        secrets=known,
        people=People(known, ask),
        passage=Passage(sign_ins=SignIns(folder / ".cxready" / "sign-ins.sqlite")),
        budgets=budgets,
        only_system=only_system,
        guard=PlanGuard(plan.lines, _sent(trace, run), plan.kept, attempt) if plan else None,
        progress=progress or silent,
        found={key: one for key, one in state.found(run, kinds).items() if not waits(one)},
        steps=state.steps(run),
        observed=_observed(run, {name: observed for name, (_, observed) in used.items()}, trace),
        attempt=attempt,
        samples=Samples(state.samples(run)),
    )

    def kept(gatherer: str, system: str) -> None:
        state.keep_samples(run, session.samples.seen)
        state.step(run, gatherer, system)
        keep_used(session, state)

    session.kept = kept
    return session


def check_usable(session: Session) -> None:
    """A CA file that is a key, a cookie with a line end: a clear stop before anything is sent.

    Raises:
        BadInput: what is wrong, and where.
    """
    from runtime.systems import connect

    for name in session.systems:
        connect.check_usable(
            name,
            session.settings(name),
            network=session.estate.network,
            folder=session.estate.folder,
            trace=session.trace,
            secrets=session.secrets,
        )


def keep_used(session: Session, state: CollectState) -> None:
    """Notes what each system's budget has used, so that a resumed run goes on from there."""
    for name, budget in session.budgets.items():
        if budget.used:
            state.use(session.run, name, budget.used, session.observed.get(name))


def _observed(run: str, kept: dict[str, Observed], trace: Trace) -> dict[str, Observed]:
    """What earlier attempts saw; times of reads also from the gatherer that was under way when the run ended."""
    timed: dict[str, list[float]] = {}
    for row in trace.rows(run):
        times = timed.setdefault(row["system"], [])
        if is_timed_read(row["seen"], row["method"], row["purpose"]):
            times.append(row["elapsed_ms"])
    for name, times in timed.items():
        observed = kept.setdefault(name, Observed())
        observed.read_ms = max(observed.read_ms, times, key=len)
        observed.waited_ms += [0.0] * (len(observed.read_ms) - len(observed.waited_ms))  # nobody watched those
    return kept


def _sent(trace: Trace, run: str) -> Counter[tuple[str, str, str]]:
    return Counter((row["system"], row["method"], row["path_template"]) for row in trace.rows(run))
