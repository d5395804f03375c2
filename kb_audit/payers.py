"""Who pays: two sentences about one cost that name different payers contradict each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_US = frozenset(
    [
        "we",
        "us",
        "our",
        "seller",
        "merchant",
        "provider",
        "supplier",
        "company",
        "retailer",
        "store",
        "shop",
        "insurer",
        "bank",
        "carrier",
        "business",
        "vendor",
    ]
)
_THEM = frozenset(
    [
        "you",
        "your",
        "customer",
        "buyer",
        "client",
        "user",
        "subscriber",
        "policyholder",
        "purchaser",
        "shopper",
        "consumer",
        "guest",
        "member",
        "cardholder",
        "patient",
        "passenger",
    ]
)
_PARTY = (
    r"(?P<{0}>we|us|you|(?:the |our |each )?(?:[a-z-]+ )?(?:sellers?|merchants?|providers?|suppliers?|company|retailers?|store|shop|insurers?|bank|"
    r"carriers?|vendors?|customers?|buyers?|"
    r"clients?|users?|subscribers?|policyholders?|purchasers?|shoppers?|consumers?|guests?|members?|cardholders?|patients?|passengers?|recipients?|senders?|landlords?|tenants?|"
    r"owners?|employers?|employees?|airlines?|manufacturers?|parents?|students?|drivers?|lessors?|lessees?))"
)
_PAYS = re.compile(
    rf"\b{_PARTY.format('a')}\s+(?:will |must |shall |(?:have|has) to |need(?:s)? to |always |usually )?(?:pays?|bears?|covers?|meets?|"
    rf"reimburses?)\s+(?:for |(?:all |any )?(?:the |your )?(?:full )?costs? (?:of|for) )?"
    rf"(?!\d|[$€£]|up to|a fee|more|less|nothing|extra|attention)|"
    rf"\b(?:(?:is|are|be|being) )?(?:paid|borne|covered|met|reimbursed) (?:for )?by {_PARTY.format('b')}\b|"
    rf"\bat (?P<c>our|your|(?:the )?[a-z]+(?:'s|s')) (?:own )?(?:expense|cost)\b|"
    r"\b(?:is|are) (?P<d>our|your|the [a-z]+(?:'s|s')) responsibility\b|"
    r"(?P<free>\b(?:is |are |for )?free of charge\b|\b(?:is|are) (?:completely |always )?free(?=[.,;]|$| for\b)|\bat no (?:extra |"
    r"additional )?(?:cost|charge)\b|\bprepaid (?:return )?label\b|\bcosts? (?:you )?nothing\b|\bon us\b)",
    re.I,
)
_MAY_PAY = re.compile(
    r"\b(?:pays?|paid|prepaid|bears?|borne|cover(?:s|ed)?|meets?|met|reimburse[sd]?|expense|costs?|responsibility|free|charge|us)\b",
    re.I,
)


@dataclass(frozen=True)
class Payer:
    """`party` is "us" (who offers), "them" (who buys), or the noun; `rest` is the sentence without it."""

    party: str
    rest: str


@lru_cache(maxsize=200_000)
def payer(text: str) -> Payer | None:
    """Who pays, by the first phrase that says so; what is free is paid by who offers it."""
    match = _PAYS.search(text) if _MAY_PAY.search(text) else None
    if match is None:
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if match["free"]:
        return Payer("us", rest)
    said = next(match[name] for name in "abcd" if match[name])
    noun = said.lower().removesuffix("'s").split()[-1].rstrip("s'") if said.lower() != "us" else "us"
    return Payer("us" if noun in _US else "them" if noun in _THEM else noun, rest)
