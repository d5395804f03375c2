"""The rule for a figure by its path, and its derivation in lines."""

from __future__ import annotations

from assess.judge import Verdict
from assess.trace import exported, levels, planned, written
from assess.trace.path import Path, figures, read, shown
from assess.trace.rule import Rule, Traced

RULES: dict[Path, Rule] = {**levels.RULES, **written.RULES, **planned.RULES, **exported.RULES}


def trace(verdict: Verdict, path: Path) -> Traced | None:
    """The figure worked out again; None where no rule knows it."""
    rule = next((rule for pattern, rule in RULES.items() if _fits(pattern, path)), None)
    return rule(verdict, path) if rule else None


def figure_lines(verdict: Verdict, text: str) -> list[str] | None:
    """Lines for a figure, or for every figure below a path (at most twelve); None when the path leads to none."""
    tree = verdict.assessment.model_dump(mode="json")
    path = read(text, tree)
    if path is None:
        return None
    found = [(p, v) for p, v in figures(tree) if p[: len(path)] == path]
    lines: list[str] = []
    for one, value in found[:12]:
        lines += [f"{shown(one, tree)} = {value:g}" if isinstance(value, float) else f"{shown(one, tree)} = {value}"]
        lines += [f"  {line}" for line in _lines(verdict, one)]
    return [*lines, f"… and {len(found) - 12} more figures below {text}"] if len(found) > 12 else lines or None


def _lines(verdict: Verdict, path: Path) -> tuple[str, ...]:
    found = trace(verdict, path)
    return found.lines if found else ("no rule derives this figure",)


def _fits(pattern: Path, path: Path) -> bool:
    if pattern[-1] == "**":
        return len(path) >= len(pattern) - 1 and _fits(pattern[:-1], path[: len(pattern) - 1])
    return len(pattern) == len(path) and all(p in ("*", s) for p, s in zip(pattern, path, strict=True))
