"""What a run says at its end besides its bundle: who was not reached or not written to and why, what writes set off."""

from __future__ import annotations

from probes.gather.session import Session
from probes.gather.side_effects import held_back, set_off


def notes_of(session: Session) -> list[str]:
    """Why systems were not reached or not written to, what writes set off, and clocks that disagree with ours."""
    reasons = [f"{name}: {why.partition(chr(10))[0]}" for name, why in sorted(session.unreachable.items())]
    reasons += [f"not written to: {why}" for n, why in held_back(session.estate).items() if n in session.systems]
    off = session.passage.clocks.off() if session.passage else {}
    return [*reasons, *set_off(session), *off.values()]
