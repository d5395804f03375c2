"""Collects: cleans up what a dead run left, gathers lowest level first, derives, and writes one bundle.

Each artifact is on disk as soon as it is found; a second call goes on where a killed one stopped.
"""

from __future__ import annotations

import os
import secrets as random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from probes.artifact import Artifact, Missing
from probes.bundle import Manifest, stamp, write_bundle
from probes.derive.run import Derivation, Deriver, derive
from probes.finding import Subject
from probes.gather.describe import Described
from probes.gather.gatherer import Gatherer, cause_of, missing
from probes.gather.guarded import PlanGuard
from probes.gather.inputs import digest_of, read_inputs
from probes.gather.plan import DEFAULT_LIMIT, Plan, in_order
from probes.gather.plan import plan as make_plan
from probes.gather.progress import CollectState
from probes.gather.session import Progress, Session, silent
from probes.gather.undo import take_back_open
from runtime.errors import Conflict, CxreadyError
from runtime.estate import Estate

if TYPE_CHECKING:
    from runtime.systems.trace import Trace
    from runtime.systems.write_ledger import WriteLedger
    from runtime.understanding.encode import Encode

KEPT_FOR_CLEANUP = 4


@dataclass(frozen=True)
class CollectResult:
    """What a collection left: the bundle, requests by system, what was reversed, what stays behind, who was not
    reached.
    """

    bundle_path: Path
    zip_path: Path
    requests: Mapping[str, int]
    reversed: list[str]
    left_behind: list[str]
    unreachable: list[str]
    resumed: bool = False
    missing: int = 0


def collect(
    estate: Estate,
    *,
    folder: Path,
    kinds: Mapping[str, type[Artifact]],
    gatherers: Sequence[Gatherer],
    derivers: Sequence[Deriver] = (),
    plan: Plan | None = None,
    only_system: str | None = None,
    only_probe: str | None = None,
    max_requests: int = DEFAULT_LIMIT,
    progress: Progress | None = None,
    encode: Encode | None = None,
    resume: bool = True,
    secrets: Mapping[str, str] | None = None,
    now: datetime | None = None,
    catalogue: str = "",
    inputs: Sequence[Path] = (),
    approved_by: str = "",
) -> CollectResult:
    """Gathers and derives everything, and writes `folder/bundles/<UTC stamp>/` and its zip.

    Args:
        plan: when given, nothing is sent that it does not hold; taking back what was written is never held up by it.
        secrets: values of `${NAME}` references; default: the environment.
        inputs: further files of the folder that belong into the bundle, relative to it.
        approved_by: who approved the plan; stands in the manifest.
        resume: go on with an unfinished run that has the same inputs and settings.

    Raises:
        Conflict: another collection is running in this folder, or the files changed since the plan was made.
        BadInput: the folder's state cannot be read.
    """
    written = read_inputs(folder, estate.knowledge, inputs)
    digest = digest_of(written)
    if plan and plan.inputs and plan.inputs != digest:
        raise Conflict(
            "the files changed since the plan was made",
            str(folder),
            "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved",
        )
    with _locked(folder), _opened(folder) as (state, trace, ledger):
        settings = f"{digest}|{only_system}|{only_probe}|{max_requests}|{plan.digest if plan else ''}"
        known = state.open_run(settings) if resume else None
        started = known[1] if known else (now or datetime.now(UTC))
        run = known[0] if known else _name(started)
        attempt = state.begin(run, started, settings)
        session = _session(
            estate,
            run,
            attempt,
            folder,
            started,
            state,
            trace,
            ledger,
            kinds,
            only_system,
            plan,
            max_requests,
            secrets,
            progress,
        )
        earlier = clean_up(session)
        try:
            _gather(session, state, in_order(gatherers, only_probe))
        finally:
            clean_up(session, run=run)
            _keep_used(session, state)
        _derive(session, state, [d for d in derivers if only_probe is None or d.serves(only_probe)], encode)
        manifest = _manifest(
            session,
            written,
            digest,
            plan
            or make_plan(
                estate,
                gatherers,
                only_system=only_system,
                only_probe=only_probe,
                max_requests=max_requests,
                inputs=digest,
            ),
            earlier,
            catalogue,
            approved_by,
        )
        artifacts = [a for a in session.found.values() if isinstance(a, Artifact)]
        target = write_bundle(_free(folder / "bundles" / stamp(started)), manifest, artifacts, written)
        state.finish(run, datetime.now(UTC))
        return CollectResult(
            target,
            target.with_name(target.name + ".zip"),
            manifest.requests,
            manifest.reversed,
            manifest.left_behind,
            sorted(session.unreachable),
            known is not None,
            len(manifest.missing),
        )


def clean_up(session: Session, run: str | None = None) -> list[str]:
    """Takes back every open write, of one run or of all; returns what was done, in sentences. Not held up by a plan."""
    done = []
    for entry in session.ledger.open(run):
        if entry.system not in session.estate.systems:
            continue
        session.tell(entry.system, f"taking back {entry.operation}")
        budget = session.budgets[entry.system]
        with session.unguarded():
            budget.limit += KEPT_FOR_CLEANUP
            try:
                done.append(take_back_open(session, entry).says)
            except CxreadyError as error:
                done.append(f"{entry.system}.{entry.operation}: not taken back yet: {error.what}")
            finally:
                budget.limit -= KEPT_FOR_CLEANUP
    return done


