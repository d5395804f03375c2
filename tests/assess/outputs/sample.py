"""Sample assessments for the report's tests: a small telecom in four states, levels and gates computed by the judge's own rules."""

# ruff: noqa: E501  sample texts stand on one line

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from assess.assessment import (
    Assessment,
    Cell,
    Coverage,
    Decision,
    DimensionLevel,
    Effort,
    Finding,
    Join,
    Measurement,
    Milestone,
    Overall,
    Roadmap,
    SystemRow,
    Task,
    WorkedExample,
    Workflow,
)
from assess.gates import judge_gate
from assess.levels import dimension_interval, under_way, unit_level, units_of
from probes.finding import DIMENSIONS, Dimension, Evidence, Grade, State, Subject
from probes.probe import Scope, SystemScope, WorkflowScope
from runtime.gate import WorkflowGate

ROLES = {
    "crm": ("crm", "rest"),
    "billing": ("billing", "rest"),
    "usage": ("usage", "soap"),
    "ticketing": ("ticketing", "rest"),
    "identity": ("identity", "rest"),
    "mail": ("other", "rest"),
}
TWINS = (
    "described:2:D description_valid:2:D machine_auth*:2:M session_survives*:2:M tls:2:M latency:2:M owner_named:2:A"
    " pagination_complete:3:M errors_structured:3:M writes_stick*:3:M least_privilege:3:M repeat_safe*:4:M"
    " no_lost_updates:4:M limits_stated:4:D throttling_recoverable:4:M change_notice:4:D"
)
OWN: dict[Dimension, str] = {
    "crm": TWINS + " finds_customer:2:M history_readable:3:M notes_writable:3:M audit_trail:4:M",
    "api": TWINS + " joins:3:M",
    "knowledge": (
        "owned:2:D current:2:M covers_intents:2:M structured:2:M no_conflicts*:3:M no_duplicates:3:M links_alive:3:M"
        " retrieves:3:M agrees_with_guardrails*:4:D no_injection*:4:M no_personal_data:4:M"
    ),
    "guardrails": (
        "defined:2:D owned:2:A restricted_data_named:2:D discloses_ai:2:D covers_every_write*:3:D"
        " escalation_triggers:3:D restricted_data_blocked*:3:M denials_logged:3:M limits_proved*:4:M"
        " enforced_at_api*:4:M cumulative_limits_hold*:4:M kill_switch*:4:M high_stakes_gated*:4:M"
    ),
    "escalation": (
        "route_defined*:2:D interface_named:2:D payload_complete:3:M readable:3:M delivered*:3:M delivered_once:3:M"
        " human_on_request:3:M capacity:4:D nothing_lost*:4:M return_path*:4:M sensitive_routed:4:M"
    ),
}
WORKFLOWS = {
    "billing-dispute": (
        "Billing dispute",
        "billing",
        4200,
        14.0,
        3,
        ("crm", "billing", "usage", "mail", "identity", "ticketing"),
        ("issue_credit",),
        ("billing-desk",),
    ),
    "refund-overpayment": (
        "Refund of an overpayment",
        "billing",
        1900,
        11.0,
        2,
        ("crm", "billing", "identity", "ticketing"),
        ("issue_refund",),
        ("billing-desk",),
    ),
    "device-return": (
        "Device return",
        "returns",
        2600,
        9.0,
        2,
        ("crm", "mail", "identity", "ticketing"),
        ("register_return",),
        ("service-desk",),
    ),
    "plan-change": (
        "Plan change",
        "contract",
        3100,
        8.0,
        2,
        ("crm", "billing", "identity", "ticketing"),
        ("change_plan",),
        ("contract-desk",),
    ),
}
OPERATIONS = {
    "billing-dispute": ("usage.getUsage", "crm.getContract", "billing.createCredit", "mail.sendMessage"),
    "refund-overpayment": ("crm.getContract", "billing.createRefund"),
    "device-return": ("crm.getOrder", "crm.createReturn"),
    "plan-change": ("crm.getContract", "billing.changePlan"),
}
WRITES = {
    "billing": ("createCredit", "createRefund", "changePlan"),
    "crm": ("createReturn",),
    "mail": ("sendMessage",),
    "ticketing": ("createTicket",),
}
SCOPE = Scope(
    systems={name: SystemScope(role, protocol) for name, (role, protocol) in ROLES.items()},
    workflows={
        name: WorkflowScope(w[1], OPERATIONS[name], OPERATIONS[name][-1:], w[5], w[6], w[7])
        for name, w in WORKFLOWS.items()
    },
    actions={w[6][0]: OPERATIONS[name][-1:] for name, w in WORKFLOWS.items()},
    routes={
        "billing-desk": ("billing-dispute", "refund-overpayment"),
        "service-desk": ("device-return",),
        "contract-desk": ("plan-change",),
    },
)
GRADES: dict[str, Grade] = {"M": "measured", "D": "declared", "A": "attested"}
AS_OF = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
Flaws = dict[tuple[str, str], tuple[State, str, str]]
NOT_MET, GAP = State.NOT_MET, State.NOT_MEASURED

