"""Profiles: weights, essentials, caps and expiry that a kind of organisation judges by; printed in the report."""

from __future__ import annotations

from importlib.resources import files

from pydantic import Field

from runtime.errors import BadInput
from runtime.systems.settings import Autonomy
from runtime.written import Strict, loads

FRAMEWORKS = (
    "EU-AI-Act:2024/1689",
    "GDPR:2016/679",
    "ISO-42001:2023",
    "NIST-AI-RMF:1.0",
    "OWASP-ASI:2026",
    "OWASP-LLM:2025",
    "OWASP-LLM:2026",
    "PCI-DSS:4.0.1",
)


class Profile(Strict):
    """`assess/profiles/<name>.yaml`. A profile can make a probe essential, never less so than the catalogue does."""

    format: int = 1
    name: str
    title: str
    weights: dict[str, int] = Field(default_factory=dict)
    essentials: list[str] = Field(default_factory=list)
    cap: Autonomy = "act"
    category_caps: dict[str, Autonomy] = Field(default_factory=dict)
    gate_days: int = Field(90, ge=1)
    answer_days: int = Field(180, ge=1, description="an older answer of a person no longer counts")
    frameworks: list[str] = Field(
        default_factory=lambda: list(FRAMEWORKS), description="editions whose entries the report relates to"
    )

    def weight(self, probe: str, default: int) -> int:
        return self.weights.get(probe, default)

    def essential(self, probe: str, default: bool) -> bool:
        return default or probe in self.essentials

    def rules(self) -> list[str]:
        """What this profile sets, in sentences for print."""
        heavier = [f"{probe} weighs {weight}" for probe, weight in sorted(self.weights.items())]
        caps = [f"{category} is at most `{cap}`" for category, cap in sorted(self.category_caps.items())]
        return [
            "A level needs more than 85 % of the weight in every unit, and every essential; no profile lowers that.",
            f"Weights: {', '.join(heavier) or 'as in the catalogue'}.",
            f"Essential besides the catalogue's: {', '.join(sorted(self.essentials)) or 'none'}.",
            f"No workflow is above `{self.cap}`{'; ' if caps else ''}{'; '.join(caps)}.",
            f"A gate holds {self.gate_days} days from the day of collecting; an answer counts {self.answer_days} days.",
            f"Relates to: {', '.join(self.frameworks)}.",
        ]


def load_profile(name: str) -> Profile:
    """A bundled profile.

    Raises:
        BadInput: there is none of that name; the message lists them.
    """
    home = files("assess") / "profiles"
    file = home / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(p.name.removesuffix(".yaml") for p in home.iterdir() if p.name.endswith(".yaml")))
        raise BadInput(f"there is no profile `{name}`", "engagement.yaml: profile", f"use one of: {known}")
    from pathlib import Path

    return loads(file.read_text(encoding="utf-8"), Profile, Path(str(file))).value
