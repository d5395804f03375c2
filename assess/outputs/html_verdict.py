"""The report's first sentences: headline and verdict, made from gates and findings alone."""

from __future__ import annotations

from assess.assessment import Assessment, Workflow
from assess.outputs.html_coverage import coverages, known
from assess.outputs.html_view import Names, titled
from assess.outputs.html_words import (
    counted,
    line,
    listed,
    spelled,
    upper,
)
from runtime.gate import ORDER
from runtime.systems.settings import Autonomy

GATES: tuple[Autonomy, ...] = tuple(reversed(ORDER))


def headline(a: Assessment) -> str:
    """The cover's sentence: how many workflows may be piloted."""
    passing, whole = sum(w.passes for w in a.workflows), len(a.workflows)
    if not any(known(c) for c in coverages(a).values()):
        return "Nothing is measured yet: no workflow can go live"
    if not whole:
        return "No workflow has been named yet"
    if passing == whole:
        return f"{'All ' + spelled(whole) + ' workflows' if whole > 1 else 'The one workflow'} can go live"
    if not passing:
        return f"None of {counted(whole, 'workflow', letters=True)} can go live yet"
    return f"{upper(spelled(passing))} of {counted(whole, 'workflow', letters=True)} can go live"


def verdict(a: Assessment) -> str:
    """Two or three sentences: gates by name, and the first reason for each that does not pass."""
    names, said = Names(a), []
    by_gate = {g: [w for w in a.workflows if w.gate.autonomy == g] for g in GATES}
    if act := by_gate["act"]:
        said.append(f"{upper(listed([titled(w).lower() for w in act], 3))} may act alone within proved limits")
    if approve := by_gate["approve"]:
        said.append(f"{upper(listed([titled(w).lower() for w in approve], 3))} may run with a person’s approval")
    sentences = [". ".join(said) + "."] if said else []
    if observe := by_gate["observe"]:
        sentences.append(
            f"{upper(listed([titled(w).lower() for w in observe], 3))} may only be observed{_because(observe, names)}."
        )
    if blocked := by_gate["blocked"]:
        sentences.append(
            f"{upper(listed([titled(w).lower() for w in blocked], 3))} {'stays' if len(blocked) == 1 else 'stay'}"
            f" blocked{_because(blocked, names)}."
        )
    return " ".join(sentences) or "No workflow is named in goals.yaml, so there is nothing that could be opened."


def _because(workflows: list[Workflow], names: Names) -> str:
    found = next((f for w in workflows for e in w.gate.held_by if (f := names.finding(e))), None)
    return (
        f": {line(found.title, 72).rstrip('.')[:1].lower()}{line(found.title, 72).rstrip('.')[1:]} ({found.number})"
        if found
        else ""
    )
