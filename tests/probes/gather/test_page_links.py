"""Where a list goes on, as real systems say it: in a header of their own, an object, a token, a count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.gather.page_links import following, leads_on, way_of
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation, Parameter

FULL = [{"id": n} for n in range(3)]


def _list(size: str, name: str) -> Operation:
    return Operation("list", "GET", "/x", parameters=(Parameter(size, "query"), Parameter(name, "query")))


def _page(body: Any, **headers: str) -> Exchange:
    page = Exchange(
        1, datetime.now(UTC), "s", "agent", "list", "GET", "https://s.example/v1/x", "/x", Why("t"), 200, Seen.OK, 1.0
    )
    return replace(page, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("size", "name", "page", "expected"),
    [
        (
            "_limit",
            "_token",
            _page(FULL, Next_Page="https://s.example/v1/x?_token=a"),
            "https://s.example/v1/x?_token=a",
        ),
        ("per_page", "page", _page(FULL, X_Next_Page="2"), {"page": "2"}),
        ("per_page", "page", _page(FULL, X_Next_Page=""), None),
        ("limit", "after", _page({"results": FULL, "paging": {"next": {"after": "4"}}}), {"after": "4"}),
        ("page[size]", "page[number]", _page({"data": FULL, "page": {"number": 1}}), {"page[number]": 2}),
        ("maxResults", "startAt", _page({"values": FULL, "total": 9}), {"startAt": 3}),
        ("limit", "offset", _page({"issues": FULL, "total_count": 3, "offset": 0}), None),
    ],
)
def test_the_next_page_is_found(size: str, name: str, page: Exchange, expected: Any) -> None:
    assert following(page, _list(size, name), 3, 3) == expected


def test_a_page_that_says_nothing_of_others_is_told_from_one_that_says_there_are_none() -> None:
    assert not leads_on(_page({"data": FULL}))
    assert leads_on(_page({"data": FULL, "next": None})) and leads_on(_page(FULL, X_Next_Page=""))
    assert way_of(_page(FULL, Next_Page="/x?a"), _list("_limit", "_token")) == "header Next-Page"
