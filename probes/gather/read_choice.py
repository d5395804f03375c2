"""Which reads are asked: those that workflows call first, then others, all with arguments that the estate itself
gave.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from probes.gather.envelope import plain
from probes.gather.plan import operations_called, surface_of
from probes.gather.samples import Samples
from runtime.estate import Estate
from runtime.systems.surface import Operation

AT_MOST = 10
_PAGE = {"limit", "pagesize", "perpage", "size", "maxresults", "top", "count", "pagelimit", "maxitems", "maxpagesize"}
_NEXT = {
    "cursor", "offset", "page", "pagetoken", "after", "skip", "startingafter", "continue", "start", "next", "token",
    "pagenumber", "pageindex", "pageno", "pagecursor", "pageoffset", "pageafter", "nextpagetoken", "nexttoken", "skiptoken",
    "startat", "startindex", "marker", "continuationtoken", "nextcursor",
}  # fmt: skip


def reads(estate: Estate, system: str) -> list[Operation]:
    """At most ten read operations of a system, without those that are deprecated."""
    called = [op for op in operations_called(estate, system) if is_read(estate, system, op)]
    others = [
        op for op in surface_of(estate, system).operations.values() if is_read(estate, system, op) and not op.deprecated
    ]
    chosen = list({op.id: op for op in [*called, *sorted(others, key=lambda op: op.path.count("{"))]}.values())[
        :AT_MOST
    ]
    return sorted(chosen, key=lambda op: (op.path.count("{"), op not in called))


def cheapest_read(estate: Estate, system: str, now: datetime) -> tuple[Operation, dict[str, Any]] | None:
    """A read that can be asked with what people wrote alone, so that plan and run choose the same; one record rather
    than a list.
    """
    found = []
    for operation in reads(estate, system):
        arguments, lacking = Samples().arguments(estate, system, operation, now)
        if not lacking:
            found.append((operation, arguments))
    return min(found, key=lambda pair: ("{" not in pair[0].path, pair[0].path.count("{")), default=None)


def is_read(estate: Estate, system: str, operation: Operation) -> bool:
    """Confirmed to be a read; without a word of a person, a GET counts as one (RFC 9110, 9.2.1)."""
    written = estate.effects.get(system)
    effect = next(
        (
            e
            for n, e in (written.operations if written and written.confirmed else {}).items()
            if n.lower() in (operation.id.lower(), operation.id.rpartition(".")[2].lower())
        ),
        None,
    )
    if effect is not None:
        return effect.does == "read"
    return operation.reads and operation.method in ("GET", "HEAD")


def page_parameters(operation: Operation) -> tuple[str | None, str | None]:
    """Names of the parameters for the page's size and for the next page."""
    query = [p.name for p in operation.parameters if p.where == "query"]
    size = next((n for n in query if plain(n) in _PAGE), None)
    following = next((n for n in query if plain(n) in _NEXT and n != size), None)
    return size, following


def search_parameters(operation: Operation) -> dict[str, str]:
    """`email`, `phone`, `order` → the parameter of a search that takes it."""
    kinds = {"email": r"e?mail", "phone": r"phone|tel|mobile|msisdn", "order": r"order"}
    found: dict[str, str] = {}
    for parameter in operation.parameters:
        for kind, words in kinds.items():
            if parameter.where in ("query", "body") and re.search(words, parameter.name, re.IGNORECASE):
                found.setdefault(kind, parameter.name)
    return found