DEMO: Flaws = {
    ("api.repeat_safe", "billing.createRefund"): (
        NOT_MET,
        "A repeated call makes billing pay the same refund twice",
        "key ignored",
    ),
    ("api.writes_stick", "billing.changePlan"): (
        NOT_MET,
        "Billing answers 200 to a plan change and drops it",
        "dropped",
    ),
    ("knowledge.no_conflicts", "device-return"): (
        NOT_MET,
        "Two articles promise 14 and 30 days to return a device",
        "conflict",
    ),
    ("escalation.route_defined", "contract-desk"): (
        NOT_MET,
        "Nobody receives a plan-change case from 20:00 to 08:00",
        "no staff",
    ),
    ("knowledge.no_duplicates", "device-return"): (
        NOT_MET,
        "Two articles on returns tell the same story in other words",
        "duplicate",
    ),
    ("api.latency", "usage"): (NOT_MET, "Usage answers one call in ten after more than three seconds", "slow"),
    ("api.owner_named", "ticketing"): (
        NOT_MET,
        "Nobody is named who owns changes of the ticketing interface",
        "not stated",
    ),
    ("api.latency", "identity"): (GAP, "Latency of identity: not measured", "budget"),
    ("escalation.capacity", "contract-desk"): (
        NOT_MET,
        "Seven of 24 hours lack a person for plan-change handoffs",
        "staff",
    ),
    ("knowledge.links_alive", "plan-change"): (NOT_MET, "One link in the plan articles leads nowhere", "dead link"),
    ("escalation.return_path", "contract-desk"): (GAP, "A decision that comes back: not measured", "needs"),
    ("crm.latency", "crm"): (GAP, "Latency of the CRM: not measured", "window"),
    ("api.owner_named", "mail"): (GAP, "Owner of mail: not measured", "no_input"),
}


def demo() -> Assessment:
    """Four workflows, six systems, ten findings: act, approve, observe, blocked."""
    return assessment(DEMO, decisions=_DECISIONS)


def flawless() -> Assessment:
    return assessment({})


def unmeasured() -> Assessment:
    """Nothing was collected: every check is a gap."""
    return assessment({}, all_gaps=True)


def large(workflows: int = 12, findings: int = 20) -> Assessment:
    """Twelve workflows with long names, twenty findings with long titles and evidence."""
    base = demo()
    many = [_long_finding(base.findings[i % len(base.findings)], i) for i in range(findings)]
    long_name = (
        "Correction of a wrongly charged roaming bundle for business customers with several sub-accounts, region {}"
    )
    flows = [
        base.workflows[i % 4].model_copy(update={"name": f"workflow-{i}", "title": long_name.format(i + 1)})
        for i in range(workflows)
    ]
    tasks = [_task(f, i) for i, f in enumerate(many)]
    return base.model_copy(
        update={
            "findings": many,
            "workflows": flows,
            "gates": {w.name: w.gate for w in flows},
            "roadmap": base.roadmap.model_copy(update={"tasks": tasks}),
        }
    )


