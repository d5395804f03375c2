"""Front matter: the YAML (or `<meta>`) fields that pages carry about themselves, under the names in common use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S)
_OWNER = ("owner", "owners", "maintainer", "ms.author", "author", "team")
_UPDATED = (
    "updated",
    "last_updated",
    "last_modified",
    "last_modified_at",
    "modified",
    "updated_at",
    "lastmod",
    "ms.date",
    "date",
)
_REVIEWED = ("reviewed", "last_reviewed", "reviewed_at", "verified", "last_verified")
_DUE = ("review_by", "review_due", "next_review", "expires", "valid_until", "review_before")
_VERSION = ("version", "article_version", "revision")
_VIEWS = ("views", "view_count", "page_views", "pageviews", "hits")
_CREATED = ("created", "created_at", "published", "publish_date")
_SCOPE = ("region", "plan", "channel", "product", "customer", "country")


@dataclass(frozen=True)
class PageFields:
    """Fields of a page; missing ones are empty or `None`. `problem` says why front matter could not be used."""

    title: str = ""
    owner: str = ""
    url: str = ""
    language: str = ""
    audience: str = ""
    created: date | None = None
    updated: date | None = None
    reviewed: date | None = None
    review_due: date | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    version: str = ""
    views: int | None = None
    problem: str = ""


def split(text: str) -> tuple[PageFields, int]:
    """The fields, and the offset at which the page's own text begins. Broken YAML is a `problem`, not an error."""
    match = _FENCE.match(text)
    if match is None:
        return PageFields(), 0
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(match.group(1))
    except (YAMLError, ValueError) as error:
        return PageFields(problem=f"front matter is not valid YAML: {str(error).splitlines()[0]}"), match.end()
    return (of(data) if isinstance(data, Mapping) else PageFields()), match.end()


def of(data: Mapping[str, Any]) -> PageFields:
    """Fields from a mapping, whatever spelling of the name a generator uses."""
    lower = {str(key).lower().replace("-", "_").replace(" ", "_"): value for key, value in data.items()}
    scope = dict(lower["scope"]) if isinstance(lower.get("scope"), Mapping) else {}
    scope |= {key: lower[key] for key in _SCOPE if lower.get(key)}
    aliases = [lower.get("redirect_from"), lower.get("permalink"), lower.get("aliases"), lower.get("url")]
    return PageFields(
        title=_text(lower.get("title")),
        owner=_first(lower, _OWNER),
        url=_text(lower.get("url") or lower.get("permalink")),
        language=_text(lower.get("lang") or lower.get("language")),
        audience=_text(lower.get("audience")),
        created=_date(lower, _CREATED),
        updated=_date(lower, _UPDATED),
        reviewed=_date(lower, _REVIEWED),
        review_due=_date(lower, _DUE),
        scope={str(key): _text(value) for key, value in scope.items()},
        version=_first(lower, _VERSION),
        views=as_count(_first(lower, _VIEWS)),
        aliases=tuple(
            str(each) for alias in aliases for each in (alias if isinstance(alias, list) else [alias]) if each
        ),
    )


def _first(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((_text(data[name]) for name in names if _text(data.get(name))), "")


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return "" if value is None else str(value).strip()


def _date(data: Mapping[str, Any], names: tuple[str, ...]) -> date | None:
    return next((found for name in names if (found := as_date(data.get(name))) is not None), None)


def as_count(value: object) -> int | None:
    """A number of views; thousands may be grouped."""
    digits = _text(value).replace(",", "").replace("_", "")
    return int(digits) if digits.isdecimal() else None


def as_date(value: object) -> date | None:
    """A date from YAML's own type, ISO text, `MM/DD/YYYY` or seconds since 1970; anything else is unknown."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC).date() if 0 < value < 4e9 else None
    text = _text(value)
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%d %B %Y", "%B %d, %Y"):
        try:
            return datetime.strptime(text[:10] if form == "%Y-%m-%d" else text, form).date()
        except ValueError:
            continue
    return None
