"""The verdict after two sentences were read together: it finds what rules have no word for, and lowers what they took for one rule.

A doubt that can be pointed at (kb_audit.doubts) makes it a possible conflict only, unless the reading is sure; one that lies in where
the sentences stand always does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb_audit.claims import Claim
from kb_audit.clashes import Clash, find_clash
from kb_audit.conflicts import Compared, Pair, ToldBy
from kb_audit.doubts import doubt, doubt_of_place
from kb_audit.judgement import Judgement
from kb_audit.kept import LastRun
from kb_audit.together.as_read import as_read
from kb_audit.together.evidence import needed
from kb_audit.together.reader import Reader
from kb_audit.together.shortlist import shortlist
from runtime.understanding.encode import Encode

KEPT, SKIMMED = 0.20, 0.08
SURE, OVERRULES = 0.8, 0.9
"""Surer than this, a reading overrules doubts about what the sentences say, and that the rules saw agreement or another scope."""
MANY = 5
CONFLICT = 0


def read_together(
    reader: Reader,
    claims: Sequence[Claim],
    compared: Compared,
    encode: Encode,
    last: LastRun | None = None,
) -> Compared:
    """The pairs with what was read of them; `read` counts them. `last`: what the last run kept."""
    if not claims:
        return compared
    chosen = shortlist(claims, encode, compared.pairs, last=last)
    texts = [(as_read(claims[a]), as_read(claims[b])) for a, b, _ in chosen]
    told = reader.skim(texts)
    if again := [n for n in range(len(chosen)) if told[n, CONFLICT] >= SKIMMED]:
        told[again] = (reader.read([texts[n] for n in again]) + reader.read([texts[n][::-1] for n in again])) / 2
    known = {(pair.a, pair.b): pair for pair in compared.pairs}
    sentences = ToldBy(claims)
    for (a, b, near), likely in zip(chosen, told[:, CONFLICT].tolist(), strict=True):
        before = known.get((a, b))
        after = _verdict(claims[a], claims[b], before.judgement if before else None, likely, len(chosen))
        if after:
            known[(a, b)] = Pair(
                a,
                b,
                before.similarity if before else near,
                sentences.unless_one_tells_both(after, claims[a], claims[b]),
            )
    pairs = _unless_many_alike([known[key] for key in sorted(known)], compared.pairs)
    return replace(compared, pairs=tuple(pairs), read=len(chosen))


def _verdict(a: Claim, b: Claim, before: Judgement | None, likely: float, read: int) -> Judgement | None:
    """`None`: what was said of them stays. `likely`: how likely they contradict each other, as read, 0..1; `read`: how many pairs were."""
    if before and before.verdict == "conflict":
        if likely >= KEPT:
            return None
        return Judgement("possible", f"{before.why}; read together they need not speak of one thing", before.kind)
    if likely < SKIMMED or (before and before.verdict in ("agree", "scope") and likely < OVERRULES):
        return None
    clash = find_clash(a, b)
    if likely < needed(a, b, clash, read):
        return None
    found = clash if clash and not clash.agrees else Clash("permission", "each says what the other rules out")
    why = doubt(a, b, found) if likely < SURE else doubt_of_place(a, b)
    if why:
        return before or Judgement("possible", f"{found.says}; {why}", found.kind)
    return Judgement("conflict", f"{found.says} (read together)", found.kind)


def _unless_many_alike(pairs: Sequence[Pair], by_rules: Sequence[Pair]) -> Iterator[Pair]:
    """A sentence against five others, which stand against one another too, is one of many alike ("Level 3: at least six years …"),
    each of a thing of its own; one that stands alone against many that agree is the very thing that is looked for."""
    clashing = {(pair.a, pair.b) for pair in (*pairs, *by_rules) if pair.judgement.verdict == "conflict"}
    against = Counter(n for pair in clashing for n in pair)
    for pair in pairs:
        said = pair.judgement
        if said.verdict == "conflict" and _among_many(against[pair.a], against[pair.b]):
            why = f"{said.why}; one side stands against many like it, each of another thing"
            yield replace(pair, judgement=Judgement("possible", why, said.kind))
        else:
            yield pair


def _among_many(one: int, other: int) -> bool:
    return max(one, other) >= MANY and min(one, other) > 1