def hostile() -> Assessment:
    """Markup, very long tokens, right-to-left text and control characters wherever text comes from outside."""
    base, nasty = (
        demo(),
        "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }} \u202e\u05e9\u05dc\u05d5\u05dd\u202c"
        " \x00\x07\x1b[31m " + "W" * 900 + " \"'&amp;</style></svg>",
    )
    found = base.findings[0]
    evil = found.model_copy(
        update={
            "title": nasty, "cause": nasty, "consequence": nasty, "remedy": [nasty, "x" * 3000], "owner": nasty, "why": nasty, "how": nasty, "relates": [nasty],
            "evidence": [Evidence(says=nasty, request=nasty + "\n" * 200 + nasty, response="\n".join([nasty] * 40), source=nasty, at=nasty), *[Evidence(says=nasty, source=nasty)] * 9],
        }
    )  # fmt: skip
    side = {"article": nasty, "heading": nasty, "quote": nasty, "value": "alert", "scope": nasty}
    pair = base.findings[1].model_copy(update={"evidence": [Evidence(says=nasty, facts={"sides": [side, side]})] * 5})
    flows = [base.workflows[0].model_copy(update={"title": nasty}), *base.workflows[1:]]
    systems = [
        base.systems[0].model_copy(update={"name": nasty, "owner": nasty, "authentication": nasty}),
        *base.systems[1:],
    ]
    joins = [Join(source=nasty, target="crm.id", state=State.MET, says=nasty), *base.joins]
    return base.model_copy(
        update={
            "organisation": nasty,
            "findings": [evil, pair, *base.findings[2:]],
            "workflows": flows,
            "systems": systems,
            "joins": joins,
            "notes": [nasty],
            "left_behind": [nasty],
        }
    )


def assessment(flaws: Flaws, *, all_gaps: bool = False, decisions: Iterable[Decision] = ()) -> Assessment:
    cells = list(_cells(flaws, all_gaps))
    findings = [_finding(c, i) for i, c in enumerate((c for c in cells if c.state is NOT_MET), 1)]
    number = {f"{f.probe}({f.subject})": f.number for f in findings}
    highest: dict[Dimension, int] = dict.fromkeys(DIMENSIONS, 4)
    levels = {d: _level(cells, d, number) for d in DIMENSIONS}
    flows = [_workflow(name, cells, highest, number) for name in WORKFLOWS]
    tasks = [_task(f, i) for i, f in enumerate(findings)]
    confirmed, possible = min(v.confirmed for v in levels.values()), min(v.possible for v in levels.values())
    return Assessment(
        tool="cxready 0.1.0", organisation="Northwind Telecom", currency="EUR", agent="bundled", enforcement="bundled_proxy", as_of=AS_OF, catalogue="2026.1", profile="default",
        bundle="sha256:" + "9f3c41d7a2e85b60" * 3 + "77aa03c95b6cb20e", run="2026-11-20T0915Z", expires="2027-02-18",
        overall=Overall(confirmed=confirmed, possible=possible, target=4, self_assessed=3), levels=levels, gates={w.name: w.gate for w in flows}, workflows=flows,
        systems=[_system(name, cells, levels, findings) for name in ROLES],
        joins=_joins(all_gaps), findings=findings, cells=cells, next=_next(cells), roadmap=_roadmap(tasks), worked_example=WorkedExample(dimension="escalation", unit="contract-desk", lines=_LINES),
        decisions=list(decisions), requests={} if all_gaps else {"crm": 48, "billing": 71, "usage": 22, "ticketing": 39, "identity": 9, "mail": 14},
        reversed=[] if all_gaps else [f"billing.createCredit cr_{88100 + i}" for i in range(6)] + ["crm.createReturn rt_104", "ticketing.createTicket T-2291"],
        left_behind=[], inventory={"operations": 31, "articles": 40, "sections": 163, "limits": 4}, knowledge={} if all_gaps else {"articles": 40, "sections": 163, "claims": 211, "pairs": 884, "not_read": 0},
        limits_proved=[] if all_gaps else ["No single credit above EUR 50.00, over every write", "No customer gets over EUR 100.00 in 30 days", "Card numbers and health data are never read"],
    )  # fmt: skip


