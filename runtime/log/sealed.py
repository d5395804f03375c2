"""What the decision log says of a customer is sealed with a key of the case; erasing the key erases the words, and the chain still holds.

Arguments and the telling parts of a row are kept as AES-256-GCM text (NIST SP 800-38D), a key for each case, so that a log that
nothing may be taken out of can forget (GDPR Art. 17). What the next assessment needs stays open: step, decision, rule, outcome,
figures. Backups hold keys as well: erased is what no backup of the database brings back.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.storage.database import Connection

MARK = "sealed"
FORGOTTEN = {"forgotten": True}
OPEN = frozenset(
    {"outcome", "rule", "policy", "status", "key", "intent", "category", "confidence", "frustration", "language", "proposed",
     "asked", "read", "not_read", "near_miss", "mode", "passed", "handoff", "route", "by", "way", "would"}
)  # fmt: skip
_NONCE = 12


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS log_keys (run TEXT PRIMARY KEY, customer TEXT NOT NULL, key TEXT NOT NULL)"
    )


def begin(connection: Connection, run: str, customer: str) -> None:
    """From now on rows of this case are sealed. The first key stays."""
    if run and customer:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        connection.execute("INSERT INTO log_keys VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING", (run, customer, key))


def keys(connection: Connection, runs: Iterable[str] | None = None) -> dict[str, bytes]:
    """Run → key, of those runs or of all."""
    if runs is None:
        found = connection.execute("SELECT run, key FROM log_keys").fetchall()
    else:
        found = [
            row
            for run in set(runs)
            for row in connection.execute("SELECT run, key FROM log_keys WHERE run = ?", (run,)).fetchall()
        ]
    return {str(run): base64.b64decode(key) for run, key in found}


def runs_of(connection: Connection, customer: str) -> list[str]:
    """The customer's cases whose rows can still be read."""
    found = connection.execute("SELECT run FROM log_keys WHERE customer = ?", (customer,)).fetchall()
    return [str(row[0]) for row in found]


def forget(connection: Connection, runs: Iterable[str]) -> int:
    """Erases the keys of cases; gives how many rows can be read no more."""
    rows = 0
    for run in runs:
        if connection.execute("DELETE FROM log_keys WHERE run = ?", (run,)).rowcount:
            rows += int(connection.execute("SELECT COUNT(*) FROM decision_log WHERE run = ?", (run,)).fetchone()[0])
    return rows


def expire(connection: Connection, *, now: datetime, days: int) -> int:
    """Erases the keys of cases that nothing was written about for the retention; gives how many."""
    until = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    return connection.execute(
        "DELETE FROM log_keys WHERE run IN (SELECT run FROM decision_log GROUP BY run HAVING MAX(at) < ?)", (until,)
    ).rowcount


def seal(
    key: bytes | None, run: str, arguments: Mapping[str, Any], detail: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arguments and detail as they are kept; unchanged for a row that is about no customer."""
    if key is None:
        return dict(arguments), dict(detail)
    inside = {name: value for name, value in detail.items() if name not in OPEN}
    left = {name: value for name, value in detail.items() if name in OPEN}
    return (
        {MARK: _closed(key, run, arguments)} if arguments else {},
        {**left, MARK: _closed(key, run, inside)} if inside else left,
    )


def unseal(
    key: bytes | None, run: str, arguments: Mapping[str, Any], detail: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """As they were written; `{"forgotten": true}` in place of what was erased."""
    left = {name: value for name, value in detail.items() if name != MARK}
    return (
        _inside(key, run, arguments[MARK]) if MARK in arguments else dict(arguments),
        {**left, **_inside(key, run, detail[MARK])} if MARK in detail else left,
    )


def _closed(key: bytes, run: str, value: Mapping[str, Any]) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(dict(value), sort_keys=True, ensure_ascii=False, default=str).encode()
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, run.encode())).decode()


def _inside(key: bytes | None, run: str, sealed: Any) -> dict[str, Any]:
    """Text that does not open was changed: the chain says so, and here it is as good as gone."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if key is None:
        return dict(FORGOTTEN)
    try:
        raw = base64.b64decode(str(sealed), validate=True)
        return dict(json.loads(AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], run.encode())))
    except (InvalidTag, ValueError):
        return {"unreadable": True}
