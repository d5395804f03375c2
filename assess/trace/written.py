"""Figures that were read: from a written file by its line, from the bundle's manifest, from an artifact, from the catalogue."""

from __future__ import annotations

from assess.judge import Verdict
from assess.relations import relates_to
from assess.rows import repeat_safe
from assess.trace.path import Path
from assess.trace.rule import Rule, Traced, cell_lines, traced
from probes.artifact import Missing
from probes.finding import State, Subject
from probes.gather.describe import Described


def of_target(verdict: Verdict, path: Path) -> Traced:
    said = verdict.folder.engagement
    return traced(said.value.target_level, f"from {_place(said.place('target_level'))}")


def of_own_view(verdict: Verdict, path: Path) -> Traced:
    said = verdict.folder.engagement
    given = {d: n for d, n in said.value.self_assessed.model_dump().items() if n}
    if path[0] == "overall":
        return traced(
            min(given.values(), default=None),
            "the lowest of the own views",
            f"from {_place(said.place('self_assessed'))}",
        )
    return traced(given.get(path[1]), f"from {_place(said.place('self_assessed', path[1]))}")


def of_workflow(verdict: Verdict, path: Path) -> Traced:
    name = verdict.assessment.workflows[int(path[1])].name
    said = verdict.folder.engagement
    return traced(
        getattr(said.value.workflows[name], path[-1]), f"from {_place(said.place('workflows', name, path[-1]))}"
    )


def of_requests(verdict: Verdict, path: Path) -> Traced:
    a = verdict.assessment
    system = a.systems[int(path[1])].name if path[0] == "systems" else path[1]
    return traced(
        verdict.facts.requests.get(system, 0),
        f"requests that the collection sent to {system}: `cxready evidence log` lists them",
        f"from the manifest of bundle {a.bundle}",
    )


def of_inventory(verdict: Verdict, path: Path) -> Traced:
    names = verdict.facts.inventory[path[1]]
    return traced(
        len(names), f"counted: {', '.join(names[:6])} …", f"from the manifest of bundle {verdict.assessment.bundle}"
    )


def of_knowledge(verdict: Verdict, path: Path) -> Traced:
    return traced(
        verdict.facts.knowledge[path[1]],
        f"{path[1]} as the audit counted them",
        "from the artifact knowledge_audit of the bundle",
    )


def of_system(verdict: Verdict, path: Path) -> Traced:
    row = verdict.assessment.systems[int(path[1])]
    described = verdict.artifacts.get(Described, Subject(unit=row.name))
    if path[2] == "operations":
        value = 0 if isinstance(described, Missing) else len(described.operations)  # type: ignore[attr-defined]
        return traced(value, f"operations that {row.name} describes", "from the artifact described of the bundle")
    if path[2] == "operations_used":
        goals = verdict.folder.estate.goals.values()
        used = sorted({o for goal in goals for o in goal.operations() if o.startswith(f"{row.name}.")})
        return traced(len(used), f"called by workflows: {', '.join(used)}", "from goals.yaml")
    unit = verdict.assessment.levels["crm" if row.role == "crm" else "api"].units[row.name]
    return traced(getattr(unit, path[-1]), f"the level of {row.name} as a unit", f"from levels: explain {row.role}")


def of_finding(verdict: Verdict, path: Path) -> Traced:
    finding = verdict.assessment.findings[int(path[1])]
    probe = next(a.probe for a in verdict.answered if a.cell.probe == finding.probe)
    if path[2] == "tickets_per_month":
        figures = verdict.folder.engagement.value.workflows
        given = {w: figures[w].tickets_per_month or 0 for w in finding.workflows if w in figures}
        said = " + ".join(f"{n} {w}" for w, n in given.items()) or "no workflow with a figure"
        return traced(sum(given.values()), said, "from engagement.yaml: workflows")
    if path[2] == "effort":
        value = probe.effort.wait_days if path[3] == "wait_days" else probe.effort.days[int(path[4])]
        return traced(
            value, f"estimate of {finding.probe}, role {probe.effort.role}", "from the catalogue, our estimate"
        )
    return traced(probe.level, f"from catalogue {verdict.assessment.catalogue}: {finding.probe}")