def _cells(flaws: Flaws, all_gaps: bool) -> Iterable[Cell]:
    for dimension, text in OWN.items():
        for entry in text.split():
            name, level, kind = entry.replace("*", "").split(":")
            probe = f"{dimension}.{name}"
            for subject in _subjects(dimension, name):
                state, title, cause = flaws.get(
                    (probe, str(subject)), (State.MET, f"{name.replace('_', ' ').capitalize()} holds for {subject}", "")
                )
                if all_gaps:
                    state, title, cause = GAP, f"{name.replace('_', ' ').capitalize()}: not measured", "unreachable"
                yield Cell(
                    probe=probe, subject=subject, dimension=dimension, level=int(level), essential="*" in entry, weight=2 if "*" in entry else 1, state=state, title=title, cause=cause,
                    grade="none" if state is GAP else GRADES[kind], would_measure=f"cxready collect . --probe {probe}" if state is GAP else "",
                    workflows=[w for w, v in WORKFLOWS.items() if subject.unit in (w, *v[5], *v[6], *v[7])],
                )  # fmt: skip


def _subjects(dimension: Dimension, name: str) -> list[Subject]:
    if dimension in ("crm", "api"):
        units = SCOPE.systems_of(dimension)
        if name in ("writes_stick", "repeat_safe"):
            return [Subject(unit=u, item=w) for u in units for w in WRITES.get(u, ())]
        return [Subject(unit=u) for u in units]
    return [
        Subject(unit=u)
        for u in {"knowledge": SCOPE.workflows, "guardrails": SCOPE.actions, "escalation": SCOPE.routes}[dimension]
    ]


def _level(cells: list[Cell], dimension: Dimension, number: dict[str, str]) -> DimensionLevel:
    own = [c for c in cells if c.dimension == dimension]
    units = {n: unit_level(v, 4) for n, v in units_of(own, {c.subject.unit for c in own}).items()}
    confirmed, possible = dimension_interval(units, 4)
    kinds = Counter("not_measured" if c.state is GAP else c.grade for c in own)
    held = [
        number.get(f"{c.probe}({c.subject})", c.probe)
        for c in own
        if c.state in (NOT_MET, GAP) and c.level == confirmed + 1
    ]
    views = {"crm": 4, "api": 3, "knowledge": 4, "guardrails": 3, "escalation": 3}
    cover = Coverage(
        measured=kinds["measured"],
        declared=kinds["declared"],
        attested=kinds["attested"],
        not_measured=kinds["not_measured"],
    )
    return DimensionLevel(
        confirmed=confirmed,
        possible=possible,
        coverage=cover,
        under_way=under_way(units, confirmed),
        units=units,
        self_assessed=views[dimension],
        held_by=held,
    )


def _workflow(name: str, cells: list[Cell], highest: dict[Dimension, int], number: dict[str, str]) -> Workflow:
    title, category, tickets, minutes, toggled, *_ = WORKFLOWS[name]
    judged = judge_gate(cells, name, SCOPE, highest, ())
    gate = WorkflowGate(
        autonomy=judged.autonomy,
        by_dimension=dict(judged.by_dimension),
        held_by=[number.get(h, h) for h in judged.held],
        could_be=list(judged.could_be),
        systems=list(WORKFLOWS[name][5]),
    )
    return Workflow(
        name=name,
        title=title,
        category=category,
        tickets_per_month=tickets,
        minutes_today=minutes,
        systems_toggled=toggled,
        levels=dict(judged.levels),
        gate=gate,
        passes=judged.autonomy in ("act", "approve"),
    )


def _system(
    name: str, cells: list[Cell], levels: dict[Dimension, DimensionLevel], findings: list[Finding]
) -> SystemRow:
    role, protocol = ROLES[name]
    unit = levels["crm" if role == "crm" else "api"].units[name]
    owner = {
        "crm": "CRM platform",
        "billing": "Billing API",
        "usage": "Network IT",
        "ticketing": "Service desk",
        "identity": "Security",
        "mail": "Messaging",
    }[name]
    operations = {"crm": 9, "billing": 8, "usage": 3, "ticketing": 6, "identity": 2, "mail": 3}[name]
    authentication = "session, WS-Security" if protocol == "soap" else "OAuth2"
    return SystemRow(name=name, role=role, protocol=protocol, authentication=authentication, owner=owner, operations=operations, operations_used=min(3, operations),
                     level={"confirmed": unit.confirmed, "possible": unit.possible}, findings=[f.number for f in findings if f.subject.unit == name], requests=20)  # fmt: skip


