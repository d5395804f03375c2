"""Where two claims cannot both hold: by their values, by what they allow or demand, or by the only way they leave open.

Whether they speak of the same thing at all is not asked here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb_audit.claims import Claim
from kb_audit.incompatible import far_apart, relate
from kb_audit.normal_form import written
from kb_audit.opposites import opposites
from kb_audit.payers import payer
from kb_audit.polarity import Polarity, opposed
from kb_audit.scope import Comparison
from kb_audit.values import Value

_CUES_AT_MOST = 4


@dataclass(frozen=True)
class Clash:
    """What contradicts what, in words; `agrees`: nothing does, and something agrees. `doubt`: why it may be no conflict.

    `opposites`: the two words ("keep", "return") that carry the contradiction; they say nothing of the subject.
    """

    kind: str = ""
    words: str = ""
    between: tuple[Value, ...] = ()
    agrees: bool = False
    doubt: str = ""
    conditional: bool = False
    far: bool = False
    opposites: tuple[str, str] = ("", "")

    @property
    def says(self) -> str:
        """Written out when it is asked for: most clashes are of sentences about different things."""
        return f"{' against '.join(map(written, self.between))}{self.words}"

    def across_channels(self, scope: Comparison) -> bool:
        """Whether the channels that set the scopes apart are the contradiction itself."""
        return self.kind == "channel" and scope.kinds == ("channel",)


AGREES = Clash(agrees=True)


def find_clash(a: Claim, b: Claim) -> Clash | None:
    """What in the two claims cannot both hold, or `AGREES`; `None` where nothing can be compared."""
    said = by_value(a, b) if a.values and b.values else by_polarity(a, b)
    return said or by_payer(a, b) or by_channel(a, b)


def by_value(a: Claim, b: Claim) -> Clash | None:
    """The clash of the two claims' values, each bound to its role; `None` where nothing can be compared."""
    if not (a.values and b.values):
        return None
    deontic = a.deontic and b.deontic
    if not _roles_meet(a, b):
        whole = _match([v for _, v in a.values], [v for _, v in b.values], deontic)
        return whole.clash or (AGREES if whole.agreed else None)
    conditions = _match(a.of("condition"), b.of("condition"), deontic, conditions=True)
    outcomes = _match(a.of("outcome"), b.of("outcome"), deontic)
    if outcomes.clash is not None:
        if conditions.clash is not None:
            return None
        alone = conditions.left_over and not conditions.agreed
        doubt = "only one side sets a condition" if alone else ""
        return replace(outcomes.clash, doubt=doubt)
    if conditions.clash is not None and (outcomes.agreed or not (a.of("outcome") or b.of("outcome"))):
        return replace(conditions.clash, words=" for the same outcome")
    if outcomes.agreed or conditions.agreed:
        return (by_polarity(a, b) if _both_say(a, b) else None) or AGREES
    return by_polarity(a, b) if not (a.of("outcome") and b.of("outcome")) else None


def by_polarity(a: Claim, b: Claim) -> Clash | None:
    """One side allows, demands or affirms what the other does not."""
    if a.polarity is None or b.polarity is None or max(a.polarity.cues, b.polarity.cues) > _CUES_AT_MOST:
        return None
    turned = opposites(a.text, b.text)
    if turned[0] and a.polarity.sign == b.polarity.sign:
        return Clash("permission", f"“{turned[0]}” against “{turned[1]}”", opposites=turned)
    if turned[0] or not opposed(a.polarity, b.polarity):
        return None
    if len(a.of("condition")) != len(b.of("condition")):
        return Clash("permission", f"{a.stated()} against {b.stated()}", doubt="under a condition")
    return Clash(
        "permission", _polar(a.polarity, b.polarity), conditional=a.polarity.conditional != b.polarity.conditional
    )


def by_channel(a: Claim, b: Claim) -> Clash | None:
    """One side leaves one channel open only, the other names another."""
    ways = [each.own_scope.get("channel", frozenset()) for each in (a, b)]
    if not (ways[0] and ways[1]) or ways[0] & ways[1] or a.polarity is None or b.polarity is None:
        return None
    if a.polarity.sign < 0 or b.polarity.sign < 0 or not (_narrow(a.polarity) or _narrow(b.polarity)):
        return None
    return Clash("channel", f"{' or '.join(sorted(ways[0]))} against {' or '.join(sorted(ways[1]))}")


