"""A signed link's token: what it holds, and whether it is one of ours and still young enough (itsdangerous, HMAC-SHA256)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

SALT = "cxready.handoff.decision"
LINK_AGE_S = 7 * 24 * 3600


def opened(token: str, keys: Sequence[str], now: datetime) -> dict[str, Any] | str:
    """What the token says, or in a sentence why it says nothing."""
    from itsdangerous import BadData

    try:
        payload, signed_at = serializer(keys).loads(token[:2_000], return_timestamp=True)
    except BadData:
        return "this link is not one of ours"
    if (
        (now - signed_at).total_seconds() > LINK_AGE_S
        or not isinstance(payload, dict)
        or not {"h", "d", "o", "p"} <= payload.keys()
    ):
        return "this link has expired"
    return payload


def stamp(keys: Sequence[str], handoff_id: str) -> str:
    """What a page carries to say when it was shown; a scanner's visit gets one of its own, which nobody sends back."""
    return str(_signer(keys).sign(handoff_id).decode())


def seconds_since(stamped: str, keys: Sequence[str], handoff_id: str, now: datetime) -> float | None:
    """Seconds between showing the page and now; None when the stamp is not ours or of another handoff."""
    from itsdangerous import BadData

    try:
        value, at = _signer(keys).unsign(stamped[:500], return_timestamp=True)
    except BadData:
        return None
    return max(0.0, (now - at).total_seconds()) if value.decode() == handoff_id else None


def _signer(keys: Sequence[str]) -> Any:
    from itsdangerous import TimestampSigner

    return TimestampSigner(list(keys), salt=f"{SALT}.shown", digest_method=hashlib.sha256, key_derivation="hmac")


def serializer(keys: Sequence[str]) -> Any:
    """Signs with the newest key, the last one; older ones still verify."""
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(
        list(keys), salt=SALT, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
