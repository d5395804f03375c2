"""Figures in what a customer reads: each must stand in what systems, rules or approved texts gave; nothing is invented on the way.

A figure is a run of digits with what joins them: `12.40`, `1.234,50`, `2026-12-07`, `09:30`, `CH-10234-2`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

MOST_TEXT = 200_000
_FIGURE = re.compile(r"\d(?:[\d.,:'\u2019\u00a0\u202f/-]*\d)?")
_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|"
    r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|vierzig|fünfzig|hundert|tausend|million|half|double|hälfte|doppelt)\w*\b",
    re.IGNORECASE,
)


def not_given(text: str, sources: Iterable[Any]) -> list[str]:
    """Figures of a text that stand in none of the sources, in the order of the text.

    Args:
        sources: texts, and values as systems and rules gave them (numbers, mappings, lists).
    """
    known = {form for source in sources for said in _texts(source) for form in _forms_in(said)}
    return [figure for figure in figures_in(text) if not _forms(figure) & known]


def figures_in(text: str) -> list[str]:
    """Figures as they are written; digits of any script count, and invisible characters between them do not part them."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text[:MOST_TEXT]) if unicodedata.category(c) != "Cf")
    return [found.group() for found in _FIGURE.finditer(plain)]


def number_words(text: str) -> set[str]:
    """Numbers that are written out, lower case: what no comparison of digits sees."""
    return {found.group().lower() for found in _WORDS.finditer(text[:MOST_TEXT])}


def leaves(value: Any) -> Iterator[Any]:
    """Plain values at any depth, without empty ones."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif value is not None:
        yield value


def _texts(value: Any) -> Iterator[str]:
    plain = (leaf for leaf in leaves(value) if not isinstance(leaf, bool))
    return (f"{leaf:f}" if isinstance(leaf, Decimal) else str(leaf) for leaf in plain)


def _forms_in(text: str) -> set[str]:
    """Every figure of a source; of a joined one (`2026-12-07`, `10234-2`) its parts are figures, too, but not the other way round."""
    whole = figures_in(text)
    return {form for figure in whole for part in (figure, *re.split(r"[-:/]", figure)) for form in _forms(part)}


def _forms(figure: str) -> set[str]:
    """One figure however a country writes it: `1.234,50`, `1,234.50` and `1234.5` are one."""
    plain = re.sub(r"['\u2019\u00a0\u202f]", "", figure)
    if re.search(r"[-:/]", plain):
        return {plain}
    parts = re.split(r"[.,]", plain)
    last = parts[-1]
    forms = {"".join(parts)} if len(parts) == 1 or all(len(part) == 3 for part in parts[1:]) else set()
    if len(parts) > 1 and (len(last) != 3 or len(parts) == 2):
        forms.add(f"{''.join(parts[:-1])}.{last}".rstrip("0").rstrip("."))
    return {(form.lstrip("0") or "0") if not form.startswith("0.") else form for form in forms} or {plain}
