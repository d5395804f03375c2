"""What a handoff drill may send: which ticket systems it drills, how many records each gets, and the upper bounds."""

from __future__ import annotations

from probes.gather.drill import decide_operation, drillable
from probes.gather.drill_destination import Fault
from probes.gather.plan import PlanLine, line, surface_of
from runtime.escalation import routes
from runtime.escalation.destinations.generic_rest import alerts_operation
from runtime.estate import Estate
from runtime.systems.surface import Surface

FAULTS: tuple[tuple[Fault, int], ...] = (
    ("refused", 1),
    ("answer lost", 1),
    ("200 with an error", 1),
    ("killed after sending", 1),
)


IN_DOUBT = len(FAULTS) - 1  # looked for before they are sent again, and once more for late duplicates


MOST_PLAIN = 4  # further queues that get a handoff of their own


ALERT_PAUSES_S = (2.0, 4.0, 8.0, 16.0, 30.0)  # together a minute


ALERT_LOOKS = len(ALERT_PAUSES_S) + 1


def groups(estate: Estate) -> dict[tuple[str, str], list[str]]:
    """Routes by the system and the operation that their destination creates records with."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, route in estate.escalation.routes.items():
        settings = estate.escalation.destinations.get(route.destination)
        if settings is not None:
            found.setdefault((settings.system or settings.kind, settings.create or settings.kind), []).append(name)
    return found


def plan(estate: Estate) -> list[PlanLine]:
    """Upper bounds of what the drill sends, by system."""
    lines: list[PlanLine] = []
    for names in groups(estate).values():
        route = estate.escalation.routes[names[0]]
        settings = estate.escalation.destinations[route.destination]
        if settings.kind != "ticket" or not drillable(estate, route.destination):
            continue
        queues = queues_of(estate, names)
        many = 3 + len(FAULTS) + len(plain_queues(queues))
        swept = settings.connector == "request_tracker"
        stays_away = any(estate.escalation.routes[n].deputy for n in names)
        lines += _lines(
            estate,
            settings,
            {
                "create": many,
                "read": many if swept else many + 2,
                "find": many + 2 * IN_DOUBT + stays_away + 2 if swept else 2 * many + 6,
                "close": many,
                "comment": 1,
                "alerts": len(queues),
            },
        )
        again = _lines(estate, settings, {"alerts": ALERT_LOOKS - 1})
        lines += [one.model_copy(update={"spare": True, "purpose": f"{one.purpose}, once more"}) for one in again]
        decide = decide_operation(estate, settings)
        if decide and estate.systems[settings.system or ""].attack_probes:
            lines.append(
                line(
                    settings.system or "",
                    surface_of(estate, settings.system or "").operations[decide],
                    "the agent's own credential may not decide",
                    "escalation.return_path",
                )
            )
        deputy = next((estate.escalation.routes[n].deputy for n in names if estate.escalation.routes[n].deputy), None)
        if deputy and drillable(estate, deputy):
            lines += _lines(
                estate, estate.escalation.destinations[deputy], {"create": 1, "read": 1, "find": 3, "close": 1}
            )
    return lines


def _lines(estate: Estate, settings: routes.Destination, counts: dict[str, int]) -> list[PlanLine]:
    if not settings.system:
        return []
    surface = surface_of(estate, settings.system)
    found = []
    for role, count in counts.items():
        name = alerts_operation(settings, surface) if role == "alerts" else getattr(settings, role)
        operation = surface.operations.get(name or "")
        if operation:
            found.append(
                line(
                    settings.system,
                    operation,
                    f"handoff drill: {role}",
                    "escalation.delivered",
                    count,
                    settings.close if role == "create" else None,
                )
            )
    if settings.connector == "request_tracker":
        found += _of_request_tracker(settings.system, surface, counts)
    return found


def _of_request_tracker(system: str, surface: Surface, counts: dict[str, int]) -> list[PlanLine]:
    """RT keeps a ticket's text in attachments and its notifications in the history."""
    base = "/REST/2.0" if any(op.path.startswith("/REST/2.0") for op in surface.operations.values()) else ""
    many = {"attachments": counts.get("read", 0), "history": counts.get("alerts", 0)}
    return [
        PlanLine(
            system=system,
            method="GET",
            path=f"{base}/ticket/{{id}}/{part}",
            purpose=f"handoff drill: {part}",
            probe="escalation.delivered",
            count=count,
        )
        for part, count in many.items()
        if count
    ]


def queues_of(estate: Estate, names: list[str]) -> list[str]:
    """One route for each destination of the group."""
    return list({estate.escalation.routes[name].destination: name for name in reversed(names)}.values())[::-1]


def plain_queues(queues: list[str]) -> list[str]:
    """Queues that none of the other drills reaches."""
    return queues[3 + len(FAULTS) :][:MOST_PLAIN]
