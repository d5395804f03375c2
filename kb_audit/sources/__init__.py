"""Sources: every way in which articles come in, each giving the same `Reading`."""

from __future__ import annotations

from kb_audit.sources.reading import NotRead, Reading

__all__ = ["NotRead", "Reading"]
