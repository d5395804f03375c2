"""What a write sets off besides its record, asked before anything is written: mail, SMS, webhooks, exports, and to whom.

A system whose answers are missing, or whose writes would reach real people or systems, is not written to.
"""

from __future__ import annotations

from dataclasses import replace

from probes.gather.session import Session
from runtime.estate import Estate
from runtime.systems.settings import SIDE_EFFECTS, SystemSettings, Writes


class HeldBack(Writes):
    """Writes that the engagement allows and that must wait. `why` says for what."""

    why: str = ""


def settled(estate: Estate) -> Estate:
    """The estate with writes only where it is known, and harmless, what they set off."""
    systems = {name: _settled(name, settings) for name, settings in estate.systems.items()}
    return replace(estate, systems=systems)


def held_back(estate: Estate) -> dict[str, str]:
    """System → why its writes wait, of a settled estate."""
    return {n: s.writes.why for n, s in estate.systems.items() if isinstance(s.writes, HeldBack)}


def set_off(session: Session) -> list[str]:
    """What this run's writes may have set off, in sentences: so many writes, each with what and to whom."""
    found = []
    for name in session.systems:
        writes = session.settings(name).writes
        sent = [e for e in session.ledger.entries(session.run) if e.system == name and e.state != "nothing"]
        kinds = [kind for kind in SIDE_EFFECTS if writes.sets_off(kind) == "test"]
        if sent and kinds:
            found.append(
                f"{name}: {len(sent)} write{'' if len(sent) == 1 else 's'}, each may have set off {' and '.join(kinds)} to {writes.test_recipient}"
            )
    return found


def _settled(name: str, settings: SystemSettings) -> SystemSettings:
    writes = settings.writes
    why = _why_not(name, writes) if writes.allowed else ""
    if not why:
        return settings
    held = HeldBack.model_validate({**writes.model_dump(), "allowed": False, "why": why})
    return settings.model_copy(update={"writes": held})


def _why_not(name: str, writes: Writes) -> str:
    real = [kind for kind in SIDE_EFFECTS if writes.sets_off(kind) == "real"]
    if real:
        return f"a write on {name} would set off {' and '.join(real)} to real receivers (writes.side_effects)"
    asked = [kind for kind in SIDE_EFFECTS if writes.sets_off(kind) is None]
    if asked:
        return (
            f"asked first: does a write on {name} set off {_listed(asked)}, and to whom? Answer under systems.{name}.writes: "
            "`side_effects: none`, or for each `none`, `test` (only to test_recipient) or `real`"
        )
    return ""


def _listed(kinds: list[str]) -> str:
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"
