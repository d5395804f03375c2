"""The compiled policy for people: each condition with what it means, explanations apart. Runs in any Cedar engine."""

from __future__ import annotations

from runtime.estate import Estate
from runtime.guardrails.cedar import Clause, Rule, rules
from runtime.guardrails.says import money_says

WIDTH = 84
_HEAD = """\
// What agents of {organisation} may do, compiled from guardrails.yaml and effects/. Do not edit: change those, prove, compile again.
// Amounts are whole minor units. A call is allowed only by a permit, and every limit stands inside it.
"""
_EXPLAINS = """\
// ---- Explanations ----
// Each says why a call is not allowed, and what follows (@outcome). None of them decides: what they forbid, no permit allows.
"""


def policy_text(estate: Estate) -> str:
    """Permits with what each condition means, then the explaining forbids; valid Cedar."""
    found = list(rules(estate))
    permits = "\n".join(_permit(one) for one in found)
    return f"{_HEAD.format(organisation=_line(estate.organisation))}\n{permits}\n{_EXPLAINS}\n{''.join(one.explanations() for one in found)}"


def _permit(rule: Rule) -> str:
    """The rule's own permit, a comment behind each condition."""
    head = rule.permit().partition("when {\n")[0]
    last = len(rule.clauses) - 1
    lines = [_condition(clause, rule, " &&" if n < last else "") for n, clause in enumerate(rule.clauses)]
    about = f"// {_line(rule.action)}: {_line(rule.workflow)} calls {_line(rule.operation)}"
    return f"{about}\n{head}when {{\n" + "\n".join(lines) + "\n};\n"


def _condition(clause: Clause, rule: Rule, end: str) -> str:
    """The comment behind the condition, or above one that is long."""
    line, means = f"  {clause.holds}{end}", f"// {_means(clause, rule)}"
    return f"{line:<{WIDTH}}  {means}" if len(line) <= WIDTH else f"  {means}\n{line}"


def _means(clause: Clause, rule: Rule) -> str:
    most = (
        money_says(clause.bound or 0, rule.currency)
        if clause.kind in ("each", "customer_per_30_days", "all_per_day")
        else ""
    )
    by_kind = {
        "restricted": "carries no restricted data",
        "negative": f"{clause.name} is not negative",
        "currency": f"in {clause.name}",
        "each": f"at most {most} a call",
        "customer_per_30_days": f"at most {most} to a customer in 30 days, with this call",
        "all_per_day": f"at most {most} in 24 hours, with this call",
        "count_per_customer_per_30_days": f"at most {clause.bound} for a customer in 30 days",
        "count_per_day": f"at most {clause.bound} in 24 hours",
        "fact": f"only when confirmed: {clause.name.replace('_', ' ')}",
        "mode": "alone, but for high-stakes cases; or with a person's approval"
        if '"act"' in clause.holds
        else "with a person's approval",
    }
    return _line(by_kind.get(clause.kind, "always"))


def _line(text: str) -> str:
    """One line of printable text, so that a name can never end a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
