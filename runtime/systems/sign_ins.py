"""Failed sign-ins, counted for each account over all connections and runs: a third could lock it.

Windows locks an account after a few failures and forgets them after 30 minutes by default (Microsoft, Account Lockout
Policy); so a secret that failed twice is not tried again within that time, a new one is tried at once. The secret itself
is not kept: scrypt of it, with a salt of this machine (RFC 7914).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runtime.errors import BadInput, Refused

MOST_FAILED = 2
FORGOTTEN_AFTER = timedelta(minutes=30)


class SignInFailed(BadInput):
    """The token service said no to the client."""


class SignInsSpent(Refused):
    """Another try could lock the account."""


@dataclass(frozen=True)
class Account:
    """Who signs in where: `place` is the address of the token service or system, `shown` names the reference to its secret."""

    place: str
    user: str
    secret: str
    shown: str

    def __repr__(self) -> str:
        return f"Account({self.place!r}, {self.user!r})"


class SignIns:
    """Shared by all connections of a run; with a path also by all runs on this machine."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._known: dict[Account, str] = {}
        self._passed: set[Account] = set()
        self._memory = _opened(None) if path is None else None

    def check(self, account: Account, system: str) -> None:
        """Passes while another failure would be the second at most.

        Raises:
            SignInsSpent: this secret failed twice in the last 30 minutes.
        """
        with self._lock:
            if account in self._passed:
                return
            failed, last = self._failed(account)
        if failed >= MOST_FAILED:
            until = (last + FORGOTTEN_AFTER).astimezone()
            raise SignInsSpent(
                f"{failed} sign-ins as {account.user} failed; a third could lock the account",
                system,
                f"correct {account.shown} and run it again at once, or with the same value after {until:%H:%M}",
            )

    def failed(self, account: Account) -> None:
        """The account was refused; a right that is lacking after it was once accepted is no failed sign-in."""
        with self._lock:
            if account in self._passed:
                return
            count, _ = self._failed(account)
            values = (account.place, account.user, self._digest(account), count + 1, datetime.now(UTC).isoformat())
            self._run("INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?)", values)

    def passed(self, account: Account) -> None:
        """The account was accepted."""
        with self._lock:
            if account not in self._passed:
                self._passed.add(account)
                self._run("DELETE FROM failed WHERE place = ? AND user = ?", (account.place, account.user))

    def _failed(self, account: Account) -> tuple[int, datetime]:
        sql = "SELECT count, at FROM failed WHERE place = ? AND user = ? AND digest = ?"
        rows = self._run(sql, (account.place, account.user, self._digest(account)))
        now = datetime.now(UTC)
        if not rows:
            return 0, now
        at = datetime.fromisoformat(rows[0][1])
        return (int(rows[0][0]), at) if now - at < FORGOTTEN_AFTER else (0, now)

    def _digest(self, account: Account) -> str:
        if account not in self._known:
            salt = bytes.fromhex(self._run("SELECT value FROM salt", ())[0][0])
            self._known[account] = hashlib.scrypt(account.secret.encode(), salt=salt, n=2**14, r=8, p=1).hex()
        return self._known[account]

    def _run(self, sql: str, values: tuple[object, ...]) -> list[tuple[str, ...]]:
        try:
            if self._memory is not None:
                with self._memory:
                    return self._memory.execute(sql, values).fetchall()
            with closing(_opened(self._path)) as connection, connection:
                return connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise Refused(
                f"failed sign-ins cannot be counted ({error}); nothing was sent",
                str(self._path or ""),
                "free some disk space, then run the command again",
            ) from None


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path or ":memory:", timeout=30, check_same_thread=False)
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS salt (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT)")
        connection.execute("INSERT OR IGNORE INTO salt VALUES (1, ?)", (os.urandom(16).hex(),))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS failed (place TEXT, user TEXT, digest TEXT, count INTEGER, at TEXT, "
            "PRIMARY KEY (place, user, digest))"
        )
    return connection
