"""What a run would send, put together: what each gatherer wants, in order, within each system's budget.

A gatherer that no longer fits is left out there, and said so; what only uses the rest of the budget comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from probes.gather.guarded import SIGN_IN
from probes.gather.plan import DEFAULT_LIMIT, KEPT_FOR_CLEANUP, Plan, PlanLine
from runtime.estate import Estate
from runtime.systems.settings import SystemSettings

if TYPE_CHECKING:
    from probes.gather.gatherer import Gatherer


def plan(
    estate: Estate,
    gatherers: Sequence[Gatherer],
    *,
    only_system: str | None = None,
    only_probe: str | None = None,
    max_requests: int = DEFAULT_LIMIT,
    inputs: str = "",
    files: Mapping[str, str] | None = None,
    left: Iterable[PlanLine] = (),
) -> Plan:
    """The plan of a run, in the order in which it asks; a gatherer that no longer fits a system's budget is left out
    there, and said so.

    Args:
        files: digest of each place that the plan was made from.
        left: what taking back the open writes of earlier runs sends; it comes first.
    """
    from probes.gather.example_body import shown_bodies
    from probes.gather.side_effects import held_back, settled

    estate = settled(estate)
    kept = {name: n for name, s in estate.systems.items() if (n := kept_for_cleanup(s, max_requests))}
    chosen = [one for one in left if only_system in (None, one.system)]
    left_out = {f"writes on {n}": why for n, why in held_back(estate).items() if only_system in (None, n)}
    asked = list(_asked(estate, in_order(gatherers, only_probe), only_system))
    chosen = [*_sign_ins(estate, [*chosen, *(one for _, _, lines in asked for one in lines)]), *chosen]
    used = {name: sum(one.count for one in chosen if one.system == name) for name in estate.systems}
    for gatherer, system, lines in asked:
        room = max_requests - kept.get(system, 0) - used.get(system, 0)
        fitting, why = _fitting(gatherer, lines, room)
        if why:
            left_out[f"{gatherer.name} on {system}"] = why
        used[system] = used.get(system, 0) + sum(one.count for one in fitting)
        chosen += fitting
    return Plan(
        organisation=estate.organisation,
        inputs=inputs,
        files=dict(files or {}),
        tool=f"cxready {_version()}",
        only_system=only_system,
        only_probe=only_probe,
        max_requests=max_requests,
        kept={name: n for name, n in kept.items() if used.get(name)},
        lines=tuple(chosen),
        bodies=shown_bodies(estate, chosen),
        left_out=left_out,
    )


def kept_for_cleanup(settings: SystemSettings, max_requests: int) -> int:
    """Requests of a system's budget that only taking back may use."""
    return KEPT_FOR_CLEANUP if settings.writes.allowed and max_requests > 20 else 0


def _sign_ins(estate: Estate, lines: Sequence[PlanLine]) -> list[PlanLine]:
    """Tokens that a narrow plan needs without asking about signing in itself."""
    asked = {one.system for one in lines} - {one.system for one in lines if one.path == SIGN_IN}
    return [
        PlanLine(
            system=name,
            method="POST",
            path=SIGN_IN,
            operation=SIGN_IN,
            purpose=f"sign in as {holder}",
            probe="machine_auth",
            count=1,
        )
        for name, settings in estate.systems.items()
        if name in asked
        for holder, credential in settings.credentials.items()
        if credential.scheme == "oauth2"
    ]


def _asked(
    estate: Estate, gatherers: Iterable[Gatherer], only_system: str | None
) -> Iterator[tuple[Gatherer, str, list[PlanLine]]]:
    """What each gatherer wants of each system, in order; what only uses the rest of the budget comes last."""
    last: list[tuple[Gatherer, str, list[PlanLine]]] = []
    for gatherer in gatherers:
        for system, lines in _by_system(gatherer.plan(estate)).items():
            if only_system not in (None, system):
                continue
            firm = [one for one in lines if not one.spare and not gatherer.fills]
            if firm:
                yield gatherer, system, firm
            rest = [one for one in lines if one not in firm]
            last += [(gatherer, system, group) for group in _groups(gatherer, rest)]
    yield from sorted(last, key=lambda wanted: wanted[0].fills)


def _groups(gatherer: Gatherer, lines: list[PlanLine]) -> list[list[PlanLine]]:
    """What is only of use together: lines of one purpose, where the gatherer says so; else each for itself."""
    if not gatherer.whole:
        return [[one] for one in lines]
    purposes = dict.fromkeys(one.purpose for one in lines)
    return [[one for one in lines if one.purpose == purpose] for purpose in purposes]


def _fitting(gatherer: Gatherer, lines: list[PlanLine], room: int) -> tuple[list[PlanLine], str]:
    """All lines where they fit; reads are cut to what is left, writes only come together with what takes them back."""
    asked = sum(one.count for one in lines)
    if asked <= room:
        return lines, ""
    why = f"at most {asked} requests are wanted, {max(room, 0)} are left"
    fills = gatherer.fills or all(one.spare for one in lines)
    if any(one.access == "write" for one in lines) and not fills:
        return [], why
    if gatherer.whole:
        return [], ""
    fitting = []
    for one in lines:
        count = min(one.count, room)
        room -= max(count, 0)
        if count > 0:
            fitting.append(one.model_copy(update={"count": count}))
    return fitting, "" if fills else why


def in_order(gatherers: Iterable[Gatherer], only_probe: str | None = None) -> list[Gatherer]:
    """Lowest level first, then cheapest; those that the one wanted probe does not need stay out."""
    wanted = [g for g in gatherers if only_probe is None or g.level <= 1 or g.serves(only_probe)]
    return sorted(wanted, key=lambda g: (g.level, g.cost))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cxready")
    except PackageNotFoundError:
        return "from source"


def _by_system(lines: Iterable[PlanLine]) -> dict[str, list[PlanLine]]:
    found: dict[str, list[PlanLine]] = {}
    for one in lines:
        found.setdefault(one.system, []).append(one)
    return found
