"""A plan as one page for the change board: self-contained, without script, readable on paper and on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from probes.gather.plan import Plan, PlanLine
from runtime.estate import Estate
from runtime.systems.settings import SystemSettings

TOKEN = "token"  # noqa: S105 – a place in the plan, no secret


@dataclass(frozen=True)
class Numbered:
    """A line with its number in the plan, as the evidence log names it."""

    number: int
    line: PlanLine

    @property
    def path(self) -> str:
        return "the token address" if self.line.path == TOKEN else self.line.path


@dataclass(frozen=True)
class OfSystem:
    """What the page says about one system."""

    name: str
    role: str
    address: str
    windows: str
    attacks: str
    customer: str
    kept: int
    most: int
    lines: Sequence[Numbered]

    @property
    def reads(self) -> int:
        return sum(one.line.count for one in self.lines if one.line.access == "read")

    @property
    def writes(self) -> int:
        return sum(one.line.count for one in self.lines if one.line.access == "write")


def plan_page(plan: Plan, estate: Estate, file: str = "plan.json") -> str:
    """The page as HTML; `file` is the plan's name in the command that it shows."""
    systems = by_system(plan, estate)
    return rendered(
        "plan.html.j2",
        plan=plan,
        systems=systems,
        total=sum(s.most for s in systems),
        writes=sum(s.writes for s in systems),
        agent=f"cxready/{plan.tool.removeprefix('cxready ')}" + (f" (+{estate.contact})" if estate.contact else ""),
        file=file,
    )


def by_system(plan: Plan, estate: Estate) -> list[OfSystem]:
    """What a plan means for each system that it asks."""
    return [_system(plan, name, estate.systems.get(name)) for name in plan.totals()]


def rendered(template: str, **values: Any) -> str:
    """One template of `templates/collect` with its style inside; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("templates", "collect"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    look = (files("templates") / "collect" / "look.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(look=Markup(look), **values)  # noqa: S704 – our own style sheet


def windows_in_words(settings: SystemSettings) -> str:
    """When a system may be asked, as its engagement says."""
    if not settings.windows:
        return "at any time"
    said = [f"{w.days} {w.hours} {w.zone}{' (writes only)' if w.writes_only else ''}" for w in settings.windows]
    return "; ".join(said)


def _system(plan: Plan, name: str, settings: SystemSettings | None) -> OfSystem:
    lines = [Numbered(n, one) for n, one in enumerate(plan.lines, 1) if one.system == name]
    kept, most = plan.kept.get(name, 0), plan.most(name)
    if settings is None:  # a wiki, which is read without being a system of the engagement
        return OfSystem(
            name, "articles", "as the engagement's knowledge sources say", "at any time", "none", "", kept, most, lines
        )
    return OfSystem(
        name=name,
        role=settings.role,
        address=settings.environments["staging"].url,
        windows=windows_in_words(settings),
        attacks="allowed" if settings.attack_probes else "off",
        customer=settings.writes.test_customer or "" if any(one.line.access == "write" for one in lines) else "",
        kept=kept,
        most=most,
        lines=lines,
    )
