"""What was said before, bounded: a handoff carries how much there was and its digest, never thousands of lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from runtime.escalation.form import Transcript

SHOWN = 6
LONGEST_TURN = 20_000


def transcript_of(case: Mapping[str, Any]) -> Transcript:
    """Number of turns and digest of all that was said; `turns` of a case are `{who, text}`, oldest first, its message
    is the last one.
    """
    turns = [turn for turn in case.get("turns") or () if isinstance(turn, Mapping)]
    said = [*(f"{turn.get('who', '')}: {turn.get('text', '')}" for turn in turns), str(case.get("message", ""))]
    link = str(case.get("transcript_link") or "")
    return Transcript(turns=len(said), last=min(SHOWN, len(said)), digest=digest(*said), link=link[:500])


def digest(*texts: str) -> str:
    """`sha256:…` of texts in order, each bounded; the same texts give the same digest."""
    return "sha256:" + hashlib.sha256(_joined(texts)).hexdigest()


def _joined(texts: Iterable[str]) -> bytes:
    return "\x1e".join(text[:LONGEST_TURN] for text in texts).encode("utf-8", "replace")
