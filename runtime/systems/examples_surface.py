"""A surface from recorded calls: a Postman collection, or the calls of a HAR to one host.

What was called once is an example and no promise: the operations can be used, and no question about the description is
met by them. Headers, cookies, credentials and values are never kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from runtime.errors import BadInput
from runtime.systems.described_calls import openapi_of
from runtime.systems.openapi import surface_of_openapi
from runtime.systems.recorded_calls import Calls, Recording, of_har, of_postman
from runtime.systems.surface import Problem, Surface


def surface_of_examples(name: str, kind: Recording, path: Path, folder: Path, addresses: Sequence[str]) -> Surface:
    """The operations that were seen, `format` "examples".

    Args:
        addresses: of the system, to choose among the hosts of a HAR; else the host with the most calls.
    """
    try:
        recorded = of_har(path) if kind == "har" else [of_postman(path)]
    except BadInput as error:
        return Surface(name, "unreadable", "", problems=(Problem("blocker", error.what, path.name),))
    chosen = _of_system(recorded, addresses)
    if chosen is None or not chosen.calls:
        return Surface(
            name, "examples", "", problems=(Problem("blocker", "no call of an interface was recorded", path.name),)
        )
    drafted = json.dumps(openapi_of(chosen.name, chosen.calls)).encode()
    found = surface_of_openapi(name, drafted, path, folder)
    others = [f"{one.host} ({len(one.calls)})" for one in recorded if one is not chosen]
    notes = (
        [Problem("note", f"calls to other hosts are left out: {', '.join(others[:5])}", path.name)] if others else []
    )
    return replace(found, problems=(*found.problems, *notes), title=chosen.name)


def _of_system(recorded: Sequence[Calls], addresses: Sequence[str]) -> Calls | None:
    hosts = {urlsplit(address).hostname for address in addresses}
    return next((one for one in recorded if one.host in hosts), recorded[0] if recorded else None)
