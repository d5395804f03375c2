"""Trials of the limits as lines: the catalogue of bypasses on decision point and proxy, and the agent's own credential on staging."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from assess.engagement import Folder
from probes.artifact import Missing
from runtime.estate import Estate


@dataclass(frozen=True)
class Tried:
    """One attempt. `held`: the limits held; None: it could not be told, and `says` why."""

    to: str
    name: str
    held: bool | None
    says: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def on_bypasses(estate: Estate) -> Iterator[Tried]:
    """Every case of the catalogue that fits the engagement's first money operation, after a control call that must pass."""
    from probes.derive.bypass_trial import bypass_trial
    from probes.guardrails.evidence import BypassTrial

    for found in bypass_trial(estate, datetime.now(UTC)):
        if isinstance(found, Missing):
            if found.wanted == BypassTrial.kind:
                yield Tried("proxy", "the catalogue of bypasses", None, f"{found.detail}; {found.would_measure}")
        elif isinstance(found, BypassTrial):
            said = f"{found.operation}, well-formed and within its limits, passes"
            yield Tried("proxy", "control", found.control, said if found.control else f"{said}: it did not")
            for scene in found.scenes:
                yield Tried(str(scene.figures.get("to", "")), scene.name, scene.held, scene.says)


def on_staging(loaded: Folder, progress: Callable[[str], None]) -> Iterator[Tried]:
    """Over-limit calls with the agent's own credential, past the proxy and through it, where `attack_probes` allows them.

    They are collected like any measurement: in the write ledger before they go out, taken back at once, within the budget.
    """
    from assess.measuring import measure
    from probes.bundle import Bundle
    from probes.finding import Subject
    from probes.guardrails.evidence import Enforcement

    result = measure(
        loaded,
        only_probe="guardrails.enforced_at_api",
        progress=lambda system, asking, *_: progress(f"{system}: {asking}"),
    )
    bundle = Bundle.open(result.zip_path)
    try:
        for action in loaded.estate.guardrails.actions:
            found = bundle.get(Enforcement, Subject(unit=action))
            if isinstance(found, Missing):
                yield Tried(
                    "staging", action, None, f"{found.detail or found.cause}; {found.would_measure}".rstrip("; ")
                )
                continue
            for attempt in found.attempts:
                way = "past the proxy" if attempt.way == "direct" else "through the proxy"
                held = attempt.refused if attempt.refused or (attempt.status or 500) < 400 else None
                answer = "refused" if attempt.refused else "accepted" if held is False else "no clear answer"
                says = f"{attempt.says}: {answer} ({attempt.status}) {attempt.reason} {attempt.undone}"
                yield Tried(f"staging, {way}", attempt.operation, held, " ".join(says.split()))
    finally:
        bundle.close()
