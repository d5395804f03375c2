"""Whether the SOAP library can build the bridge that a WSDL promises: tried offline, before anybody calls.

A library may refuse a WSDL that others take, or load it and silently leave operations out. Both are said here, with its
reason, instead of at the agent's first call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.systems.surface import BRIDGE, Problem
from runtime.systems.wsdl_census import Census, some


def bridge_problems(counted: Census) -> list[Problem]:
    """Nothing where no operation is callable anyway, or where this installation calls no systems."""
    if not counted.callable:
        return []
    try:
        from runtime.systems.soap_client import build_bridge
    except ModuleNotFoundError:  # a laptop without the collector
        return []

    bridge = build_bridge(counted.files.main, counted.files.folder)
    if bridge.client is None:
        return [Problem("blocker", f"no client can be built from it: {bridge.reason}", _where(counted))]
    return list(_costs(counted, bridge))


def _costs(counted: Census, bridge: Any) -> Iterator[Problem]:
    where = _where(counted)
    offered = {
        (port, name)
        for service in bridge.client.wsdl.services.values()
        for port, found in service.ports.items()
        for name in found.binding.all()
    }
    lost = sorted({f"{op.port}.{op.name}" for op in counted.callable if (op.port, op.name) not in offered})
    if lost:
        why = f": {bridge.said[0]}" if bridge.said else ""
        every = len(lost) == len({(op.port, op.name) for op in counted.callable})
        grade = "blocker" if every else "costly"
        yield Problem(grade, f"the bridge leaves out {some(lost)}{why}", where)  # type: ignore[arg-type]


def _where(counted: Census) -> str:
    return f"{BRIDGE}{counted.files.main.name}"
