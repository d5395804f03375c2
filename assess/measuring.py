"""Collect: gather and derive, put together for an engagement's folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from assess.catalogue import collection
from assess.engagement import Folder
from probes.gather.onlooker import Progress, silent
from probes.gather.persons_session import Ask
from probes.gather.plan import Plan
from probes.gather.run import CollectResult, collect
from probes.gather.run_session import looking
from probes.gather.session import Session
from runtime.systems.write_ledger import Entry
from runtime.understanding.encode import Encode


def measure(
    folder: Folder,
    *,
    plan: Plan | None = None,
    only_system: str | None = None,
    only_probe: str | None = None,
    max_requests: int = 100,
    progress: Progress = silent,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
    approved_by: str = "",
    ask: Ask | None = None,
) -> CollectResult:
    """Measures the staging estate of a folder and writes one bundle.

    Raises:
        Conflict: another run has the folder, or the plan does not fit.
        Refused: the plan forbids a request.
        BadInput: a second judge is asked for and no language model is named.
    """
    from assess.catalogue import VERSION

    found = collection()
    derivers = found.derivers
    if folder.estate.second_judge and only_system is None:
        from assess.second_judge import with_second_judge

        derivers = with_second_judge(
            derivers, secrets if secrets is not None else os.environ, _asks(plan) if plan else max_requests
        )
    return collect(
        folder.estate,
        folder=folder.path,
        inputs=folder.written_files(),
        kinds=found.kinds,
        gatherers=found.gatherers,
        derivers=derivers,
        encode=encode or default_encoder(),
        catalogue=VERSION,
        plan=plan,
        only_system=only_system,
        only_probe=only_probe,
        max_requests=max_requests,
        progress=progress,
        secrets=secrets if secrets is not None else os.environ,
        approved_by=approved_by,
        ask=ask,
    )


def _asks(plan: Plan) -> int:
    """Requests to the second judge that an approved plan holds."""
    from kb_audit.collecting import SECOND_JUDGE

    return sum(line.count for line in plan.lines if line.system == SECOND_JUDGE)


def look(
    folder: Folder,
    *,
    only_system: str | None = None,
    progress: Progress = silent,
    secrets: Mapping[str, str] | None = None,
) -> AbstractContextManager[Session]:
    """A session for `collect --check`: the way and the credentials are looked at, nothing is measured."""
    return looking(
        folder.estate,
        folder.path,
        only_system=only_system,
        progress=progress,
        secrets=secrets if secrets is not None else os.environ,
    )


def default_encoder() -> Encode:
    """The model that the machine's settings name; loaded when first used."""
    from kb_audit.embedding import encoder

    return encoder()


def plan_of(folder: Folder, *, only_system: str | None, only_probe: str | None, max_requests: int) -> Plan:
    """What a run would send, without a network; bound to the folder's files by their digest."""
    from probes.gather.inputs import by_place, digest_of, read_inputs
    from probes.gather.leftovers import planned
    from probes.gather.planning import plan

    written = read_inputs(folder.path, folder.estate.knowledge, folder.written_files())
    return plan(
        folder.estate,
        collection().gatherers,
        only_system=only_system,
        only_probe=only_probe,
        max_requests=max_requests,
        inputs=digest_of(written),
        files=by_place(written),
        left=planned(folder.estate, _open_writes(folder.path)),
    )


def read_plan(path: Path, folder: Folder | None = None) -> Plan:
    """An approved plan; with its folder an edit can be told line by line.

    Raises:
        BadInput: not a plan.
        Conflict: its digest does not fit its lines: it was edited.
    """
    from probes.gather.plan_file import read

    if folder is None:
        return read(path)
    return read(
        path,
        lambda found: plan_of(
            folder, only_system=found.only_system, only_probe=found.only_probe, max_requests=found.max_requests
        ),
    )


def _open_writes(folder: Path) -> list[Entry]:
    """Writes of earlier runs that are not taken back."""
    from runtime.systems.write_ledger import WriteLedger

    place = folder / ".cxready" / "ledger.sqlite"
    if not place.is_file():
        return []
    ledger = WriteLedger(place)
    try:
        return ledger.open()
    finally:
        ledger.close()
