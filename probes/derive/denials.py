"""Is every denial in the decision log, with its reason, and would a change of the log be seen?"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import DenialTrial
from runtime import decision_log


def denial_trial(database: Path, denied: int, now: datetime) -> DenialTrial:
    """Compares the denials that were answered with those that were logged; tampers with a copy and looks again."""
    with closing(decision_log.connect(database)) as connection:
        rows = [row for row in decision_log.rows(connection) if row.decision in ("refuse", "escalate", "approve")]
        broken = decision_log.verify(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return DenialTrial(
        subject=Subject(unit=EVERYWHERE),
        measured_at=now,
        denied=denied,
        logged=len(rows),
        with_reason=sum(bool(row.detail.get("reason")) for row in rows),
        chain=tuple(broken),
        change_seen=_change_is_seen(database),
    )


def _change_is_seen(database: Path) -> bool:
    """On a copy: the triggers are taken away, a refusal becomes a permit."""
    copy = database.with_name("tampered.sqlite")
    shutil.copy(database, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        triggers = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE decision_log SET decision = 'act' WHERE id = (SELECT MIN(id) FROM decision_log WHERE decision = 'refuse')"
        )
        seen = bool(decision_log.verify(connection))
    copy.unlink()
    return seen
