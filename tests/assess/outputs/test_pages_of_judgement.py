"""Pages of selection, business case, changes, frameworks and the client's words: complete, honest, and well set."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import Any

import pytest

from assess.assessment import Assessment, CouldBe
from assess.case_figures import Bar, Bin, BusinessCase, CaseInput, Freed, Scenario, Spread, WorkflowCase
from assess.changes import InputChange
from assess.demand_figures import Candidate, ClientComment, Measured, Mixed, TicketFigures
from assess.outputs import html_case, html_desk, html_view, pdf, pdf_fit
from assess.outputs.html import render
from assess.outputs.markdown import summary
from assess.outputs.register_tables import tables
from assess.relation_figures import Relation
from assess.version_figures import Mover, Since, Standing

NEW = ("candidates", "case", "since", "relations", "client")
SHARE = Measured(k=93, n=674, low=0.114, high=0.166)


def case(p10: float, p50: float, p90: float) -> BusinessCase:
    value, hours = Spread(p10=p10, p50=p50, p90=p90), Spread(p10=31, p50=38, p90=45)
    step = (p90 - p10) / 10
    main = Scenario(
        name="today",
        says="workflows that act or are approved today",
        workflows=[
            WorkflowCase(
                workflow="billing-dispute", title="Billing dispute", autonomy="approve", counted=True, tickets=hours, attempted=hours, resolved=hours, hours=hours, value=value,
            ),
            WorkflowCase(
                workflow="plan-change", title="Change of plan", autonomy="blocked", counted=False, tickets=hours, attempted=hours, resolved=hours, hours=hours, value=value,
            ),
        ],
        hours=hours,
        people=0.3,
        value=value,
        loss_share=0.4,
        break_even_month=None if p50 < 0 else 9,
        distribution=[Bin(low=p10 + i * step, high=p10 + (i + 1) * step, share=0.1) for i in range(10)],
        tornado=[
            Bar(input="resolved_share", workflow="billing-dispute", title="Resolved of attempted", at_low=p10, at_high=p90, share=0.6, origin="assumption", vendor=True),
            Bar(input="run_cost", title="Run cost a month", at_low=p90, at_high=p10, share=0.3, origin="answer"),
        ],
    )  # fmt: skip
    given = CaseInput(name="resolved_share", workflow="billing-dispute", title="Resolved of attempted", low=0.17, likely=0.45, high=0.76, unit="share",
        origin="assumption", says="a survey of 2023", vendor=True)  # fmt: skip
    return BusinessCase(
        months=36, currency="EUR", draws=4000, inputs=[given], scenarios=[main], vendor_value=52_000.0, vendor_says="76 % resolved, as one vendor says",
        redeployment=[Freed(use="Shorter queue", share=0.45, hours=17, money=False)], definitions=["Resolved: no repeat contact in 7 days"],
    )  # fmt: skip


def told(sample: ModuleType, **more: Any) -> Assessment:
    a: Assessment = sample.demo()
    name = a.workflows[0].name
    tickets = TicketFigures(
        file="t.csv", accounting="read 1,990 of 2,000; quarantined 10, first at line 812", assumed=["the heads stand in line 3"],
        per_month=668, minutes=11, solved_hours=3.5, texts=2000, stakes=SHARE, caught=SHARE, repeated=SHARE, emotional=SHARE,
        mix=[Mixed(words=["internet", "down"], tickets=64, share=SHARE, mostly="other", mostly_share=1.0, examples=["2f5aefba"])],
    )  # fmt: skip
    ranked = Candidate(
        workflow=name, title="Billing dispute", autonomy="observe", tickets=238, tickets_from="export, 224 to 252", minutes=14.3, minutes_from="export",
        hours=57, excluded=0.05, checks_met=123, checks=126, score=53, repeated=SHARE, systems=4, systems_called=3, says="238 tickets × 14.3 min = 57 hours a month",
    )  # fmt: skip
    since = Since(
        version=1, issued=date(2026, 11, 1), same_evidence=True,
        inputs=[InputChange(file="answers.yaml", line=4, key="answers.api.owner_named", kind="changed", was="yes", now="no", by="A. Example", on="2026-11-20")],
        moved=["api of billing: confirmed 2 to 1"], unmoved=["crm: confirmed 4"], by_file=[Mover(file="answers.yaml", moves=["api: 2 to 1"])], broken=["api.owner_named(billing)"],
    )  # fmt: skip
    levels = dict.fromkeys(a.levels, 2)
    changed = {
        "tickets": tickets,
        "candidates": [ranked],
        "business_case": case(-30_000, -13_000, 5_000),
        "since": since,
        "standings": [Standing(name="version 1", as_of=date(2026, 11, 1), confirmed=levels, self_assessed=levels),
                      Standing(name="now", as_of=date(2026, 11, 20), confirmed=levels, self_assessed=levels)],
        "relations": [Relation(id="PCI-DSS:4.0.1/3.4.1", framework="PCI DSS 4.0.1", title="Numbers are masked", verified=False,
                               not_met=1, findings=["F-01"], operations=["billing.getInvoice returns a card number"])],
        "comments": [ClientComment(finding=a.findings[0].number, says="We know.", by="head of billing", accepted_risk=True, until="2027-01-31")],
    }  # fmt: skip
    return a.model_copy(update={**changed, **more})


@pytest.fixture(scope="module")
def html(sample: ModuleType) -> str:
    a = told(sample)
    return render(a, "screen", html_view.sections(a))


def test_the_new_pages_stand_in_the_report_and_close_well(sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = html_view.sections
    monkeypatch.setattr(pdf, "sections", lambda a: [s for s in whole(a) if s.id in NEW])
    warnings: list[str] = []
    document, parts, _ = pdf.laid_out(told(sample), warnings)
    assert [s.id for s in parts] == list(NEW) and warnings == []
    ends = pdf_fit.endings(document.pages)
    assert {
        k: (round(e.gap), round(e.below)) for k, e in ends.items() if not (0 <= e.gap <= 60 and -0.5 <= e.below <= 9)
    } == {}
    assert [ends[k].first_page == ends[k].last_page for k in ("candidates", "case", "since")] == [True] * 3


def test_without_their_input_the_pages_are_left_out(sample: ModuleType) -> None:
    assert not {s.id for s in html_view.sections(sample.demo())} & {"case", "since", "relations", "client"}


def test_figures_carry_their_interval_their_source_and_what_was_assumed(html: str) -> None:
    for words in (
        "13.8\u00a0% (11–17)",
        "export, 224 to 252",
        "quarantined 10, first at line 812",
        "the heads stand in line 3",
        "internet, down",
    ):
        assert words in html


def test_a_loss_is_printed_and_the_vendors_sum_is_never_the_case(html: str, sample: ModuleType) -> None:
    assert "EUR\u00a0−13\u00a0k" in html and "Not the case" in html and "below zero in 40\u00a0% of the draws" in html
    losing = html_case.case(told(sample, business_case=case(-30_000, -20_000, -9_000)))[0]
    assert losing.title.startswith("It does not pay")
    winning = html_case.case(told(sample, business_case=case(10_000, 20_000, 90_000)))[0]
    assert "even at the low end above zero" in winning.title


def test_without_money_inputs_hours_are_printed_and_the_missing_ones_named(sample: ModuleType) -> None:
    bare = case(1, 2, 3)
    today = bare.scenarios[0].model_copy(update={"value": None, "tornado": [], "distribution": []})
    found = html_case.case(
        told(sample, business_case=bare.model_copy(update={"scenarios": [today], "missing": ["cost_per_hour"]}))
    )[0]
    assert "no money without cost_per_hour" in found.title and found.data["spread"] == found.data["tornado"] == ""


def test_an_accepted_risk_leaves_finding_and_gate_as_they_are(html: str, sample: ModuleType) -> None:
    before, after = sample.demo(), told(sample)
    assert after.findings == before.findings and after.gates == before.gates
    assert "accepts the risk until 31 January 2027" in html and "The finding stays, and so do the gates." in html
    findings = next(t for t in tables(after) if t.title == "Findings")
    risk = [c.name for c in findings.columns].index("Risk")
    assert [row[risk] for row in findings.rows if row[0] == after.comments[0].finding] == ["accepted until 2027-01-31"]


def test_frameworks_relate_and_never_comply(html: str) -> None:
    assert "billing.getInvoice returns a card number" in html and "never complies with" in html
    assert "compliant" not in html.lower()


def test_a_desk_assessment_says_what_could_be_and_the_hours_it_takes(sample: ModuleType) -> None:
    a: Assessment = sample.unmeasured()
    step = [
        CouldBe(autonomy="approve", measure=["a(x)"], hours=1.5),
        CouldBe(autonomy="act", measure=["a(x)", "b(x)"], hours=3.0),
    ]
    shared = [w.model_copy(update={"could": step}) for w in a.workflows[:2]]
    a = a.model_copy(update={"workflows": [*shared, *a.workflows[2:]], "requests": {"crm": 0}})
    assert html_desk.desk_title(a) == "No workflow confirmed yet; two could act once 2 checks are run"
    assert html_desk.together(a) == 3.0  # what both need is counted once
    assert "two could act once 2 checks are run" in summary(a)
    assert not html_desk.is_desk(a.model_copy(update={"requests": {"crm": 1}}))
