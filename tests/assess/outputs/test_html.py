"""The HTML report: one file, nothing fetched, nothing injected, the sentences follow the data."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from assess.outputs.html import render, write_html
from assess.outputs.html_findings import conflict_pairs
from assess.outputs.html_verdict import headline, verdict
from assess.outputs.html_view import sections
from assess.outputs.html_words import balanced, clean, counted, listed, weeks
from assess.outputs.markdown import summary


class Outline(HTMLParser):
    """Tags, attributes and headings of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_one_file_holds_everything_and_fetches_nothing(sample: ModuleType, tmp_path: Path) -> None:
    write_html(sample.demo(), tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    outline = Outline(text)
    assert not [t for t, _ in outline.tags if t in ("script", "link", "iframe", "object", "img")]
    assert not re.search(r"url\((?!data:font/woff2)", text)
    assert not [a for _, a in outline.tags if (a.get("href") or "#")[0] != "#" or "src" in a]


def test_headings_descend_one_at_a_time_and_links_lead_somewhere(sample: ModuleType) -> None:
    outline = Outline(render(sample.demo(), "screen", sections(sample.demo())))
    levels = [int(t[1]) for t, _ in outline.tags if t in ("h1", "h2", "h3")]
    assert levels[0] == 1 and max(levels) <= 3
    ids = {a["id"] for _, a in outline.tags if "id" in a}
    assert {a["href"][1:] for t, a in outline.tags if t == "a" and a.get("href")} <= ids
    assert all(a.get("role") == "img" for t, a in outline.tags if t == "svg")


def test_hostile_text_is_printed_and_never_becomes_markup(sample: ModuleType, tmp_path: Path) -> None:
    write_html(sample.hostile(), tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    names = {t for t, _ in Outline(text).tags}
    assert not names & {"script", "img"}
    assert not [a for _, a in Outline(text).tags if any(name.startswith("on") for name in a)]
    assert "&lt;script&gt;alert(1)" in text and "{{ 7*7 }}" in text
    assert not set(text) & set("\x00\x07\x1b\u202e\u202c")


def test_every_finding_and_every_check_is_in_the_screen_version(sample: ModuleType) -> None:
    a = sample.demo()
    text = render(a, "screen", sections(a))
    assert all(f'id="{f.number.lower()}"' in text for f in a.findings)
    assert text.count("<tr>") > len(a.cells)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("demo", "Two of four workflows can go live"),
        ("flawless", "All four workflows can go live"),
        ("unmeasured", "Nothing is measured yet: no workflow can go live"),
    ],
)
def test_the_headline_follows_the_gates(sample: ModuleType, name: str, says: str) -> None:
    assert headline(getattr(sample, name)()) == says


def test_the_verdict_names_each_workflow_with_its_gate_and_reason(sample: ModuleType) -> None:
    said = verdict(sample.demo())
    assert "Billing dispute may act alone" in said
    assert "Refund of an overpayment may run with a person’s approval" in said
    assert re.search(
        r"Device return may only be observed: two articles promise 14 and 30 days to return a device \(F-\d\d\)", said
    )
    assert "Plan change stays blocked: nobody receives" in said


def test_nothing_measured_says_what_to_measure_first(sample: ModuleType) -> None:
    text = render(sample.unmeasured(), "screen", sections(sample.unmeasured()))
    assert "Measure first" in text and "cxready collect . --probe" in text
    assert "Nothing was written, so nothing had to be taken back" in text


def test_empty_cells_of_decisions_stay_empty(sample: ModuleType) -> None:
    text = render(sample.demo(), "screen", sections(sample.demo()))
    row = text[text.index("Fund the two billing remedies first") :]
    assert re.search(r'<td class="r"></td><td>CIO</td><td class="last"></td>', row[:300])


def test_quotes_stand_side_by_side_whether_listed_or_in_two_pieces(sample: ModuleType) -> None:
    from probes.finding import Evidence

    listed_ = Evidence(
        says="why",
        facts={
            "sides": [{"quote": "within 14 days", "value": "14 days"}, {"quote": "within 30 days", "value": "30 days"}]
        },
    )
    halves = [
        Evidence(says="why", source="a.md", facts={"quote": "within 14 days", "value": "14 days"}),
        Evidence(says="why", source="b.md", facts={"quote": "within 30 days"}),
    ]
    assert [(p[0].value, p[1].value) for p in conflict_pairs([listed_])] == [("14 days", "30 days")]
    assert [(p[0].article, p[1].article) for p in conflict_pairs(halves)] == [("a.md", "b.md")]


def test_the_summary_is_short_and_its_tables_cannot_be_broken(sample: ModuleType) -> None:
    said = summary(sample.demo())
    assert len(said.splitlines()) < 60 and "| Billing dispute | Act alone |" in said
    assert "<script>" not in summary(sample.hostile()).replace("\\<script\\>", "")


def test_words() -> None:
    assert (counted(1, "remedy"), counted(2, "remedy"), counted(3, "finding", letters=True)) == (
        "1 remedy",
        "2 remedies",
        "three findings",
    )
    assert (listed(["a"]), listed(["a", "b"]), listed(list("abcde"), 3)) == ("a", "a and b", "a, b and 3 more")
    assert (weeks(0.2, 0.9), weeks(2.1, 4.0), weeks(0, 0)) == ("1", "3–4", "0")
    assert clean("a\x1b[1m\u202eb\u200b ≥ 5\r\n→") == "a[1mb >= 5\nto"
    assert balanced("short") == 493.0 and balanced("Two of four workflows can go live now", 493, 35) < 493