def _joins(all_gaps: bool) -> list[Join]:
    rows = [
        ("usage", "crm", "20 of 20 usage records name a contract", "contract_no"),
        ("crm", "billing", "20 of 20 contracts lead to one account", "account_id"),
        ("usage", "billing", "20 of 20 sessions carry a charge id", "charge_id"),
        ("crm", "ticketing", "12 of 12 tickets name a customer", "customer_ref"),
    ]
    return [
        Join(
            source=f"{s}.{k}",
            target=f"{t}.{k}",
            state=GAP if all_gaps else State.MET,
            says="not followed" if all_gaps else says,
        )
        for s, t, says, k in rows
    ]


def _next(cells: list[Cell]) -> list[Measurement]:
    gaps = [c for c in cells if c.state is GAP]
    return [
        Measurement(
            probe=c.probe,
            subject=c.subject,
            do=f"Allow the trial and run cxready collect . --probe {c.probe}",
            could_move=f"{c.dimension} from confirmed to possible",
        )
        for c in gaps[:10]
    ]


_ROLES = ("Billing API", "Knowledge owner", "Service desk", "Network IT")
_LINES = [
    "Level 2 asks for weight 3: 1 met, 2 not met; it may miss 0.",
    "escalation.route_defined is essential and not met: confirmed 1.",
    "With every gap counted as met, route_defined still is not: possible 1.",
]
_DECISIONS = (
    Decision(
        decision="Release the pilot of two workflows for eight weeks",
        sets_free="6,100 tickets a month",
        cost="€38,000",
        owner="COO",
        date="2026-12-02",
    ),
    Decision(
        decision="Fund the two billing remedies first", sets_free="plan changes, 3,100", cost="", owner="CIO", date=""
    ),
)


def _finding(cell: Cell, n: int) -> Finding:
    effort = Effort(days=(1 + n % 3, 3 + n % 5, 8 + n % 7), wait_days=5.0 * (n % 2), role=_ROLES[n % 4])
    builder = _EVIDENCE.get(cell.probe, _plain_evidence)
    return Finding(
        id=f"{cell.probe}:{cell.subject}", number=f"F-{n:02d}", probe=cell.probe, subject=cell.subject, dimension=cell.dimension, level=cell.level, essential=cell.essential, outcome=NOT_MET,
        title=cell.title, cause=cell.cause, grade=cell.grade, evidence=builder(cell), effort=effort, owner=effort.role, workflows=cell.workflows,
        consequence="The customer is told “done” and finds on the next bill that nothing has changed; the second contact is an angry one.",
        remedy=["Store the key with a hash of the body before booking, with a unique index on both.", "Answer a repeat with the first result and 200; another body with the same key with 422.", "Keep keys for 72 hours, longer than the longest retry.", "Until then a person approves every such write."],
        why="An agent repeats a call whenever an answer gets lost: a time-out, a restart or an impatient customer is enough.",
        how="One write on a test customer, the same write again with the same key, then both are read back and reversed.",
        tickets_per_month=sum(WORKFLOWS[w][2] for w in cell.workflows), relates=["OWASP Agentic 2026 ASI02", "NIST AI RMF 1.0 Measure 2.6", "ISO/IEC 42001 A.6.2.4"],
    )  # fmt: skip


def _repeat(cell: Cell) -> list[Evidence]:
    ask = (
        'POST /refunds\nIdempotency-Key: c0ffee-7f21\nAuthorization: [removed]\n\n{"account_id": "A-90017",\n'
        ' "payment_id": "pm_5518",\n "amount": "42.00"}'
    )
    return [
        Evidence(
            says="First call",
            request=ask,
            response='201 Created\n{"refund_id": "rf_88101", "amount": "42.00"}',
            at="20 November 2026, 09:18 UTC",
        ),
        Evidence(
            says="Second call, same key, same body, 3 seconds later",
            request=ask,
            response='201 Created\n{"refund_id": "rf_88102", "amount": "42.00"}',
            at="20 November 2026, 09:18 UTC",
        ),
        Evidence(
            says=(
                "Read back: account A-90017 shows two refunds, EUR 84.00; expected one and EUR 42.00. Both were"
                " reversed and the reversal was read back."
            ),
            source="GET /accounts/A-90017/refunds",
        ),
    ]