def by_payer(a: Claim, b: Claim) -> Clash | None:
    """One cost, two payers."""
    left, right = payer(a.text), payer(b.text)
    if left is None or right is None or left.party == right.party:
        return None
    names = {"us": "the company", "them": "the customer"}
    return Clash(
        "payer", f"paid by {names.get(left.party, left.party)} against paid by {names.get(right.party, right.party)}"
    )


def _narrow(polarity: Polarity) -> bool:
    return polarity.exclusive > 0 or (polarity.force == "obligation" and polarity.cues > 0)


def _roles_meet(a: Claim, b: Claim) -> bool:
    return bool((a.of("outcome") and b.of("outcome")) or (a.of("condition") and b.of("condition")))


@dataclass(frozen=True)
class _Matched:
    agreed: int
    clash: Clash | None
    left_over: int


def _match(a: list[Value], b: list[Value], deontic: bool, *, conditions: bool = False) -> _Matched:
    """Pair off values that agree; of the rest, a clash is two comparable values that alone are left of their kind."""
    rest_a, rest_b, agreed = list(a), list(b), 0
    fits = ("same",) if conditions else ("same", "compatible")
    for x in a:
        partner = next(
            (y for y in rest_b if relate(x, y, deontic=deontic) in fits and not (conditions and _turned(x, y))), None
        )
        if partner is not None:
            rest_a.remove(x)
            rest_b.remove(partner)
            agreed += 1
    for kind in dict.fromkeys(v.kind for v in rest_a):
        left, right = [v for v in rest_a if v.kind == kind], [v for v in rest_b if v.kind == kind]
        pairs = [
            (x, y)
            for x, y in zip(left, right, strict=False)
            if relate(x, y, deontic=deontic) not in ("same", "incomparable", *fits) or (conditions and _turned(x, y))
        ]
        if pairs and len(left) == len(right):
            return _Matched(agreed, _clash(*pairs[0]), len(rest_a) + len(rest_b) - 2 * len(pairs))
    free = next(((x, y) for x in rest_a for y in rest_b if _free_against_a_share(x, y)), None)
    return _Matched(agreed, _clash(*free) if free else None, len(rest_a) + len(rest_b))


def _turned(x: Value, y: Value) -> bool:
    """ "under 50" and "over 50" are different conditions though they share the bound."""
    return x.kind == y.kind and {x.operator, y.operator} == {"at_most", "at_least"}


def _clash(x: Value, y: Value) -> Clash:
    return Clash(x.kind, between=(x, y), far=far_apart(x, y))


def _free_against_a_share(x: Value, y: Value) -> bool:
    """ "free of charge" against "a fee of 1 %"."""
    free, share = (x, y) if x.kind == "amount" else (y, x)
    return free.kind == "amount" and free.lo == free.hi == 0 and share.kind == "percentage" and share.hi > 0


def _both_say(a: Claim, b: Claim) -> bool:
    """Whether both sides are whole statements about equally many values."""
    if a.polarity is None or b.polarity is None or any(_turned(x, y) for _, x in a.values for _, y in b.values):
        return False  # "at least 80 % is needed" and "you cannot pass below 80 %" say the same
    if opposites(a.text, b.text)[0]:
        return True
    said = (a.polarity.cues > 0 and b.polarity.cues > 0) or a.polarity.predicate or b.polarity.predicate
    return bool(said) and len(a.values) == len(b.values)


def _polar(a: Polarity, b: Polarity) -> str:
    if a.sign == b.sign:
        return "one side says only some may, the other that anyone may"
    words = {
        "permission": ("allows", "does not allow"),
        "obligation": ("demands", "waives or forbids"),
        "fact": ("affirms", "denies"),
    }
    yes, no = words["obligation" if "obligation" in (a.force, b.force) else a.force]
    return f"one side {yes} what the other {no}"
