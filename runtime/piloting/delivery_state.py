"""How handoffs stand on their way to people: dead letters first, then what is late, unread, changed or not noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.escalation import conversation, notices, outbox, ticket_notes
from runtime.storage.database import Connection

Line = Mapping[str, str]


def stuck(connection: Connection) -> list[Line]:
    """Handoffs that nobody has yet, the dead ones first."""
    rows = [row for row in outbox.rows(connection) if row.state in ("waiting", "dead")]
    return [
        {
            "handoff": row.id,
            "to": row.destination,
            "state": row.state,
            "attempts": str(row.attempts),
            "next": row.next_at.isoformat() if row.state == "waiting" else "",
            "error": row.error,
        }
        for row in sorted(rows, key=lambda row: row.state != "dead")
    ]


def on_their_way(connection: Connection) -> dict[str, Any]:
    """Counts by state, and whatever a person should look at."""
    rows = outbox.rows(connection)
    counts = {state: sum(row.state == state for row in rows) for state in ("delivered", "accepted", "waiting", "dead")}
    return {
        "counts": counts,
        "by_deputy": sum(bool(row.delivered_to) and row.delivered_to == row.deputy for row in rows),
        "flaws": [{"handoff": row.id, "at": row.delivered_to, "flaw": row.flaw} for row in rows if row.flaw],
        "notes": [
            {"handoff": id, "kind": kind, "error": error} for id, kind, error in ticket_notes.given_up(connection)
        ],
        "notices": [{"handoff": id, "kind": kind, "error": error} for id, kind, error in notices.unsent(connection)],
        "with_person": [
            {"case": one.case, "handoff": one.handoff_id, "since": one.opened_at.isoformat()}
            for one in conversation.open_conversations(connection)
        ],
    }


def lines(found: Mapping[str, Any], dead: list[Line]) -> list[str]:
    """For people: one line a trouble, with what to do."""
    said = [
        f"DEAD: handoff {one['handoff']} to {one['to']} after {one['attempts']} attempts: {one['error']}"
        f" → tell its desk, then `cxready pilot deliver DIR --retry {one['handoff']}`"
        for one in dead
        if one["state"] == "dead"
    ]
    said += [
        f"stuck: handoff {one['handoff']} to {one['to']}, attempt {one['attempts']}: {one['error'] or 'not delivered yet'}"
        + (f"; next {one['next'][11:16]} UTC" if one["next"] else "")
        for one in dead
        if one["state"] != "dead"
    ]
    counts = found["counts"]
    if any(counts.values()):
        told = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
        unread = " (accepted: taken, but nothing can be read back there)" if counts["accepted"] else ""
        deputy = f"; {found['by_deputy']} by the deputy" if found["by_deputy"] else ""
        said.append(f"handoffs: {told}{deputy}{unread}")
    said += [f"changed on the way: handoff {f['handoff']} at {f['at']}: {f['flaw']}" for f in found["flaws"]]
    said += [f"not noted: {n['kind']} of handoff {n['handoff']}: {n['error']}" for n in found["notes"]]
    said += [f"not told: {n['kind']} about handoff {n['handoff']}: {n['error']}" for n in found["notices"]]
    said += [
        f"with a person: {o['case']} since {o['since'][:16]}; the agent stays silent there"
        for o in found["with_person"]
    ]
    return said
