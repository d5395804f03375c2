"""Everything about guardrails that needs no client's system: what is declared, what is proved, what trials show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import (
    BypassTrial,
    CumulativeTrial,
    DenialTrial,
    GuardrailsDeclared,
    HighStakesTrial,
    KillSwitchTrial,
    Misfit,
    Proof,
    RestrictedTrial,
    ReviewSeen,
    TriggerTrial,
    UncoveredWrite,
)
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails.cross_checks import cross_checks
from runtime.systems.surface import Surface

KINDS: tuple[type[Artifact], ...] = (
    GuardrailsDeclared, Proof, RestrictedTrial, TriggerTrial, HighStakesTrial, CumulativeTrial, BypassTrial, DenialTrial, KillSwitchTrial,
)  # fmt: skip


def declared(estate: Estate, now: datetime) -> GuardrailsDeclared:
    """What the written guardrails say, and which writes of the workflows they leave out."""
    guardrails = estate.guardrails
    writes = {
        name: tuple(w for w in estate.goals if name in estate.writes_of(w))
        for workflow in estate.goals
        for name in estate.writes_of(workflow)
    }
    return GuardrailsDeclared(
        subject=Subject(unit=EVERYWHERE),
        measured_at=now,
        owner=guardrails.owner,
        reviewed=guardrails.reviewed,
        review_age_days=_age(guardrails.reviewed, now),
        review_every_days=guardrails.review_every_days,
        reviews=tuple(
            ReviewSeen(by=r.by, age_days=_age(r.on, now), looked_at=tuple(r.looked_at), decided=r.decided)
            for r in guardrails.reviews
        ),
        actions={name: tuple(action.operations) for name, action in guardrails.actions.items()},
        unlimited=tuple(name for name in guardrails.actions if _is_unlimited(estate, name)),
        restricted=dict(guardrails.restricted_data),
        disclosure=guardrails.disclosure,
        uncovered=tuple(
            _uncovered(estate, name, workflows) for name, workflows in writes.items() if _why_uncovered(estate, name)
        ),
        writes=len(writes),
        high_stakes=tuple(guardrails.high_stakes),
        misfits=tuple(Misfit(place=one.place, says=one.says) for one in cross_checks(estate)),
    )


def _run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    from probes.derive.bypass_trial import bypass_trial
    from probes.derive.conversation_trials import high_stakes_trial, restricted_trial, trigger_trial
    from probes.derive.cumulative_trial import cumulative_trial
    from probes.derive.kill_switch_trial import kill_switch_trial
    from probes.derive.proof import prove

    estate, now = derivation.estate, derivation.now
    yield declared(estate, now)
    yield prove(estate, surfaces=surfaces_of(estate), made_at=now)
    for trial in (restricted_trial, trigger_trial, high_stakes_trial):
        yield trial(estate, now)
    for action in estate.guardrails.actions:
        derivation.progress(f"guardrails: {action} under parallel calls")
        yield cumulative_trial(estate, action, now)
    derivation.progress("guardrails: known ways round the limits")
    yield from bypass_trial(estate, now)
    yield from kill_switch_trial(estate, now)


DERIVER = Deriver(
    name="guardrails",
    run=_run,
    gives=KINDS,
    probes=(
        "guardrails.defined", "guardrails.owned", "guardrails.restricted_data_named", "guardrails.discloses_ai",
        "guardrails.covers_every_write", "guardrails.escalation_triggers", "guardrails.restricted_data_blocked",
        "guardrails.denials_logged", "guardrails.limits_proved", "guardrails.cumulative_limits_hold",
        "guardrails.survives_bypasses", "guardrails.kill_switch", "guardrails.high_stakes_gated",
        "guardrails.reviewed_with_evidence", "guardrails.fits_workflows",
    ),
)  # fmt: skip


def surfaces_of(estate: Estate) -> dict[str, Surface]:
    """Each description that can be read."""
    from runtime.systems.surface_reader import load_surface

    found = {}
    for name, settings in estate.systems.items():
        try:
            found[name] = load_surface(name, settings, estate.folder)
        except CxreadyError:
            continue
    return {name: surface for name, surface in found.items() if surface.digest}


def _why_uncovered(estate: Estate, operation: str) -> str:
    if estate.effect(operation) is None:
        return "unclassified"
    return "" if estate.guardrails.action_of(operation) else "no_action"


def _uncovered(estate: Estate, operation: str, workflows: tuple[str, ...]) -> UncoveredWrite:
    return UncoveredWrite(
        operation=operation,
        workflows=workflows,
        why="unclassified" if estate.effect(operation) is None else "no_action",
    )


def _is_unlimited(estate: Estate, action: str) -> bool:
    """Money moves and no upper bound of a call is written: nothing can pass, and nobody meant that."""
    written = estate.guardrails.actions[action]
    effects = [effect for name in written.operations if (effect := estate.effect(name)) is not None]
    return any(effect.money_out for effect in effects) and written.limits.each is None


def _age(written: str | None, now: datetime) -> int | None:
    try:
        return (now.date() - date.fromisoformat(written)).days if written else None
    except ValueError:
        return None
