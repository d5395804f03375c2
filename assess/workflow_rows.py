"""A workflow as the assessment shows it: the caps that hold for it, its gate, and what would open it further."""

from __future__ import annotations

from collections.abc import Mapping

from assess.assessment import CouldBe, Workflow
from assess.cells import Artifacts
from assess.engagement import Folder
from assess.gates import Cap, Judged, Step
from assess.next_measurements import hours_of
from assess.profile import Profile
from assess.rows import gate_row
from probes.finding import State
from probes.probe import Scope
from runtime.gate import ORDER
from runtime.guardrails.policy import HIGH_STAKES
from runtime.systems.settings import Autonomy


def caps_of(folder: Folder, name: str, scope: Scope, profile: Profile) -> list[Cap]:
    """Guardrails, high stakes, profile: each can only narrow."""
    guardrails = folder.guardrails.value
    own = scope.workflows[name]
    caps = [
        Cap(guardrails.actions[a].autonomy, f"guardrails.yaml: {a} is `{guardrails.actions[a].autonomy}`")
        for a in own.actions
    ]
    if own.category in {*guardrails.high_stakes, *HIGH_STAKES}:
        caps.append(Cap("approve", f"high stakes: {own.category} is never above `approve`"))
    category: Autonomy = profile.category_caps.get(own.category, "act")
    caps.append(Cap(category, f"profile {profile.name}: {own.category} is at most `{category}`"))
    caps.append(Cap(profile.cap, f"profile {profile.name}: at most `{profile.cap}`"))
    return caps


def workflow_row(
    folder: Folder,
    name: str,
    judged: Judged,
    scope: Scope,
    artifacts: Artifacts,
    numbers: Mapping[str, str],
    kinds: Mapping[str, str],
) -> Workflow:
    figures = folder.engagement.value.workflows.get(name)
    goal = folder.goals.value.goals[name]
    title = (figures.title if figures else None) or goal.title or name.replace("-", " ").capitalize()
    return Workflow(
        name=name,
        title=title,
        category=goal.category,
        tickets_per_month=figures.tickets_per_month if figures else None,
        minutes_today=figures.minutes_today if figures else None,
        systems_toggled=figures.systems_toggled if figures else None,
        levels=dict(judged.levels),
        gate=gate_row(folder, judged, scope.workflows[name], artifacts, numbers),
        passes=ORDER.index(judged.autonomy) >= ORDER.index("approve"),
        could=[_could_be(step, numbers, kinds) for step in judged.steps],
        caps=list(judged.caps),
    )


def _could_be(step: Step, numbers: Mapping[str, str], kinds: Mapping[str, str]) -> CouldBe:
    """Unmet cells by their finding's number, unknown ones by name."""
    mend = [c for c in step.cells if c.state is State.NOT_MET]
    measure = [c for c in step.cells if c.state is not State.NOT_MET]
    return CouldBe(
        autonomy=step.autonomy,
        measure=[f"{c.probe}({c.subject})" for c in measure],
        mend=list(dict.fromkeys(numbers.get(f"{c.probe}({c.subject})", f"{c.probe}({c.subject})") for c in mend)),
        hours=hours_of(measure, kinds),
    )
