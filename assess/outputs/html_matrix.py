"""A page a system: what its document promises against what was seen, and what an agent reads of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assess.assessment import Assessment
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import counted, human, line, listed, number, spelled, upper
from probes.derive.agent_fitness import Alike
from probes.derive.matrix_cells import Matrix, MatrixCell, Verdict
from probes.gather.promises import Property

NAMES: dict[Property, str] = {
    "schema": "Schema",
    "status": "Status codes",
    "errors": "Error shape",
    "paging": "Paging",
    "repeat": "Same key once",
    "etag": "ETag, If-Match",
    "write": "Write sticks",
    "partial": "Partial update",
    "delete": "Delete",
    "auth": "Sign-in",
    "limits": "Request limits",
    "throttling": "Throttling",
    "deprecation": "End of life",
    "latency": "Speed",
    "events": "Events",
}
MARKS: dict[Verdict, str] = {
    "agreed": "met",
    "contradicted": "not_met",
    "undocumented": "undocumented",
    "neither": "neither",
    "not_measured": "not_measured",
}
WORDS: dict[Verdict, str] = {
    "agreed": "agreed",
    "contradicted": "contradicted",
    "undocumented": "undocumented",
    "neither": "neither promised nor there",
    "not_measured": "not measured",
}
COLUMNS: tuple[tuple[str, tuple[Property, ...]], ...] = (
    ("Schema", ("schema",)),
    ("Status", ("status",)),
    ("Errors", ("errors",)),
    ("Paging", ("paging",)),
    ("Same key once", ("repeat",)),
    ("ETag", ("etag",)),
    ("Write, delete", ("write", "partial", "delete")),
)
MOST_OPERATIONS, FEWEST_OPERATIONS = 10, 5
URGENT: tuple[Verdict, ...] = ("contradicted", "undocumented", "neither", "not_measured", "agreed")


def matrices(a: Assessment) -> list[Section]:
    """One section for each system that workflows call; a system without one promise or answer has no page."""
    shown = [m for m in a.matrices if m.cells and m.called]
    return [_section(a, m, n) for n, m in enumerate(shown, 1)]


def _section(a: Assessment, m: Matrix, n: int) -> Section:
    counts = Counter(c.verdict for c in m.cells)
    columns = [(name, abouts) for name, abouts in COLUMNS if any(c.about in abouts for c in m.cells)]
    rows = _operations(m)
    data = {
        "counts": counts,
        "untested": sum(c.verdict == "not_measured" and bool(c.declared) for c in m.cells),
        "unknown": sum(c.verdict == "not_measured" and not c.declared for c in m.cells),
        "cells": len(m.cells),
        "columns": [name for name, _ in columns],
        "width": round(70 / max(len(columns), 1), 1),
        "rows": [(name, [_of(m, name, abouts) for _, abouts in columns]) for name in rows],
        "left_out": len(m.operations) - len(rows),
        "whole": [c for c in m.cells if not c.operation and (c.declared or c.verdict != "not_measured")],
        "fit": _fitness(a, m.system),
        "requests": next((s.requests for s in a.systems if s.name == m.system), 0),
        "names": NAMES,
        "marks": MARKS,
        "words": WORDS,
    }
    title = line(human(m.system), 40)
    title = title.upper() if len(title) <= 3 else upper(title)
    return Section(
        f"matrix-{n}",
        f"4.{n} · {line(human(m.system), 40)}",
        _title(title, counts),
        _lede(m, next((s.vendor for s in a.systems if s.name == m.system), "")),
        "matrix",
        f"{title}: declared and measured",
        "finding",
        data,
        _bar(m),
        (_different(m), _untested(m)),
    )


def _title(name: str, counts: Counter[Verdict]) -> str:
    judged = counts["agreed"] + counts["contradicted"]
    if not judged:
        return f"{name}: nothing that its document promises could be measured"
    said = f"{name} keeps {counts['agreed']} of {judged} promises that were tested"
    return f"{said} and breaks {spelled(counts['contradicted'])}" if counts["contradicted"] else said


def _lede(m: Matrix, vendor: str) -> str:
    document = line(m.document.rpartition("/")[2], 50) or "no document"
    known = f" {line(vendor, 20)}: appendix F." if vendor else ""
    return f"{document} against what was seen. Silence is no promise, nothing is agreed without evidence.{known}"


def _bar(m: Matrix) -> tuple[str, str]:
    broken = [c for c in m.cells if c.verdict == "contradicted"]
    if broken:
        where = listed([_where(c) for c in broken], 3)
        words = f"The document is wrong or the service is, in {where}. An agent believes the document: mend either before it acts."
    elif quiet := [c for c in m.cells if c.verdict == "undocumented" and c.about != "latency"]:
        words = (
            f"What no document promises may go away unannounced: {listed([_where(c) for c in quiet], 3)}. Have it written"
            " down before an agent relies on it."
        )
    else:
        words = "Nothing that was measured speaks against the document. What was not measured is still only a promise."
    return ("So what", words)


def _operations(m: Matrix) -> list[str]:
    """Called ones first, those with something to say before the others; what differs below takes its room from here."""
    different = min(4, sum(c.verdict == "contradicted" and bool(c.operation) for c in m.cells))
    most = max(FEWEST_OPERATIONS, MOST_OPERATIONS - 2 * bool(different) - different // 2)
    worst = {
        name: min((URGENT.index(c.verdict) for c in m.cells if c.operation == name), default=9) for name in m.operations
    }
    order = sorted(m.operations, key=lambda name: (name not in m.called, worst[name] > 0, m.operations.index(name)))
    chosen = set(order[:most])
    return [name for name in m.operations if name in chosen]


def _of(m: Matrix, operation: str, abouts: Sequence[Property]) -> MatrixCell | None:
    return next((cell for about in abouts if (cell := m.cell(about, operation))), None)


def _different(m: Matrix) -> Filler:
    cells = [c for c in m.cells if c.operation and c.verdict in ("contradicted", "undocumented", "neither")]
    cells.sort(key=lambda c: URGENT.index(c.verdict))
    rows = tuple(_difference(c) for c in cells)
    return Filler(
        "Where operations differ from the document",
        ("Operation", "Property", "The document says", "The probe saw", "Evidence"),
        (21, 15, 25, 25, 14),
        rows,
        least=min(4, sum(c.verdict == "contradicted" for c in cells)),
    )


def _difference(c: MatrixCell) -> tuple[str, ...]:
    number_of = c.evidence.rpartition(" ")[2] if ", request " in c.evidence else ""
    evidence = c.finding or (f"request {number_of}" if number_of else "bundle")
    return (
        line(_short(c.operation), 26),
        NAMES[c.about],
        line(c.declared, 60) or "nothing",
        line(c.seen, 60),
        evidence,
    )


def _untested(m: Matrix) -> Filler:
    """What is promised and was not measured: one row a property and reason."""
    groups: dict[tuple[Property, str], list[str]] = {}
    for c in m.cells:
        if c.operation and c.verdict == "not_measured" and c.declared:
            groups.setdefault((c.about, c.seen), []).append(_short(c.operation))
    rows = tuple((NAMES[about], line(listed(names, 4), 60), line(why, 60)) for (about, why), names in groups.items())
    head = ("Property", "Promised for", "Why it was not measured")
    return Filler("Promises that nobody has tested", head, (17, 43, 40), rows)


def _fitness(a: Assessment, system: str) -> str:
    """What an agent reads of the system, and what it could confuse; empty where no census was made."""
    found = next((f for f in a.fitness if f.system == system), None)
    if found is None or not found.reading.whole:
        return ""
    said = [f"{number(found.reading.whole)} tokens as tools"]
    if most := max(found.reading.allowed.items(), key=lambda item: item[1], default=None):
        said.append(f"{number(most[1])} on the largest allow-list ({line(human(most[0]), 30)})")
    if found.reading.answers:
        largest = found.reading.answers[0]
        of = f", {counted(largest.records, 'record')}" if largest.records is not None else ""
        said.append(f"{number(largest.tokens)} in the largest answer ({line(_short(largest.operation), 30)}{of})")
    fields = sum(len(names) for names in found.undocumented.values())
    words = (
        f"{counted(fields, 'field')} of called operations without a word" if fields else "a word on every called field"
    )
    return f"{'; '.join(said)}. {upper(_alike(found.alike))}; {words}."


def _alike(pairs: Sequence[Alike] | None) -> str:
    if pairs is None:
        return "operations were not compared by meaning"
    first = f" ({_short(pairs[0].one)}, {_short(pairs[0].other)})" if pairs else ""
    return f"{counted(len(pairs), 'pair', letters=True)} of operations {'means' if len(pairs) == 1 else 'mean'} the same to a model{first}"


def _where(c: MatrixCell) -> str:
    name = NAMES[c.about].lower() if c.about != "etag" else NAMES[c.about]
    return f"{line(_short(c.operation), 30)} ({name})" if c.operation else name


def _short(operation: str) -> str:
    return operation.rpartition(".")[2] if "." in operation and " " not in operation else operation
