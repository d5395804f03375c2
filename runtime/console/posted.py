"""What a browser or a program posts: read up to a bound, and no further."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

MOST_FORM = 10_000


async def body_of(request: Request, most: int) -> bytes | None:
    """The whole body; None when it has more bytes than that."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            return None
    return body


async def _form(request: Request) -> dict[str, str]:
    body = await body_of(request, MOST_FORM) or b""
    return dict(parse_qsl(body.decode("utf-8", "replace")))


Sent = Annotated[dict[str, str], Depends(_form)]
"""Fields of a URL-encoded form of at most 10,000 bytes; none of a larger one."""
