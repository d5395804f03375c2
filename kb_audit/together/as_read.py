"""How a claim is put to the reader of two sentences."""

from __future__ import annotations

import re

from kb_audit.claims import Claim

_NAMES = re.compile(r"[^\W\d_]{3}|[^\x00-\x7f]")


def as_read(claim: Claim) -> str:
    """A sentence with the heading it stands under, which often names its subject; "B", "3.1" and the like name nothing."""
    heading = claim.path[-1] if claim.path else ""
    return f"{heading}: {claim.text}" if _NAMES.search(heading) else claim.text
