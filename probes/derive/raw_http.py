"""Sends an HTTP request byte for byte, so that attacks reach the proxy as they were written."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class RawAnswer:
    """Status 0: the connection ended without an answer."""

    status: int
    decision: str
    body: Any

    @property
    def passed(self) -> bool:
        return 200 <= self.status < 300


def send(
    url: str, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes, *, gives_up: bool = False
) -> RawAnswer:
    """One request on one connection; 30 seconds of patience, for a busy machine is no answer.

    Args:
        gives_up: the sender closes its side at once: for a body that is shorter than its head says.
    """
    place = urlsplit(url)
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    raw = b""
    try:
        with socket.create_connection((str(place.hostname), place.port or 80), timeout=30) as connection:
            connection.sendall(head.encode("utf-8") + body)
            if gives_up:
                connection.shutdown(socket.SHUT_WR)
            while not _is_whole(raw) and (part := connection.recv(65_536)):
                raw += part
    except OSError:
        pass  # a connection that is cut after the answer, or instead of it
    return _read(raw)


def _is_whole(raw: bytes) -> bool:
    """Whether the answer is there to its end, by its Content-Length."""
    head, end, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


def _read(raw: bytes) -> RawAnswer:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    decision = next(
        (line.partition(":")[2].strip() for line in lines[1:] if line.lower().startswith("x-cxready-decision:")), ""
    )
    try:
        return RawAnswer(status, decision, json.loads(body))
    except ValueError:
        return RawAnswer(status, decision, body.decode("utf-8", "replace"))