def _gather(session: Session, state: CollectState, gatherers: Iterable[Gatherer]) -> None:
    for gatherer in gatherers:
        if (gatherer.name, "*") in session.steps and not gatherer.again:
            continue
        for found in _guarded(session, gatherer):
            session.found[found.key] = found
            state.keep(session.run, found)
        session.finish(gatherer.name, "*")


def _guarded(session: Session, gatherer: Gatherer) -> Iterator[Artifact | Missing]:
    try:
        yield from gatherer.run(session)
    except CxreadyError as error:
        for kind in gatherer.gives:
            yield missing(kind, Subject(unit="*"), cause_of(error), str(error))


def _derive(session: Session, state: CollectState, derivers: Sequence[Deriver], encode: Encode | None) -> None:
    derivation = Derivation(
        session.estate,
        session.folder,
        session.now,
        session.found,
        encode,
        lambda says: session.progress("", f"working out: {says}", 0, 0),
        session.secrets,
    )
    for _, found in derive(derivers, derivation):
        session.found[found.key] = found
        state.keep(session.run, found)


def _session(
    estate: Estate,
    run: str,
    attempt: int,
    folder: Path,
    started: datetime,
    state: CollectState,
    trace: Trace,
    ledger: WriteLedger,
    kinds: Mapping[str, type[Artifact]],
    only_system: str | None,
    plan: Plan | None,
    max_requests: int,
    secrets: Mapping[str, str] | None,
    progress: Progress | None,
) -> Session:
    from runtime.systems.request_budget import RequestBudget

    used, sent = state.used(run), trace.counts(run)
    budgets = {
        name: RequestBudget(
            max_requests - (KEPT_FOR_CLEANUP if s.writes.allowed and max_requests > 20 else 0),
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
        secrets=secrets if secrets is not None else dict(os.environ),
        budgets=budgets,
        only_system=only_system,
        guard=PlanGuard(plan.lines, _sent(trace, run)) if plan else None,
        progress=progress or silent,
        found=state.found(run, kinds),
        steps=state.steps(run),
        observed={name: observed for name, (_, observed) in used.items()},
        attempt=attempt,
    )

    def kept(gatherer: str, system: str) -> None:
        state.step(run, gatherer, system)
        _keep_used(session, state)

    session.kept = kept
    return session


def _keep_used(session: Session, state: CollectState) -> None:
    for name, budget in session.budgets.items():
        if budget.used:
            state.use(session.run, name, budget.used, session.observed.get(name))


def _sent(trace: Trace, run: str) -> Counter[tuple[str, str, str]]:
    return Counter((row["system"], row["method"], row["path_template"]) for row in trace.rows(run))


def _manifest(
    session: Session,
    inputs: Mapping[str, bytes],
    digest: str,
    plan: Plan,
    earlier: list[str],
    catalogue: str,
    approved_by: str,
) -> Manifest:
    entries = session.ledger.entries(session.run)
    gone = [
        f"{e.system}.{e.operation} {e.record.get('id', '')}: {e.state}".replace(" :", ":")
        for e in entries
        if e.state in ("removed", "reversed")
    ]
    absent = [m for m in session.found.values() if isinstance(m, Missing)]
    return Manifest(
        as_of=session.now,
        run=session.run,
        organisation=session.estate.organisation,
        tools=_tools(),
        catalogue=catalogue,
        approved_by=approved_by,
        inputs_digest=digest,
        plan=plan.digest,
        systems=session.systems,
        requests={name: budget.used for name, budget in session.budgets.items()},
        reversed=gone + [f"from an earlier run: {says}" for says in earlier],
        left_behind=[e.why for e in session.ledger.entries() if e.state == "left_behind" and e.run == session.run],
        inventory=_inventory(session, inputs),
        missing=sorted(absent, key=lambda m: m.key),
    )


def _inventory(session: Session, inputs: Mapping[str, bytes]) -> dict[str, list[str]]:
    found = list(session.found.values())
    operations = [f"{a.subject.unit}.{op.id}" for a in found if isinstance(a, Described) for op in a.operations]
    limits = [
        f"{action}.{name}"
        for action, a in session.estate.guardrails.actions.items()
        for name, value in a.limits.model_dump().items()
        if value is not None
    ]
    articles = [
        name for name in inputs if any(name.startswith(source.rstrip("/") + "/") for source in session.estate.knowledge)
    ]
    return {"operations": sorted(operations), "articles": sorted(articles), "limits": sorted(limits)}


def _tools() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("cxready", "requests", "zeep", "openapi-spec-validator", "jsonschema"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
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
def _opened(folder: Path) -> Iterator[tuple[CollectState, Trace, WriteLedger]]:
    from runtime.systems.trace import Trace
    from runtime.systems.write_ledger import WriteLedger

    place = folder / ".cxready"
    state, trace, ledger = (
        CollectState(place / "collect.sqlite"),
        Trace(place / "trace.sqlite"),
        WriteLedger(place / "ledger.sqlite"),
    )
    try:
        yield state, trace, ledger
    finally:
        for opened in (state, trace, ledger):
            opened.close()


def _name(started: datetime) -> str:
    return f"{started.astimezone(UTC):%Y%m%d%H%M}{random.token_hex(2)}"


def _free(target: Path) -> Path:
    """The name itself, else with a number: two collections in one minute are two bundles."""
    number, found = 2, target
    while found.exists():
        found, number = target.with_name(f"{target.name}-{number}"), number + 1
    return found
