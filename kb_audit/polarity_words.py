"""Words that allow or forbid, demand or waive, affirm or deny: pattern, sign, force, and what stands in their place in `about`.

The first to match a place keeps it, so that denials stand before what they deny.
"""

from __future__ import annotations

from typing import Literal

Force = Literal["permission", "obligation", "fact"]

RULES: tuple[tuple[str, int, Force | None, str], ...] = (
    (
        r"(?:do|does)(?:n't| not) (?:need(?: to)?|have to|require)|need not|no need to|(?:is|are) "
        r"(?:purely |entirely |always )?optional|optional(?= (?:to|for)\b)|(?:is|are) (?:purely |entirely |always )?voluntary|(?:is|are)(?:n't|"
        r" not) (?:required|mandatory|necessary|"
        r"needed|obligatory)|without (?:having|needing) to", -1, "obligation", "must"),
    (r"no longer", -1, None, ""),
    (r"not reimbursed?", -1, "fact", "we pay"),
    (
        r"(?:there (?:is|are) |(?:is|are) )?(?:at )?no (?:[a-z]+ ){0,2}?(?:charges?|fees?|costs?|surcharges?)(?! for late)|(?:is |are |for )?free of charge|"
        r"without (?:any |extra )?(?:charge|fee|cost)s?|costs? (?:you |the customer )?nothing|on us", 1, "fact", "we pay"),
    (
        r"(?:must|may|shall|should) (?:not|never)|mustn't|shouldn't|(?:is|are) (?:strictly )?(?:prohibited|"
        r"forbidden|banned|disallowed)|prohibits?|forbids?|prohibited|forbidden|(?:is|are)(?:n't|"
        r" not)(?: \w+)? (?:allowed|permitted)|not (?:allowed|permitted)|disallow\w*|off limits", -1, "permission", "may"),
    (r"can ?not|can't|unable to|(?:is|are)(?:n't| not) able to|can never|can no longer|cannot", -1, "permission", "may"),
    (r"(?:it(?:'s| is) )?(?:not possible|impossible)(?: to)?", -1, "permission", "may"),
    (r"refrain(?:s)? from|(?<!to )avoid(?:s)?(?= \w+ing\b)", -1, "permission", ""),
    (r"never|under no circumstances|in no case", -1, "permission", ""),
    (r"non-?refundable|not refundable|no refunds?|not be refunded", -1, "fact", "refund"),
    (r"non-?returnable|final sale|all sales are final|not returnable", -1, "fact", "return"),
    (r"non-?transferable", -1, "fact", "transfer"),
    (r"ineligible|not eligible|not entitled|not qualify", -1, "permission", "may get"),
    (r"exclud(?:es?|ed|ing)|not includ(?:e|ed|ing)|(?:does|do|is|are|will)(?:n't| not)(?: be)? (?:cover|include)(?:ed|d)?", -1, "fact", "include"),
    (
        r"unavailable|not available|not offered|not supported|unsupported|not accept(?:ed)?|(?:do|"
        r"does)(?:n't| not) (?:accept|offer|support|provide|allow)|refuse[sd]?|reject(?:s|ed)?|"
        r"declined?", -1, "fact", "offer"),
    (r"(?:do|does|did|is|are|was|were|will|would|has|have)(?:n't| not)", -1, "fact", ""),
    (r"manually|by hand", -1, "fact", "by itself"),
    (r"unpaid", -1, "fact", "paid"),
    (r"closed", -1, "fact", "open"),
    (
        r"must|(?:is|are) (?:required|mandatory|obligatory|necessary|compulsory)|required|mandatory|"
        r"compulsory|(?:need|needs|have|has) to|shall|requires?|obligated|always", 1, "obligation", "must"),
    (
        r"can|may|(?:is|are)(?: \w+)? (?:allowed|permitted|able|free|welcome) to|(?:is|are) possible(?: to)?|(?:is|are)(?: "
        r"\w+)? (?:allowed|permitted)|allows?|permits?|allowed|permitted|able to", 1, "permission", "may"),
    (r"(?:is|are)(?: \w+)? welcome", 1, "permission", "may"),
    (r"eligible|entitled|qualif(?:y|ies)", 1, "permission", "may get"),
    (r"refundable|refunded|refunds?", 1, "fact", "refund"),
    (r"returnable|exchangeable", 1, "fact", "return"),
    (r"transferable", 1, "fact", "transfer"),
    (r"includ(?:es?|ed|ing)|covers?|covered", 1, "fact", "include"),
    (r"available|offer(?:s|ed)?|supports?|supported|accept(?:s|ed)?|provides?|provided", 1, "fact", "offer"),
    (r"automatic(?:ally)?", 1, "fact", "by itself"),
    (r"open", 1, "fact", "open"),
    (r"reimbursed?|reimburses?", 1, "fact", "we pay"),
)  # fmt: skip
