"""The desk assessment's answer: documents, articles, tickets and answers only. What could be, and the shortest way to know."""

from __future__ import annotations

from typing import Any

from assess.assessment import Assessment, CouldBe, Workflow
from assess.outputs.html_view import Names, titled
from assess.outputs.html_words import GATE_LABELS, counted, listed, number, spelled, upper
from runtime.gate import ORDER

SHOWN = 3


def is_desk(a: Assessment) -> bool:
    """No request reached a system: everything is declared, attested or read from files."""
    return bool(a.workflows) and not any(a.requests.values())


def desk_title(a: Assessment) -> str:
    """ "No workflow confirmed yet; three could act once 14 checks are run"."""
    reach = [(w, best) for w in a.workflows if (best := furthest(w))]
    if not reach:
        return "No workflow is confirmed, and none could be opened by measuring alone"
    top = max((best.autonomy for _, best in reach), key=ORDER.index)
    own = [(w, best) for w, best in reach if best.autonomy == top]
    checks = len({m for _, best in own for m in best.measure})
    mend = len({f for _, best in own for f in best.mend})
    then = f" and {counted(mend, 'finding', letters=True)} {'is' if mend == 1 else 'are'} closed" if mend else ""
    verb = {"act": "act", "approve": "run with approval", "observe": "be observed"}.get(top, "start")
    confirmed = [w for w in a.workflows if w.passes]
    start = f"{upper(spelled(len(confirmed)))} confirmed" if confirmed else "No workflow confirmed yet"
    return f"{start}; {spelled(len(own))} could {verb} once {counted(checks, 'check')} {'is' if checks == 1 else 'are'} run{then}"


def furthest(w: Workflow) -> CouldBe | None:
    """The highest step above today's gate."""
    return max(w.could, key=lambda c: ORDER.index(c.autonomy), default=None)


def desk_verdict(a: Assessment) -> str:
    hours = together(a)
    return (
        f"Nothing was asked of a system: what is known comes from documents, articles, tickets and answers. Confirmed level"
        f" {a.overall.confirmed}, possible {a.overall.possible}. The checks that would decide take about"
        f" {number(round(hours, 1))} hours of a person."
    )


def together(a: Assessment) -> float:
    """Hours of all measurements on the shortest lists; one that several workflows need is counted once.

    A list's hours are spread evenly over its checks: the estimate is by kind of question anyway.
    """
    each: dict[str, float] = {}
    for w in a.workflows:
        if best := furthest(w):
            for check in best.measure:
                each[check] = max(each.get(check, 0.0), best.hours / len(best.measure))
    return sum(each.values())


def desk_rows(a: Assessment) -> list[dict[str, Any]]:
    """One row a workflow: where it could get, what would have to be measured, and the hours."""
    names, rows = Names(a), []
    for w in a.workflows:
        best = furthest(w)
        checks = [names.number(m) for m in best.measure] if best else []
        shown = list(dict.fromkeys(checks))
        rows.append(
            {
                "title": titled(w),
                "gate": w.gate.autonomy,
                "could": best.autonomy if best else None,
                "label": GATE_LABELS[best.autonomy] if best else "–",
                "count": str(len(checks)) if best else "–",
                "hours": number(round(best.hours, 1)) if best else "–",
                "list": listed(shown, SHOWN + 1) or "nothing to measure",
                "mend": listed(best.mend, 4) if best and best.mend else "",
            }
        )
    return rows
