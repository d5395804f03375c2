"""Captions are read and searched, and state nothing that another page could contradict."""

from __future__ import annotations

import pytest

from kb_audit.article import Article
from kb_audit.claims import claims
from kb_audit.sources import html, rst

SHOWN = "The top layer is shown at 50 % opacity."
RULE = "The fee is 5 EUR a month."


@pytest.mark.parametrize(
    "below",
    [
        f"<figure><img src='a.png'><figcaption>{SHOWN}</figcaption></figure>",
        f"<div class='mediaobject'><img src='a.png'><div class='caption'><p>{SHOWN}</p></div></div>",
        f"<img src='a.png'><p class='wp-caption-text'>{SHOWN}</p>",
    ],
)
def test_what_stands_below_a_picture_makes_no_claim(below: str) -> None:
    page = html.parse("a.html", f"<h1>Layers</h1>{below}<p>{RULE}</p>")
    assert _captions(page) == [SHOWN]
    assert [claim.text for claim in claims(page)] == [RULE]


def test_a_figures_caption_in_restructuredtext_makes_none_either() -> None:
    page = rst.parse("a.rst", f"Layers\n======\n\n.. figure:: a.png\n\n   {SHOWN}\n\n{RULE}\n", "")
    assert _captions(page) == [SHOWN]
    assert [claim.text for claim in claims(page)] == [RULE]


def _captions(page: Article) -> list[str]:
    return [page.body[b.start : b.end] for s in page.sections for b in s.blocks if b.kind == "caption"]
