"""The ledger counts by customer without keeping whose account it is: a keyed hash stands for it, with a key of the ledger's own.

A customer who is forgotten and comes back meets the same totals; nobody who lacks the ledger can tell whom they are about.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Any

MARK = "c:"
Execute = Callable[[str, Sequence[Any]], Any]


def prepare(execute: Execute) -> None:
    """Makes the key where it is absent, and replaces account numbers that an older version kept."""
    if execute("SELECT secret FROM pseudonyms", ()).fetchone() is None:
        execute("INSERT INTO pseudonyms (secret) VALUES (?)", (secrets.token_hex(32),))
    known = execute("SELECT DISTINCT customer FROM entries", ()).fetchall()
    for (customer,) in known:
        if customer and not customer.startswith(MARK):
            execute("UPDATE entries SET customer = ? WHERE customer = ?", (pseudonym(execute, customer), customer))


def pseudonym(execute: Execute, customer: str) -> str:
    """What stands for an account, `c:` and 32 hex digits (HMAC-SHA-256, RFC 2104); no account stays none.

    The key is read each time: a file that was restored is another ledger.
    """
    if not customer:
        return ""
    (secret,) = execute("SELECT secret FROM pseudonyms", ()).fetchone()
    return MARK + hmac.new(str(secret).encode(), customer.encode(), hashlib.sha256).hexdigest()[:32]
