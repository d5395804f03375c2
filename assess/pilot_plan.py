"""`pilot plan`: what would be done with a message, without doing it: intent, slots, every path, limits and gate."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from assess.engagement import Folder
from runtime import rules
from runtime.cases.replies import ASK_AGAIN
from runtime.errors import BadInput
from runtime.goal_lint import lint
from runtime.goals import Slot
from runtime.piloting.gate_check import allowed, read_gate
from runtime.plan import paths, printed
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Intents, Thresholds
from runtime.understanding.slots import Filled, fill
from runtime.understanding.understand import understand

MOST_SHOWN = 64  # paths


def plan_of_message(folder: Folder, message: str, session: dict[str, str], encode: Encode) -> dict[str, Any]:
    """Understanding, slots, paths, limits and gate of one message, as JSON."""
    estate = folder.estate
    own = folder.pilot.value.understanding
    intents = Intents.of_goals(estate.goals, encode, Thresholds(own.min_score, own.min_margin))
    found = understand(message, estate, intents, session=session)
    said: dict[str, Any] = {
        "intent": found.intent, "confidence": found.confidence, "next": found.runner_up, "understood_from": own.min_score,
        "category": found.category, "language": found.language, "frustration": found.frustration, "to_a_person": found.stop.says if found.stop else "",
    }  # fmt: skip
    if found.intent is None:
        return said
    goal = estate.goals[found.intent]
    slots = {name: fill(name, slot, message, session, language=found.language) for name, slot in goal.slots.items()}
    return (
        said
        | {"slots": {n: {"value": s.value, "from": _source(goal.slots[n], s)} for n, s in slots.items()}}
        | plan_of_workflow(folder, found.intent)
    )


def plan_of_workflow(folder: Folder, workflow: str) -> dict[str, Any]:
    """Paths, limits, gate and faults of one workflow, as JSON."""
    estate = folder.estate
    actions = {
        name: a for name, a in estate.guardrails.actions.items() if set(a.operations) & set(estate.writes_of(workflow))
    }
    try:
        gate = allowed(workflow, read_gate(folder.path), estate, folder.pilot.value, today=datetime.now(UTC).date())
        now = {"autonomy": gate.autonomy, "why": gate.why}
    except BadInput as error:
        now = {"autonomy": "blocked", "why": error.what}
    return {
        "paths": [printed(path) for path in islice(paths(estate.goals[workflow]), MOST_SHOWN)],
        "limits": {
            n: {k: v for k, v in a.limits.model_dump(mode="json").items() if v not in (None, {})}
            for n, a in actions.items()
        },
        "conditions": {n: list(a.conditions) for n, a in actions.items()},
        "gate": now,
        "wrong": [
            f"{folder.goals.place(*f.keys)}: {f.says}"
            for f in lint(estate, rules.installed())
            if f.workflow == workflow
        ],
    }


def plan_lines(said: dict[str, Any]) -> list[str]:
    """The same for a person."""
    lines = _understood(said) if "intent" in said else []
    lines += [
        f"slot        {name} = {slot['value'] or '?'} ({slot['from']})" for name, slot in said.get("slots", {}).items()
    ]
    earlier: list[str] = []
    for number, path in enumerate(said.get("paths", []), 1):
        lines += [f"path {number}", *_path(path, earlier, number - 1)]
        earlier = path
    for name, found in said.get("limits", {}).items():
        conditions = said["conditions"][name]
        lines.append(
            f"limit       {name}: {', '.join(f'{k} {v}' for k, v in found.items()) or 'none'}"
            + (f"; only if {', '.join(conditions)}" if conditions else "")
        )
    if "gate" in said:
        lines.append(
            f"gate        {said['gate']['autonomy']}{': ' + said['gate']['why'] if said['gate']['why'] else ''}"
        )
    lines += [f"wrong       {line}" for line in said.get("wrong", [])]
    return [*lines, "Nothing was run."]


def _understood(said: dict[str, Any]) -> list[str]:
    near = f"; next: {said['next']}" if said["next"] else ""
    figures = f"confidence {said['confidence']:.2f}, understood from {said['understood_from']:.2f} on{near}"
    lines = [f"intent      {said['intent'] or 'none clearly enough'} ({figures})"]
    lines += [f"category    {said['category']}"] if said["category"] else []
    lines += [f"to a person {said['to_a_person']}"] if said["to_a_person"] else []
    return lines if said["intent"] or said["to_a_person"] else [*lines, f"would ask   {ASK_AGAIN}"]


def _path(path: list[str], earlier: list[str], number: int) -> list[str]:
    """Numbered steps; those that the path before has as well are named once."""
    same = next((n for n, (one, other) in enumerate(zip(path, earlier, strict=False)) if one != other), 0)
    first = [f"  1–{same} as on path {number}"] if same > 1 else []
    return [*first, *(f"  {n}. {leg}" for n, leg in enumerate(path, 1) if n > same or not first)]


def _source(slot: Slot, found: Filled) -> str:
    """Where a value comes from, or what would be done without one."""
    if found.value is not None:
        return found.source
    if slot.else_choose and not found.choices:
        return f"{found.source}; the only one of {slot.else_choose}, else asked"
    return f"{found.source}; {'to a person' if slot.from_ == 'session' else 'asked'}"
