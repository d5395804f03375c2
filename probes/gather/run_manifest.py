"""What a collection says about itself: requests, reversals, what stays behind, what is missing, and the inventory."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from probes.artifact import Missing
from probes.gather.before import gone
from probes.gather.describe import Described
from probes.gather.leftovers import left_by
from probes.gather.plan import Plan
from probes.gather.session import Session
from probes.gather.undo import TakenBack
from probes.manifest import Manifest


def manifest_of(
    session: Session,
    inputs: Mapping[str, bytes],
    digest: str,
    plan: Plan,
    enforced: bool,
    earlier: Mapping[int, TakenBack],
    catalogue: str,
    approved_by: str,
    before: Mapping[str, list[str]],
) -> Manifest:
    """The manifest of one run; `earlier`: what was taken back for runs that died."""
    entries = session.ledger.entries(session.run)
    taken_back = [
        f"{e.system}.{e.operation} {e.record.get('id', '')}: {e.state}".replace(" :", ":")
        for e in entries
        if e.state in ("removed", "reversed") and e.id not in earlier
    ]
    taken_back += [f"from an earlier run: {taken.says}" for taken in earlier.values() if taken.gone and taken.existed]
    inventory = _inventory(session, inputs)
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
        plan_enforced=enforced,
        systems=session.systems,
        requests={name: budget.used for name, budget in session.budgets.items()},
        reversed=taken_back,
        left_behind=left_by(session),
        inventory=inventory,
        gone=gone(before, inventory),
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


def run_name(started: datetime) -> str:
    """The minute of its start, and four digits that no other run of it has."""
    return f"{started.astimezone(UTC):%Y%m%d%H%M}{random.token_hex(2)}"


def free_place(target: Path) -> Path:
    """The name itself, else with a number: two collections in one minute are two bundles."""
    number, found = 2, target
    while found.exists():
        found, number = target.with_name(f"{target.name}-{number}"), number + 1
    return found
