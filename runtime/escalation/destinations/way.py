"""The way to destinations that are no system of the engagement: whom to trust, which proxy, which secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.systems.settings import Network


@dataclass(frozen=True)
class Way:
    """How destinations without a system of the engagement are reached."""

    network: Network = field(default_factory=Network)
    folder: Path = Path()
    secrets: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
