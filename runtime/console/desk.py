"""Where the console stands: its own address, and the link that signs in the person who started it, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from runtime.errors import BadInput


@dataclass
class Desk:
    """`origin` is what browsers reach it under: the loopback port, or the reverse proxy in front of it."""

    person: str
    origin: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise BadInput(
                f"{self.origin!r} is no address of a console", "--address", "write https://pilot.example.org"
            )
        self.origin = f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def link(self) -> str:
        """The address that signs the person in, once."""
        return f"{self.origin}/enter?key={self.key}"