def of_evidence(verdict: Verdict, path: Path) -> Traced:
    """A fact inside a piece of evidence: read where the probe says."""
    finding = verdict.assessment.findings[int(path[1])]
    answered = next(a for a in verdict.answered if f"{a.cell.probe}({a.cell.subject})" == finding.id)
    evidence = answered.outcome.evidence[int(path[3])]
    at: object = evidence.facts
    for step in path[5:]:
        at = at[int(step)] if isinstance(at, list | tuple) else at[step]  # type: ignore[index]
    kinds = ", ".join(kind.kind for kind in answered.probe.needs)
    value = float(at) if isinstance(at, int | float) else None
    return traced(value, evidence.says, f"from {evidence.source or kinds}, artifact {kinds} of the bundle")


def of_repeat(verdict: Verdict, path: Path) -> Traced:
    write = path[-2]
    return traced(
        repeat_safe(write, verdict.artifacts).settle_s,
        f"seconds until {write} was found again after it was sent twice",
        "from the artifact repeat_trial of the bundle",
    )


def of_relation(verdict: Verdict, path: Path) -> Traced:
    row = verdict.assessment.relations[int(path[1])]
    own = [c for c in verdict.assessment.cells if row.id in relates_to(c.probe) and not c.later]
    wanted = [c for c in own if c.state is State(path[-1])]
    return traced(
        len(wanted),
        f"cells of {', '.join(row.probes) or 'no question'} that are {path[-1]}",
        *cell_lines(wanted, 12),
        "from the cells",
    )


def of_version(verdict: Verdict, path: Path) -> Traced:
    a = verdict.assessment
    value = {"format": 1, "version": a.version}.get(path[-1])
    return traced(value, f"from {'the shape of this file' if path[-1] == 'format' else 'the versions under issued/'}")


def of_since(verdict: Verdict, path: Path) -> Traced:
    since = verdict.assessment.since
    if since is None:
        return traced(None, "nothing was issued")
    if path[1] == "version":
        return traced(since.version, f"issued on {since.issued}", "from issued/")
    change = since.inputs[int(path[2])]
    return traced(change.line, f"line of {change.key}", f"from {change.file}:{change.line}")


def of_standing(verdict: Verdict, path: Path) -> Traced:
    row = verdict.assessment.standings[int(path[1])]
    values: dict[str, int | None] = dict(row.confirmed if path[2] == "confirmed" else row.self_assessed)  # type: ignore[arg-type]
    source = "this assessment" if row.name == "now" else f"the frozen assessment.json of {row.name} under issued/"
    return traced(values[path[3]], f"{path[2].replace('_', ' ')} as of {row.as_of}", f"from {source}")


def _place(place: str) -> str:
    """file:line without the folder."""
    return place.replace("\\", "/").rsplit("/", 1)[-1]


RULES: dict[Path, Rule] = {
    ("format",): of_version,
    ("version",): of_version,
    ("overall", "target"): of_target,
    ("overall", "self_assessed"): of_own_view,
    ("levels", "*", "self_assessed"): of_own_view,
    **{("workflows", "*", name): of_workflow for name in ("tickets_per_month", "minutes_today", "systems_toggled")},
    ("requests", "*"): of_requests,
    ("systems", "*", "requests"): of_requests,
    ("systems", "*", "operations"): of_system,
    ("systems", "*", "operations_used"): of_system,
    ("systems", "*", "level", "*"): of_system,
    ("inventory", "*"): of_inventory,
    ("knowledge", "*"): of_knowledge,
    ("findings", "*", "level"): of_finding,
    ("findings", "*", "tickets_per_month"): of_finding,
    ("findings", "*", "effort", "wait_days"): of_finding,
    ("findings", "*", "effort", "days", "*"): of_finding,
    ("findings", "*", "evidence", "*", "facts", "**"): of_evidence,
    ("gates", "*", "writes", "*", "settle_s"): of_repeat,
    ("workflows", "*", "gate", "writes", "*", "settle_s"): of_repeat,
    **{("relations", "*", name): of_relation for name in ("met", "not_met", "not_measured")},
    ("since", "version"): of_since,
    ("since", "inputs", "*", "line"): of_since,
    ("standings", "*", "*", "*"): of_standing,
}
