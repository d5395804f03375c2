"""Menu paths that are gone, and names that one article alone knows: each on small articles, and on a well-kept handbook."""

from __future__ import annotations

from datetime import date

import pytest

from kb_audit.article import Article
from kb_audit.menu_paths import menu_paths
from kb_audit.named_once import named_once
from kb_audit.retired_paths import gone_paths, retired_paths
from kb_audit.sources import markdown
from kb_audit.sources.reading import Reading

TODAY = date(2026, 11, 23)


def page(text: str, name: str = "a.md") -> Article:
    return markdown.parse(name, text)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Open **Settings** > **Billing** > **Export**.", ["Settings > Billing > Export"]),
        ("Go to Settings → Billing and press Export.", ["Settings > Billing"]),
        ("Choose Tools - Options - View.", ["Tools > Options > View"]),
        ("Choose View – Toolbars and click the name.", ["View > Toolbars"]),
        ("Open `Settings > Voice mail` to hear it.", ["Settings > Voice mail"]),
        ("Under Plans › Your plan… › Change you see it.", ["Plans > Your plan > Change"]),
        ("Choose File - Open or File - Save.", ["File > Open", "File > Save"]),
        ("It holds where 5 > 3, and 4 -> 5 in turn.", []),
        ("We are open Monday - Friday.", []),
        ("> A quoted line, and x > y.", []),
    ],
)
def test_paths_are_read_as_people_write_them(text: str, paths: list[str]) -> None:
    assert [str(path) for path in menu_paths(page(f"# A\n\n{text}\n"))] == paths


def test_a_path_that_was_removed_or_moved_is_found_where_others_still_lead_there() -> None:
    news = page(
        "# News\n\nSettings > Account > Voice mail was removed in May 2026. Reports > Monthly has moved to Insights > Months.\n",
        "news.md",
    )
    old = page("# Sums\n\nDial in at **Settings** > **Account** > **Voice mail** > **Greeting**.\n", "old.md")
    sums = page("# Help\n\nLook at Reports → Monthly for the sums.\n", "sums.md")
    fine = page("# Move\n\nReports > Monthly was removed; look at Insights > Months.\n", "fine.md")
    found = gone_paths([news, old, sums, fine], TODAY)
    assert [(g.article.id, g.retired.name, g.retired.new) for g in found] == [
        ("old.md", "Settings > Account > Voice mail", ""),
        ("sums.md", "Reports > Monthly", "Insights > Months"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Tools > Share is not available while a macro runs.",
        "Tools > Share is removed from view when nothing is selected.",
        "Tools > Share will be removed on 1 March 2027.",
        "Tools > Share was moved by you if it is not there.",
    ],
)
def test_a_path_that_is_only_out_of_reach_for_now_is_not_gone(text: str) -> None:
    assert retired_paths([page(f"# A\n\n{text}\n")], TODAY) == {}


def _five(text: str) -> list[Article]:
    return [page(f"# Page {n}\n\n{text}\n", f"{n}.md") for n in range(5)]


KNOWN = "Open Settings > Billing > Invoices, Settings > Billing > Plans and Settings > Billing > Cards. Choose Settings > Account > Export."


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("Go to Settings > Billing > Export.", "Settings > Billing > Export", "Settings > Account > Export"),
        ("Go to Settings > Billing > Vouchers.", "Settings > Billing > Vouchers", "with Cards, Invoices, Plans"),
    ],
)
def test_a_menu_item_that_nobody_else_knows_is_a_hint_where_the_menu_is_well_known(
    text: str, name: str, says: str
) -> None:
    (hint,) = named_once([*_five(KNOWN), page(f"# Alone\n\n{text}\n", "alone.md")])
    assert (hint.article.id, hint.name) == ("alone.md", name)
    assert says in hint.why


def test_what_others_name_outside_a_path_or_what_many_menus_hold_is_no_hint() -> None:
    said = page("# More\n\nVouchers are sent by post.\n", "more.md")
    alone = page("# Alone\n\nGo to Settings > Billing > Vouchers.\n", "alone.md")
    assert named_once([*_five(KNOWN), said, alone]) == []
    generic = page("# Third\n\nOpen Reports > Export.\n", "third.md")
    export = page("# Alone\n\nGo to Settings > Billing > Export.\n", "alone.md")
    assert named_once([*_five(KNOWN), generic, export]) == []


def test_a_plan_that_one_article_alone_offers_is_a_hint_beside_plans_that_all_know() -> None:
    plans = "People on the Smart S plan, the Smart M plan and the Smart L plan pay less."
    (hint,) = named_once([*_five(plans), page("# Two\n\nTake the Talk XXL plan with two cards.\n", "two.md")])
    assert (hint.name, hint.sentence.text) == ("Talk XXL plan", "Take the Talk XXL plan with two cards.")
    own = page("# The Talk XXL plan\n\nThe Talk XXL plan holds two cards.\n", "own.md")
    assert named_once([*_five(plans), own]) == []


def test_a_well_kept_handbook_raises_no_false_alarm(handbook: Reading) -> None:
    assert sum(len(list(menu_paths(a))) for a in handbook.articles) >= 10
    assert named_once(handbook.articles) == []
    assert gone_paths(handbook.articles, TODAY) == []
