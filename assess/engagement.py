"""An engagement's folder: every file that users write, loaded strictly, and the estate that follows from it.

Secrets stay references; the same folder shape lies in a bundle's `inputs/`, so that a bundle alone can be judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from assess.asked import AnswersFile, ReportFile
from assess.business_case.written import BusinessCaseFile
from assess.cross_check import cross_check
from runtime.errors import BadInput, did_you_mean
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate, TicketReading
from runtime.goals import GoalsFile
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.piloting.pilot_settings import PilotFile
from runtime.system_values import SystemValue
from runtime.systems.settings import Network, SystemSettings
from runtime.written import Strict, Written, digest_of, load

Level = Literal[1, 2, 3, 4, 5]


class SelfAssessed(Strict):
    crm: Level | None = None
    api: Level | None = None
    knowledge: Level | None = None
    guardrails: Level | None = None
    escalation: Level | None = None


class Agent(Strict):
    kind: Literal["bundled", "http"] = "bundled"
    url: str | None = None


class Enforcement(Strict):
    kind: Literal["bundled_proxy", "own_gateway", "none"] = "bundled_proxy"
    url: str | None = None


class Knowledge(Strict):
    sources: list[str] = Field(
        default_factory=list, description="folders and files, or live sources: `zendesk:SYSTEM`, `sitemap:https://…`"
    )
    retired: list[str] = Field(default_factory=list, description="names of products, plans and menus that are gone")
    review_days: dict[str, int] = Field(
        default_factory=dict, description="kind of article → days between reviews, instead of the learned ones"
    )
    second_judge: bool = Field(
        False,
        description="a language model (CXREADY_MODEL, CXREADY_MODEL_URL) looks at conflicts once more; sentences leave the machine",
    )
    system_values: list[SystemValue] = Field(
        default_factory=list, description="values that systems hold and articles state: read, and compared with them"
    )


class Tickets(Strict):
    file: str
    columns: dict[str, str] = Field(default_factory=dict, description="our name → heading in the export")
    dates: Literal["", "day first", "month first"] = Field("", description="how dates like 04/05/2026 are meant")
    zone: str | None = Field(None, description="zone of dates that name none; else that of escalation.yaml")
    accept_loss: bool = Field(False, description="judge although more than 1 % of the records cannot be read")

    def reading(self, zone: str) -> TicketReading:
        """How the export is to be read; `zone` where none is named here."""
        return TicketReading(self.columns, self.dates, self.zone or zone, self.accept_loss)


class WorkflowFigures(Strict):
    title: str | None = None
    tickets_per_month: int | None = Field(None, ge=0)
    minutes_today: float | None = Field(None, ge=0)
    systems_toggled: int | None = Field(None, ge=0)


class Engagement(Strict):
    """`engagement.yaml`."""

    format: Literal[1] = 1
    organisation: str
    currency: str = "EUR"
    contact: str = Field("", description="who answers for the requests; stands in the User-Agent")
    target_level: Level = 4
    profile: str = "default"
    series: list[str] = Field(default_factory=list, description="earlier bundles of this engagement, oldest first")
    self_assessed: SelfAssessed = Field(default_factory=SelfAssessed)
    agent: Agent = Field(default_factory=Agent)
    enforcement: Enforcement = Field(default_factory=Enforcement)
    network: Network = Field(default_factory=Network)
    systems: dict[str, SystemSettings] = Field(min_length=1)
    knowledge: Knowledge = Field(default_factory=Knowledge)
    tickets: Tickets | None = None
    workflows: dict[str, WorkflowFigures] = Field(default_factory=dict)
    demand_from: str | None = None

    @model_validator(mode="after")
    def _currency(self) -> Engagement:
        from runtime.money import exponent

        exponent(self.currency)
        return self


@dataclass(frozen=True)
class Folder:
    """A loaded engagement. Files that are not written yet are their empty selves, and `absent` names them."""

    path: Path
    engagement: Written[Engagement]
    effects: dict[str, Written[EffectsFile]]
    guardrails: Written[GuardrailsFile]
    goals: Written[GoalsFile]
    escalation: Written[EscalationFile]
    answers: Written[AnswersFile]
    report: Written[ReportFile]
    pilot: Written[PilotFile]
    business_case: Written[BusinessCaseFile]
    absent: tuple[str, ...]

    @cached_property
    def estate(self) -> Estate:
        """What probes and the pilot receive."""
        said = self.engagement.value
        return Estate(
            folder=self.path,
            organisation=said.organisation,
            currency=said.currency,
            systems=said.systems,
            effects={name: written.value for name, written in self.effects.items()},
            guardrails=self.guardrails.value,
            goals=self.goals.value.goals,
            escalation=self.escalation.value,
            network=said.network,
            agent=said.agent.kind,
            enforcement=said.enforcement.kind,
            gateway_url=said.enforcement.url,
            contact=said.contact,
            knowledge=tuple(said.knowledge.sources),
            retired=tuple(said.knowledge.retired),
            review_days=said.knowledge.review_days,
            second_judge=said.knowledge.second_judge,
            system_values=tuple(said.knowledge.system_values),
            tickets=said.tickets.file if said.tickets else None,
            ticket_reading=said.tickets.reading(self.escalation.value.zone) if said.tickets else None,
        )

    def written_files(self) -> list[Path]:
        """Every file that a user wrote and a judge needs, relative to the folder."""
        names = [
            "engagement.yaml",
            "goals.yaml",
            "guardrails.yaml",
            "escalation.yaml",
            "answers.yaml",
            "report.yaml",
            "pilot.yaml",
            "business_case.yaml",
        ]
        found = [Path(name) for name in names if (self.path / name).is_file()]
        found += sorted(p.relative_to(self.path) for p in (self.path / "effects").glob("*.yaml"))
        described = {s.description for s in self.engagement.value.systems.values() if s.description}
        return found + sorted(Path(name) for name in described if (self.path / name).is_file())

    def digests(self) -> dict[str, str]:
        """File → `sha256:…` of its text with line ends normalised."""
        return {p.as_posix(): digest_of(self.path / p) for p in self.written_files()}


def load_folder(path: Path, *, guardrails: Path | None = None) -> Folder:
    """Loads and cross-checks a folder.

    Args:
        guardrails: a file that is taken in place of the folder's own.

    Raises:
        BadInput: no folder, no engagement.yaml, or anything wrong in a file (file:line, suggestion).
    """
    if not path.is_dir():
        raise BadInput("there is no such folder", str(path), f"`cxready init {path}` writes one")
    absent: list[str] = []
    engagement = load(path / "engagement.yaml", Engagement)
    folder = Folder(
        path=path,
        engagement=engagement,
        effects={name: load(p, EffectsFile) for name, p in _effect_files(path, engagement)},
        guardrails=load(guardrails, GuardrailsFile)
        if guardrails
        else _optional(path / "guardrails.yaml", GuardrailsFile, {}, absent),
        goals=_optional(path / "goals.yaml", GoalsFile, {}, absent),
        escalation=_optional(path / "escalation.yaml", EscalationFile, {}, absent),
        answers=_optional(path / "answers.yaml", AnswersFile, {}, absent),
        report=_optional(path / "report.yaml", ReportFile, {}, absent),
        pilot=_optional(path / "pilot.yaml", PilotFile, {}, absent),
        business_case=_optional(path / "business_case.yaml", BusinessCaseFile, {"format": 1}, absent),
        absent=tuple(absent),
    )
    cross_check(folder)
    return folder


def _effect_files(path: Path, engagement: Written[Engagement]) -> list[tuple[str, Path]]:
    files = [(p.stem, p) for p in sorted((path / "effects").glob("*.yaml"))]
    for name, file in files:
        if name not in engagement.value.systems:
            raise BadInput(
                f"`{name}` is no system of the engagement{did_you_mean(name, engagement.value.systems)}",
                f"{file}:1",
                "name the file after a system",
            )
    return files


def _optional(path: Path, model: Any, empty: dict[str, Any], absent: list[str]) -> Any:
    if path.is_file():
        return load(path, model)
    absent.append(path.name)
    value: BaseModel = model.model_validate(empty)
    return Written(value, path, {})
