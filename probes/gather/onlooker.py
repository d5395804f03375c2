"""Who is told how a run goes on."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, str, int, int], None]
"""Called with system, what is being asked, requests used, requests allowed."""


def silent(system: str, asking: str, used: int, allowed: int) -> None:
    """The progress of a run that nobody watches."""
