"""A handoff projected from the decision log: facts, attempts and effects are the log's rows, never a model's prose.

A row that read a system becomes an attempt and, by its `detail.facts`, facts tied to the row's number; a write
becomes done,
not done or unknown by its recorded effect. A write that was started and has no recorded effect is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from runtime.escalation.form import (
    Ask,
    Attempt,
    Customer,
    Effects,
    Fact,
    Handoff,
    Reason,
    Recommendation,
    Return,
    RouteTaken,
    cut,
    handoff_id,
)

Result = Literal["ok", "held", "refused", "failed", "unknown"]
MOST_FACTS = 12
PAGING = frozenset({"limit", "offset", "page", "per_page", "pages", "cursor", "next", "has_more", "page_size"})
PERIOD = frozenset({"from", "to", "since", "until"})
DONE = frozenset({"done", "written", "created", "updated", "deleted", "ok", "removed", "reversed"})
READ = frozenset({"read", "none", ""})
HELD = frozenset({"escalate", "approve", "observe", "held", "handoff"})
REFUSED = frozenset({"refuse", "refused", "deny", "denied", "blocked"})
FAILED = frozenset({"failed", "fault", "error", "timeout", "not_reachable", "path"})
OPEN = frozenset({"unknown", "intent", "intended", "started", "pending"})


class LogRow(Protocol):
    """What is read of a row; `runtime.decision_log.Entry` is one."""

    @property
    def run(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...
    @property
    def decision(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, Any]: ...


def project(
    log_rows: Iterable[LogRow],
    *,
    ask: Ask,
    why: Reason,
    customer: Customer,
    route: RouteTaken,
    created: datetime,
    workflow: str = "",
    category: str = "",
    problem: str = "",
    quote: str = "",
    recommended: Recommendation | None = None,
    writes: frozenset[str] | None = None,
    **more: Any,
) -> Handoff:
    """Builds the handoff of one run.

    Args:
        log_rows: rows of one run, in order.
        writes: `system.operation` names that are writes; None: a row is a write when its effect says so or it carries
            a decision.
        more: further parts of the form (severity, sensitive, unsure, promised, return_, test …).
    """
    rows = list(log_rows)
    case = str(more.pop("case", "") or (rows[0].run if rows else ""))
    settled = _settled(rows)
    effects = Effects(
        done=_names(settled, writes, "ok"),
        unknown=_names(settled, writes, "unknown"),
        not_done=tuple(
            dict.fromkeys(
                (
                    *_names(settled, writes, "held"),
                    *_names(settled, writes, "refused"),
                    *_names(settled, writes, "failed"),
                )
            )
        ),
    )
    key = more.pop("handoff_id", None) or handoff_id(case, why.class_, ask.question)
    more.setdefault("return_", Return(ways=("link", "ticket_field", "reply"), code=code_of(key)))
    called = [row for row in rows if row.operation]
    return Handoff(
        handoff_id=key,
        case=case,
        workflow=workflow,
        created=created,
        ask=ask,
        why=why,
        category=category,
        customer=customer,
        problem=cut(problem, 240),
        quote=quote,
        facts=tuple(_facts(rows)),
        attempted=tuple(Attempt(step=row.step, result=result_of(row), seq=row.seq) for row in settled if row.operation),
        effects=effects,
        systems_queried=tuple(dict.fromkeys(row.operation.split(".", 1)[0] for row in called)),
        not_reachable=tuple(
            dict.fromkeys(
                row.operation.split(".", 1)[0] for row in called if row.effect in ("not_reachable", "path", "timeout")
            )
        ),
        recommended=recommended,
        route=route,
        **more,
    )


def result_of(row: LogRow) -> Result:
    """What became of one row's step."""
    effect, decision = row.effect.lower(), row.decision.lower()
    if effect in OPEN:
        return "unknown"
    if effect in FAILED:
        return "failed"
    if effect in DONE and effect != "none":
        return "ok"
    if decision in REFUSED:
        return "refused"
    if decision in HELD:
        return "held"
    return "ok"


def code_of(key: str) -> str:
    """Four characters for the own line of a reply, from the key; letters and digits that are not mistaken for each
    other.
    """
    import hashlib

    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(alphabet[byte % 32] for byte in hashlib.sha256(key.encode()).digest()[:4])


def _settled(rows: list[LogRow]) -> list[LogRow]:
    """The last row of each step and operation: an intent that has an effect later is no longer open."""
    last: dict[tuple[str, str, str], LogRow] = {}
    for row in rows:
        if row.operation:
            last[(row.step, row.operation, repr(sorted(row.arguments.items(), key=lambda item: item[0])))] = row
    return sorted(last.values(), key=lambda row: row.seq)


def _names(rows: list[LogRow], writes: frozenset[str] | None, result: Result) -> tuple[str, ...]:
    return tuple(_says(row) for row in rows if _is_write(row, writes) and result_of(row) == result)


def _is_write(row: LogRow, writes: frozenset[str] | None) -> bool:
    if writes is not None:
        return row.operation in writes
    return bool(row.decision) or row.effect.lower() not in READ


def _says(row: LogRow) -> str:
    """`billing.createCredit 74.50 EUR`: the operation and the amount that it was about."""
    about = [row.arguments.get(name) for name in ("amount", "currency")] if "amount" in row.arguments else []
    return " ".join(str(part) for part in (row.operation, *about) if part is not None)


def _facts(rows: list[LogRow]) -> Iterable[Fact]:
    """Rows state facts in `detail.facts` (name → value); the last value of a name holds."""
    found: dict[str, Fact] = {}
    for row in rows:
        facts = row.detail.get("facts")
        for name, value in _telling(facts) if isinstance(facts, Mapping) else ():
            found[str(name)] = Fact(
                name=str(name),
                value=value,
                source=row.operation or row.step,
                at=datetime.fromisoformat(row.at),
                evidence=f"log:{row.seq}",
            )
    return list(found.values())[-MOST_FACTS:]


def _telling(facts: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Without the envelope of a list (page, offset, its total) and the period that was asked for."""
    paged = any(str(name).lower() in PAGING for name in facts)
    return [
        (name, value)
        for name, value in facts.items()
        if str(name).lower() not in PAGING | PERIOD and not (paged and str(name).lower() in ("total", "count"))
    ]