def _dropped(cell: Cell) -> list[Evidence]:
    return [
        Evidence(
            says=(
                "The write is accepted, with the new plan in the answer; the record read afterwards shows the old one."
            ),
            request='PATCH /accounts/A-90017\n\n{"plan": "flex-20"}',
            response='200 OK\n{"account_id": "A-90017", "plan": "flex-20"}',
            at="20 November 2026, 09:21 UTC",
        ),
        Evidence(
            says="Read back after 0.5, 2 and 5 seconds: plan “flex-10”, unchanged in 3 of 3 readings",
            source="GET /accounts/A-90017",
        ),
    ]


def _conflict(cell: Cell) -> list[Evidence]:
    old = {
        "article": "Returning a device",
        "heading": "Deadlines",
        "quote": "You can send a device back within 14 days of delivery.",
        "value": "14 days",
        "scope": "consumer, all plans",
        "owner": "none named",
        "updated": "2023-03-03",
    }
    new = {
        "article": "Your right to return",
        "heading": "How long you have",
        "quote": "Customers have 30 days from delivery to return any device.",
        "value": "30 days",
        "scope": "consumer, all plans",
        "owner": "Service policy",
        "updated": "2026-05-12",
    }
    return [
        Evidence(
            says=(
                "Same subject, same start, same customers; nothing in either text lets both be true. The second is"
                " newer and owned: probably right."
            ),
            facts={"sides": [old, new]},
        )
    ]


def _plain_evidence(cell: Cell) -> list[Evidence]:
    return [
        Evidence(
            says=f"{cell.title}: seen in 3 of 3 readings.",
            source="escalation.yaml:24" if cell.dimension == "escalation" else f"artifacts/{cell.probe}.json",
        ),
        Evidence(says="No later reading says otherwise.", source="bundle manifest"),
    ]


_EVIDENCE: dict[str, Callable[[Cell], list[Evidence]]] = {
    "api.repeat_safe": _repeat,
    "api.writes_stick": _dropped,
    "knowledge.no_conflicts": _conflict,
}


def _task(f: Finding, i: int) -> Task:
    start = (i // 4) * 2.0 + (i % 4) * 0.5 + (1.3 if i % 4 == 3 else 0.0)
    return Task(
        id=f"T-{i + 1:02d}",
        title=f"Mend: {f.title}"[:90],
        findings=[f.number],
        role=f.effort.role,
        effort=f.effort,
        needs=[f"T-{i:02d}"] if i % 4 == 3 else [],
        start_p50=start,
        finish_p50=start + 1.8,
        finish_p80=start + 3.1,
        lifts=["level 3 of " + f.dimension],
        gain_days=8.0 - i * 0.5 if i < 12 else 0.0,
    )


def _roadmap(tasks: list[Task]) -> Roadmap:
    if not tasks:
        return Roadmap()
    stones = [
        Milestone(what="Level 3, Prepare", p50_weeks=6.2, p80_weeks=8.8, person_days=31),
        Milestone(what="Level 4, Act within limits", p50_weeks=9.1, p80_weeks=12.6, person_days=48),
    ]
    return Roadmap(
        tasks=tasks,
        milestones=stones,
        scarce_role="Billing API",
        one_more="A second billing engineer brings level 4 eleven days forward",
        assumptions=[
            "One person a role, two tasks at a time, no holidays.",
            "One factor for the whole engagement: median 1.3, sigma 0.35 (reference class of IT projects).",
        ],
    )


def _long_finding(f: Finding, i: int) -> Finding:
    evidence: list[Any] = list(f.evidence) + [
        Evidence(
            says=(
                f"Further reading number {n} of the very same record, which again shows the former value and not the"
                " new one"
            ),
            source="artifacts/round-trip.json",
        )
        for n in range(i % 5)
    ]
    return f.model_copy(
        update={
            "id": f"{f.id}#{i}",
            "number": f"F-{i + 1:02d}",
            "title": f"{f.title}, in region {i + 1} and for customers with more than one contract",
            "evidence": evidence,
        }
    )
