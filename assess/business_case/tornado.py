"""Which inputs decide: the value when one alone stands at its low or high end, and its share of the rank variance.

Rank-variance share: squared Spearman correlation between an input's draws and the value's, normalised to 1 over all
inputs (Saltelli et al., Global Sensitivity Analysis, 2008, chapter 1: regression on ranks).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from assess.business_case.worth import Array, Values
from assess.case_figures import Bar, CaseInput

MOST = 12


def bars(
    inputs: Sequence[CaseInput], draws: Values, value: Array, at: Callable[[tuple[str, str], float], float]
) -> list[Bar]:
    """At most twelve bars, the widest first; inputs that are certain or change nothing have none.

    Args:
        at: the portfolio's value with one input set and all others at their likely value.
    """
    varied = [i for i in inputs if i.high > i.low]
    squared = {(i.name, i.workflow): _spearman(draws[(i.name, i.workflow)], value) ** 2 for i in varied}
    whole = sum(squared.values()) or 1.0
    found = [
        Bar(
            input=i.name,
            workflow=i.workflow,
            title=i.title,
            at_low=round(at((i.name, i.workflow), i.low)),
            at_high=round(at((i.name, i.workflow), i.high)),
            share=round(squared[(i.name, i.workflow)] / whole, 3),
            origin=i.origin,
            vendor=i.vendor,
        )
        for i in varied
    ]
    moving = [bar for bar in found if bar.at_low != bar.at_high]
    return sorted(moving, key=lambda b: (-abs(b.at_high - b.at_low), b.input, b.workflow))[:MOST]


def _spearman(a: Array, b: Array) -> float:
    """Rank correlation; 0 where one of them does not vary."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    first, second = (np.argsort(np.argsort(x)).astype(np.float64) for x in (a, b))
    return float(np.corrcoef(first, second)[0, 1])
