"""JSON Schemas of every file that users write and of every output that programs read (JSON Schema 2020-12)."""

from __future__ import annotations

from typing import Any

NAMES = (
    "engagement",
    "effects",
    "guardrails",
    "goals",
    "escalation",
    "answers",
    "report",
    "pilot",
    "register",
    "business_case",
    "profile",
    "assessment",
    "comparison",
    "gate",
    "plan",
    "handoff",
)


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a file by its name.

    Raises:
        KeyError: no such file.
    """
    model = _models()[name]
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, mode="validation")
    if name == "goals":
        schema["properties"] = {"format": {"const": 1}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"cxready {name}", **schema}


def _models() -> dict[str, Any]:
    from assess.asked import AnswersFile, ReportFile
    from assess.assessment import Assessment
    from assess.business_case.written import BusinessCaseFile
    from assess.comparison import Comparison
    from assess.engagement import Engagement
    from assess.profile import Profile
    from assess.register import Register
    from probes.gather.plan import Plan
    from runtime.escalation.handoff import Handoff
    from runtime.escalation.routes import EscalationFile
    from runtime.gate import Gate
    from runtime.goals import GoalsFile
    from runtime.guardrails.effects import EffectsFile
    from runtime.guardrails.policy import GuardrailsFile
    from runtime.piloting.pilot_settings import PilotFile

    models = (
        Engagement,
        EffectsFile,
        GuardrailsFile,
        GoalsFile,
        EscalationFile,
        AnswersFile,
        ReportFile,
        PilotFile,
        Register,
        BusinessCaseFile,
        Profile,
        Assessment,
        Comparison,
        Gate,
        Plan,
        Handoff,
    )
    return dict(zip(NAMES, models, strict=True))
