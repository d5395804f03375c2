"""Which header carries an idempotency key: as the effects file names it, as the description declares it, or as the vendor
documents it (tried only by the trial that measures it).
"""

from __future__ import annotations

from probes.gather.plan import surface_of
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.surface import Operation
from runtime.systems.vendors import carries_key, vendor_of, vendors


def key_header(estate: Estate, system: str, operation: Operation, effect: Effect | None) -> str | None:
    """The header's name; None where nobody speaks of one."""
    named = effect.repeat.key if effect and effect.repeat else None
    declared = next((p.name for p in operation.parameters if p.where == "header" and carries_key(p.name)), None)
    return named or declared or (_documented(estate, system) if operation.method == "POST" else None)


def _documented(estate: Estate, system: str) -> str | None:
    addresses = (place.url for place in estate.systems[system].environments.values())
    known = vendors().get(vendor_of(surface_of(estate, system), *addresses) or "")
    return known.repeat_key if known else None
