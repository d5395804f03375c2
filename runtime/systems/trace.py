"""Every request and answer of a run, redacted, in one SQLite file on the collecting machine.

Secrets and personal data are taken out before a row is written; digests of the sent and received bodies stay, so that
a row can be
matched with a system's own log.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from runtime.errors import BadInput, Refused
from runtime.redaction import Redactor
from runtime.systems.exchange import Exchange

SCHEMA = 1
LARGEST_KEPT = 20_000


class Trace:
    """Appends exchanges; shared by all systems of a run and by their threads.

    Args:
        path: file, created when missing; None keeps the rows in memory.
        redactor: knows the run's secrets; by default one whose pseudonyms go on where an earlier trace in this file
            stopped.
    """

    def __init__(self, path: Path | None, *, redactor: Redactor | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = _opened(path)
        self.redactor = redactor or Redactor(key=self._key())
        self._last = int(self._connection.execute("SELECT COALESCE(MAX(n), 0) FROM exchanges").fetchone()[0])

    @classmethod
    def memory(cls) -> Trace:
        return cls(None)

    def next_number(self) -> int:
        """The number of the exchange that is about to happen; numbers go on over restarts."""
        with self._lock:
            self._last += 1
            return self._last

    def sending(self, exchange: Exchange) -> None:
        """Writes a request before it goes out, so that one whose run is killed meanwhile stands in the log too.

        Raises:
            Refused: the log cannot be written; the request must not be sent.
        """
        try:
            self.record(exchange)
        except sqlite3.Error as error:
            raise Refused(
                f"the evidence log cannot be written ({error}); nothing was sent",
                exchange.system,
                "free some disk space, then run the command again",
            ) from None

    def record(self, exchange: Exchange) -> None:
        """Writes one exchange, redacted; the answer takes the place of what `sending` wrote."""
        values = _values(exchange, self.redactor)
        marks = ", ".join("?" for _ in values)
        sql = f"INSERT OR REPLACE INTO exchanges ({', '.join(values)}) VALUES ({marks})"  # noqa: S608
        with self._lock, self._connection:
            self._connection.execute(sql, tuple(values.values()))

    def rows(self, run: str | None = None) -> list[dict[str, Any]]:
        """Every exchange in order; headers and bodies are JSON values again."""
        where, values = ("WHERE run = ?", (run,)) if run is not None else ("", ())
        with self._lock:
            found = self._connection.execute(f"SELECT * FROM exchanges {where} ORDER BY n", values).fetchall()  # noqa: S608
        return [{k: json.loads(row[k]) if k in _JSON and row[k] else row[k] for k in row.keys()} for row in found]  # noqa: SIM118

    def counts(self, run: str | None = None) -> dict[str, int]:
        """Requests sent by system."""
        where, values = ("WHERE run = ?", (run,)) if run is not None else ("", ())
        sql = f"SELECT system, COUNT(*) FROM exchanges {where} GROUP BY system ORDER BY system"  # noqa: S608
        with self._lock:
            return {system: int(n) for system, n in self._connection.execute(sql, values)}

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _key(self) -> bytes:
        """The pseudonyms' key stays beside the trace, on this machine."""
        with self._lock, self._connection:
            fresh = Redactor().key.hex()
            self._connection.execute("INSERT OR IGNORE INTO about VALUES ('pseudonym key', ?)", (fresh,))
            found = self._connection.execute("SELECT value FROM about WHERE name = 'pseudonym key'").fetchone()[0]
        return bytes.fromhex(found)


_JSON = ("sent_headers", "sent", "headers", "body")


def _values(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    return {
        "n": exchange.n,
        "at": exchange.at.isoformat(),
        "run": exchange.why.run,
        "probe": exchange.why.probe,
        "purpose": exchange.why.purpose,
        "system": exchange.system,
        "holder": exchange.holder,
        "operation": exchange.operation,
        "method": exchange.method,
        "url": redactor.text(exchange.url),
        "path_template": exchange.path_template,
        "status": exchange.status,
        "seen": exchange.seen.value,
        "elapsed_ms": round(exchange.elapsed_ms, 3),
        "sent_headers": _kept(exchange.sent_headers, redactor),
        "sent": _kept(exchange.sent, redactor),
        "sent_digest": exchange.sent_digest or _digest(exchange.sent),
        "headers": _kept(exchange.headers, redactor),
        "body": _kept(exchange.body, redactor),
        "body_digest": exchange.body_digest or _digest(exchange.body),
        "error": redactor.text(exchange.error),
        "location": redactor.text(exchange.location),
    }


def _kept(value: Any, redactor: Redactor) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and len(value) > LARGEST_KEPT:
        value = value[:LARGEST_KEPT]
    text = json.dumps(redactor.redact(value), ensure_ascii=False, default=str)
    return (
        text
        if len(text) <= LARGEST_KEPT * 2
        else json.dumps(f"‹{len(text):,} characters, kept as digest only›", ensure_ascii=False)
    )


def _digest(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path or ":memory:", timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute("INSERT OR IGNORE INTO about VALUES ('schema', ?)", (str(SCHEMA),))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS exchanges (n INTEGER PRIMARY KEY, at TEXT, run TEXT, probe TEXT, purpose TEXT, system TEXT, "
            "holder TEXT, operation TEXT, method TEXT, url TEXT, path_template TEXT, status INTEGER, seen TEXT, elapsed_ms REAL, "
            "sent_headers TEXT, sent TEXT, sent_digest TEXT, headers TEXT, body TEXT, body_digest TEXT, error TEXT, location TEXT)"
        )
    found = int(connection.execute("SELECT value FROM about WHERE name = 'schema'").fetchone()[0])
    if found > SCHEMA:
        raise BadInput(f"the trace has schema {found}; this version reads {SCHEMA}", str(path), "update cxready")
    return connection
