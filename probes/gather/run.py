"""Collects: cleans up what a dead run left, gathers lowest level first, derives, and writes one bundle.

Each artifact is on disk as soon as it is found; a second call goes on where a killed one stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from probes.artifact import Artifact, Missing
from probes.bundle import stamp, write_bundle
from probes.derive.run import Derivation, Deriver, derive
from probes.finding import Subject
from probes.gather.before import inventory_before
from probes.gather.gatherer import Gatherer, cause_of, missing
from probes.gather.inputs import by_place, digest_of, read_inputs
from probes.gather.leftovers import PATIENCE, clean_up
from probes.gather.leftovers import planned as leftover_lines
from probes.gather.onlooker import Progress
from probes.gather.persons_session import Ask
from probes.gather.plan import DEFAULT_LIMIT, KEPT_FOR_CLEANUP, Plan
from probes.gather.plan_file import as_text
from probes.gather.planning import in_order
from probes.gather.planning import plan as make_plan
from probes.gather.progress import CollectState
from probes.gather.run_manifest import free_place, manifest_of, run_name
from probes.gather.run_notes import notes_of
from probes.gather.run_session import check_usable, keep_used, locked, opened, session_of
from probes.gather.session import Session
from probes.gather.side_effects import settled
from probes.gather.waiting import waits
from runtime.errors import Conflict, CxreadyError
from runtime.estate import Estate
from runtime.systems.windows import check_not_over

if TYPE_CHECKING:
    from runtime.understanding.encode import Encode


@dataclass(frozen=True)
class CollectResult:
    """What a collection left: the bundle, requests by system, what was reversed, what stays behind, who was not
    reached, and what waits for a window or a person: the same command goes on there.
    """

    bundle_path: Path
    zip_path: Path
    requests: Mapping[str, int]
    reversed: list[str]
    left_behind: list[str]
    unreachable: list[str]
    resumed: bool = False
    missing: int = 0
    paused: Sequence[str] = ()
    notes: Sequence[str] = ()


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
    ask: Ask | None = None,
) -> CollectResult:
    """Gathers and derives everything, and writes `folder/bundles/<UTC stamp>/` and its zip.

    Args:
        plan: when given, nothing is sent that it does not hold; taking back what was written is never held up by it.
        secrets: values of `${NAME}` references; default: the environment.
        inputs: further files of the folder that belong into the bundle, relative to it.
        approved_by: who approved the plan; stands in the manifest.
        resume: go on with an unfinished run that has the same inputs and settings.
        ask: called when a session that a person obtained is over; without it the run pauses there.

    Raises:
        Conflict: another collection is running in this folder, or the files changed since the plan was made.
        BadInput: the folder's state cannot be read.
    """
    estate = settled(estate)
    written = read_inputs(folder, estate.knowledge, inputs)
    digest = digest_of(written)
    if plan and plan.inputs and plan.inputs != digest:
        raise Conflict(
            f"the files changed since the plan was made{_which(plan.files, by_place(written))}",
            str(folder),
            "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved",
        )
    only_system, only_probe, max_requests = _scope(plan, only_system, only_probe, max_requests)
    for name, system in estate.systems.items():
        if only_system in (None, name):
            check_not_over(system.windows, name, now or datetime.now(UTC))
    with locked(folder), opened(folder) as (state, trace, ledger):
        bound = plan or make_plan(
            estate,
            gatherers,
            only_system=only_system,
            only_probe=only_probe,
            max_requests=max_requests,
            inputs=digest,
            files=by_place(written),
            left=leftover_lines(estate, ledger.open()),
        )
        settings = f"{digest}|{only_system}|{only_probe}|{max_requests}|{plan.digest if plan else ''}"
        known = state.open_run(settings) if resume else None
        started = known[1] if known else (now or datetime.now(UTC))
        run = known[0] if known else run_name(started)
        attempt = state.begin(run, started, settings)
        state.keep_plan(run, as_text(bound), enforced=plan is not None)
        session = session_of(
            estate,
            run,
            attempt=attempt,
            folder=folder,
            started=started,
            state=state,
            trace=trace,
            ledger=ledger,
            kinds=kinds,
            only_system=only_system,
            plan=plan,
            max_requests=max_requests,
            secrets=secrets,
            progress=progress,
            ask=ask,
        )
        check_usable(session)
        earlier = clean_up(session, KEPT_FOR_CLEANUP, pauses=PATIENCE)
        try:
            _gather(session, state, in_order(gatherers, only_probe))
        finally:
            clean_up(session, KEPT_FOR_CLEANUP, run, pauses=PATIENCE)
            keep_used(session, state)
        _derive(session, state, [d for d in derivers if only_probe is None or d.serves(only_probe)], encode)
        manifest = manifest_of(
            session,
            written,
            digest,
            bound,
            plan is not None,
            earlier,
            catalogue,
            approved_by,
            inventory_before(folder),
        )
        artifacts = [a for a in session.found.values() if isinstance(a, Artifact)]
        target = write_bundle(free_place(folder / "bundles" / stamp(started)), manifest, artifacts, written)
        if not session.paused:
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
            list(dict.fromkeys(session.paused.values())),
            notes_of(session),
        )


def _which(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The places that differ; nothing for a plan that does not name its files."""
    named = sorted(place for place in before.keys() | now.keys() if before and before.get(place) != now.get(place))
    return f": {', '.join(named)}" if named else ""


def _scope(
    plan: Plan | None, only_system: str | None, only_probe: str | None, max_requests: int
) -> tuple[str | None, str | None, int]:
    """The plan's own scope and limit; within it a run may be narrowed further.

    Raises:
        Conflict: the plan was made for another system or probe.
    """
    if plan is None:
        return only_system, only_probe, max_requests
    for asked, held, what in ((only_system, plan.only_system, "system"), (only_probe, plan.only_probe, "probe")):
        if asked and held and asked != held:
            raise Conflict(
                f"the plan is for the {what} {held}", f"--{what} {asked}", f"leave --{what} out, or make another plan"
            )
    return only_system or plan.only_system, only_probe or plan.only_probe, plan.max_requests


def _gather(session: Session, state: CollectState, gatherers: Iterable[Gatherer]) -> None:
    for gatherer in gatherers:
        if (gatherer.name, "*") in session.steps:
            continue
        waiting = False
        for found in _guarded(session, gatherer):
            session.found[found.key] = found
            state.keep(session.run, found)
            if isinstance(found, Missing) and waits(found):
                waiting = True
                session.paused[found.subject.unit] = found.detail
        if not waiting:
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
