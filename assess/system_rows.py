"""The systems of an assessment as rows, and the keys that should lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assess.assessment import Cell, DimensionLevel, Finding
from assess.cells import Artifacts
from assess.engagement import Folder
from assess.out import Interval
from assess.system_figures import Join, SystemRow, VendorNote
from probes.artifact import Artifact, Missing
from probes.finding import Dimension, State, Subject
from probes.gather.describe import Described
from probes.gather.joins import Joins
from probes.gather.versions import Drift
from probes.wording import counted
from runtime.systems.vendors import Vendor, vendors

LONGEST_VERSION = 14  # a namespace that stands where a version should is none


def system_rows(
    folder: Folder,
    cells: Sequence[Cell],
    levels: Mapping[Dimension, DimensionLevel],
    findings: Sequence[Finding],
    requests: Mapping[str, int],
    artifacts: Artifacts,
) -> list[SystemRow]:
    """One row a system of the engagement, in its order."""
    used = [operation for name in folder.estate.goals for operation in folder.estate.goals[name].operations()]
    rows: list[SystemRow] = []
    for name, settings in folder.estate.systems.items():
        dimension: Dimension = "crm" if settings.role == "crm" else "api"
        unit = levels[dimension].units.get(name)
        described = artifacts.get(Described, Subject(unit=name))
        credential = settings.credentials.get("agent") or next(iter(settings.credentials.values()), None)
        known = described.vendor or "" if isinstance(described, Described) else ""
        vendor = vendors().get(known)
        rows.append(
            SystemRow(
                name=name,
                role=settings.role,
                protocol=settings.protocol,
                authentication=credential.scheme if credential else "none named",
                owner=settings.owner,
                format=described.document_format if isinstance(described, Described) else "",
                operations=len(described.operations) if isinstance(described, Described) else 0,
                operations_used=len({o for o in used if o.startswith(f"{name}.")}),
                level=Interval(confirmed=unit.confirmed, possible=unit.possible) if unit else None,
                requests=requests.get(name, 0),
                stability=_stability(described, artifacts.get(Drift, Subject(unit=name)), vendor),
                vendor=vendor.name if vendor else "",
                vendor_says=_notes(known),
                findings=[f.number for f in findings if f.dimension == dimension and f.subject.unit == name],
            )
        )
    return rows


def join_rows(folder: Folder, cells: Sequence[Cell], artifacts: Artifacts) -> list[Join]:
    """Keys that the engagement says lead from one system to another, each as it was followed."""
    judged = {c.subject.unit: c for c in cells if c.probe.endswith(".joins")}
    seen = {name: artifacts.get(Joins, Subject(unit=name)) for name in folder.estate.systems}
    named = [
        _join(name, field, target, judged.get(name), seen[name])
        for name, settings in folder.estate.systems.items()
        for field, target in settings.joins.items()
    ]
    return named + [_no_bridge(*pair, workflows) for pair, workflows in _apart(seen).items()]


def _apart(seen: Mapping[str, object]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Pairs of systems without a chain of keys between them, each once."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, joins in seen.items():
        for other, workflows in joins.unlinked.items() if isinstance(joins, Joins) else ():
            if (other, name) not in found:
                found[(name, other)] = workflows
    return found


def _no_bridge(one: str, other: str, workflows: Sequence[str]) -> Join:
    says = f"{', '.join(workflows)} lays both side by side; engagement.yaml names no key between them"
    return Join(source=one, target=other, state=State.NOT_MEASURED, says=says)


def _join(name: str, field: str, target: str, cell: Cell | None, seen: object) -> Join:
    """One key of several may be lost: each stands for itself; without an answer of its own it is as the whole question."""
    own = next((j for j in seen.joins if (j.field, j.to) == (field, target)), None) if isinstance(seen, Joins) else None
    known = cell is not None and cell.state in (State.MET, State.NOT_MET)
    if own is not None and known:
        state, says = (State.MET if own.carried and own.found else State.NOT_MET), own.says
    else:
        state, says = (cell.state, cell.title) if cell else (State.NOT_MEASURED, "not asked")
    return Join(source=f"{name}.{field}", target=target, state=state, says=says)


def _stability(described: object, drift: Artifact | Missing, vendor: Vendor | None) -> str:
    """What the description says of versions and change, and whether it changed since the last bundle."""
    return "; ".join(_steady(described, drift, vendor)) if isinstance(described, Described) else ""


def _steady(described: Described, drift: Artifact | Missing, vendor: Vendor | None) -> Iterator[str]:
    if described.api_version and len(described.api_version) <= LONGEST_VERSION:
        yield described.api_version
    ending = [op.id for op in described.operations if op.called and op.deprecated]
    if ending:
        yield f"{counted(len(ending), 'operation')} deprecated"
    if vendor and vendor.version_header:
        yield f"documented: {vendor.version_header}"
    yield "notice stated" if described.states_change_policy else "no word on changes"
    if isinstance(drift, Drift):
        broken = sum(change.breaking for change in drift.changes)
        yield f"{counted(broken, 'breaking change')} since {drift.since}" if broken else f"no break since {drift.since}"


def _notes(vendor: str) -> list[VendorNote]:
    known = vendors().get(vendor)
    return [VendorNote(**fact.model_dump()) for fact in known.facts] if known else []
