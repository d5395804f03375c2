"""Chapter 8: what changed since the version issued last, which written file moved what, and own view against confirmed."""

from __future__ import annotations

from assess.assessment import Assessment
from assess.changes import InputChange
from assess.outputs.html_fill import reading
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import DIMENSION_NAMES, counted, day, line, listed
from assess.version_figures import Since
from probes.finding import DIMENSIONS

MOST = 12


def since(a: Assessment) -> list[Section]:
    """One page; none before a first version was issued."""
    found = a.since
    if found is None:
        return []
    inputs = _inputs(found)
    data = {
        "s": found,
        "inputs": inputs[:MOST],
        "more_inputs": max(0, len(inputs) - MOST),
        "count": len(inputs),
        "files": [(line(m.file, 60), listed([line(x, 90) for x in m.moves], 4) or "nothing") for m in found.by_file],
        "moved": [line(x, 140) for x in found.moved],
        "unmoved": [line(x, 140) for x in found.unmoved],
        "counts": [
            (name, [line(x, 110) for x in items[:6]], len(items))
            for name, items in (
                ("Mended", found.mended),
                ("Broken", found.broken),
                ("First measured", found.first_measured),
                ("Gone", found.gone),
            )
            if items
        ],
    }
    title = f"Since version {found.version}: {_what(found)}"
    same = (
        "The evidence is the same bundle: whatever moved was moved by what people wrote."
        if found.same_evidence
        else "New evidence was gathered; the old one was judged again with today’s catalogue before it was compared."
    )
    lede = f"Version {found.version} was issued on {day(found.issued)}. {same}"
    fillers = (*_standings(a), *reading(a)[3:], *reading(a)[:3])
    return [
        Section(
            "since",
            "8 · Changed since the last version",
            line(title, 150),
            lede,
            "since",
            f"Changed since version {found.version}",
            "board",
            data,
            _bar(found),
            fillers,
        )
    ]


def _what(s: Since) -> str:
    if s.moved:
        return f"{counted(len(s.moved), 'level or gate', letters=True).replace('level or gates', 'levels or gates')} moved, {len(s.unmoved)} did not"
    return "no level and no gate moved"


def _inputs(found: Since) -> list[dict[str, str]]:
    """One row an entry: what changed within one answer, comment or limit stands together."""
    groups: dict[tuple[str, str], list[InputChange]] = {}
    for i in found.inputs:
        parent, dot, _ = i.key.rpartition(".")
        groups.setdefault((i.file, parent if dot else i.key), []).append(i)
    return [_row(key, own) for (_, key), own in groups.items()]


def _row(key: str, own: list[InputChange]) -> dict[str, str]:
    def said(values: list[tuple[str, str]]) -> str:
        return line("; ".join(f"{name}: {value}" if len(own) > 1 else value for name, value in values if value), 170)

    leaves = [(i.key.rpartition(".")[2], i) for i in own]
    return {
        "file": f"{line(own[0].file, 60)}:{own[0].line}",
        "key": line(own[0].key if len(own) == 1 else key, 80),
        "was": said([(name, i.was) for name, i in leaves]),
        "now": said([(name, i.now) for name, i in leaves]),
        "by": line(next((i.by for i in own if i.by), ""), 60),
        "on": line(next((i.on for i in own if i.on), ""), 20),
    }


def _standings(a: Assessment) -> tuple[Filler, ...]:
    if len(a.standings) < 2:
        return ()
    rows = tuple(
        (
            line(f"{s.name}, {day(s.as_of)}", 40),
            *(f"{s.confirmed.get(d, '–')} / {s.self_assessed.get(d) or '–'}" for d in DIMENSIONS),
        )
        for s in a.standings
    )
    return (
        Filler(
            "Confirmed against own view, through time", ("Version", *(DIMENSION_NAMES[d].split(" ", maxsplit=1)[0] for d in DIMENSIONS)),
            (25, 15, 15, 15, 15, 15), rows, least=len(rows), note="confirmed / own view",
        ),
    )  # fmt: skip


def _bar(s: Since) -> tuple[str, str]:
    if s.broken:
        return (
            "So what",
            f"{counted(len(s.broken), 'check')} that held no longer {'does' if len(s.broken) == 1 else 'do'}: look there before anything new is opened.",
        )
    if not s.moved:
        return (
            "So what",
            "The answers changed what is known, not what may run. Gates move with measurements and remedies.",
        )
    return (
        "So what",
        f"{line(s.moved[0], 160)}. The version before stays frozen with its inputs and can be printed again, byte for byte.",
    )
