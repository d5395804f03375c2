"""People against handoffs in the report: which hour is drawn how, and what the page says of a route that misses its promise."""

from __future__ import annotations

from xml.etree import ElementTree

from assess.outputs.figures_capacity import state_of, week_panels
from assess.outputs.html_capacity import capacity
from assess.staff_figures import RouteStaff, Share
from tests.assess.outputs.sample import demo

OFFICE = tuple(2 if hour // 24 < 5 and 8 <= hour % 24 < 18 else 0 for hour in range(168))


def route(name: str = "billing", **more: object) -> RouteStaff:
    values = {
        "route": name, "live": False, "promised": "4 h to a person", "minutes_each": 14.0, "minutes_source": "export",
        "asked": "50 % are handed off", "named": OFFICE, "needed": tuple(3 if n and h % 24 == 9 else n for h, n in enumerate(OFFICE)),
        "arrivals": tuple(1.0 if h % 24 >= 6 else 0.0 for h in range(168)),
        "shares": [Share(label="50 % are handed off", per_month=600, median_h=1, p95_h=46, occupancy=0.4, needed=None)],
    }  # fmt: skip
    return RouteStaff.model_validate({**values, **more})


def test_an_hour_is_quiet_enough_short_or_without_anybody() -> None:
    one = route()
    assert [state_of(one, hour) for hour in (3, 7, 9, 12)] == ["quiet", "empty", "short", "enough"]


def test_the_figure_says_the_same_in_words_and_is_well_formed() -> None:
    drawn = str(week_panels([route(), route("fraud", needed=OFFICE)]))
    root = ElementTree.fromstring(drawn)
    said = next(e.text for e in root.iter() if e.tag.endswith("desc"))
    assert said and "billing: too few people in 5 hours" in said and "fraud: too few people in 0 hours" in said


def test_the_page_names_the_route_that_misses_its_promise_and_how_to_mend_it() -> None:
    one = route("plans")
    [page] = capacity(
        demo().model_copy(
            update={
                "staffing": [
                    route(
                        shares=[
                            Share(
                                label="50 % are handed off", per_month=60, median_h=0, p95_h=1, occupancy=0.2, needed=1
                            )
                        ]
                    ),
                    one,
                ]
            }
        )
    )
    assert "plans" in page.title and page.bar and "Plans first: nobody is there in" in page.bar[1]
    assert [row["misses"] for row in page.data["rows"]] == [False, True]
    assert page.data["rows"][1]["wait"] == "1\u00a0h · 46\u00a0h" and page.data["rows"][1]["needed"] == "–"


def test_without_a_ticket_export_there_is_no_page() -> None:
    assert capacity(demo().model_copy(update={"staffing": []})) == []
