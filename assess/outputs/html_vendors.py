"""Appendix F: what the vendors of recognised systems document. A claim with its page, never a measurement."""

from __future__ import annotations

from assess.assessment import Assessment
from assess.outputs.html_view import Section
from assess.outputs.html_words import counted, human, line, listed, upper


def vendors(a: Assessment) -> list[Section]:
    """One section where a vendor was recognised, else none."""
    known = [s for s in a.systems if s.vendor and s.vendor_says]
    if not known:
        return []
    names = list(dict.fromkeys(line(s.vendor, 30) for s in known))
    groups = [
        (
            f"{line(s.vendor, 40)} ({line(s.name, 40)})",
            [(upper(human(n.about)), line(n.says, 220), n) for n in s.vendor_says],
        )
        for s in known
    ]
    title = (
        f"{listed(names, 4)} by their own documentation" if len(names) > 1 else f"{names[0]} by its own documentation"
    )
    facts = sum(len(s.vendor_says) for s in known)
    lede = (
        f"{upper(counted(facts, 'fact', letters=True))} in our words, each with its page. None was tried against the vendor’s"
        " live service, and none moves a level."
    )
    return [
        Section(
            "vendors",
            "F · What vendors document",
            line(title, 150),
            lede,
            "vendors",
            "What vendors document",
            "appendix",
            {"groups": groups},
        )
    ]
