"""What an article claims, by place, and what came of each claim: `cxready explain DIR return-a-device.md`.

The bundle holds places, values and verdicts; the words stand in the article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from assess.judge import Verdict
from kb_audit.claims_kept import ClaimKept, ClaimsKept, VerdictKept
from probes.finding import EVERYWHERE, Subject
from probes.wording import counted


def claim_lines(verdict: Verdict, thing: str) -> list[str]:
    """Lines of the article named `thing`, or of its claim at one character (`return.md:120`); empty where there is none."""
    kept = verdict.artifacts.get(ClaimsKept, Subject(unit=EVERYWHERE))
    if not isinstance(kept, ClaimsKept):
        return []
    name, _, at = thing.rpartition(":") if thing.rpartition(":")[2].isdecimal() else (thing, "", "")
    told = [n for n, c in enumerate(kept.claims) if c.article == name and (not at or c.start <= int(at) < c.end)]
    if not told:
        return []
    pairs = _by_claim(kept.verdicts)
    left = f" ({kept.claims_left_out} claims of all articles are not in the bundle)" if kept.claims_left_out else ""
    return [f"{thing}: {counted(len(told), 'claim')}{left}", *(x for n in told for x in _one(kept.claims, n, pairs[n]))]


def _by_claim(verdicts: Sequence[VerdictKept]) -> dict[int, list[VerdictKept]]:
    found: dict[int, list[VerdictKept]] = defaultdict(list)
    for each in verdicts:
        found[each.a].append(each)
        found[each.b].append(each)
    return found


def _one(claims: Sequence[ClaimKept], number: int, pairs: Sequence[VerdictKept]) -> Iterator[str]:
    claim = claims[number]
    yield f"   characters {claim.start}–{claim.end}: {claim.says}"
    for pair in pairs:
        other = claims[pair.b if pair.a == number else pair.a]
        why = f": {pair.why}" if pair.why else ""
        yield f"      {pair.verdict} with {other.article}:{other.start} ({other.says}), likeness {pair.similarity:.2f}{why}"
