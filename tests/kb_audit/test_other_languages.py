"""Articles in German, French, Spanish and Japanese: read without a crash, no false conflicts, and said to be not assessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb_audit.audit import audit
from kb_audit.claims import claims
from kb_audit.conflicts import find_conflicts
from kb_audit.sources import markdown
from runtime.understanding.encode import Encode

PAGES = {
    "de": (
        "Sie können die Ware innerhalb von 14 Tagen nach Erhalt an uns zurückgeben. Die Kosten der Rücksendung betragen 4,90 €.",
        "Geschäftskunden können die Ware innerhalb von 30 Tagen nach Erhalt an uns zurückgeben. Die Rücksendung ist für Sie nicht kostenlos.",
    ),
    "fr": (
        "Vous pouvez nous retourner les articles dans un délai de 14 jours après la réception. Les frais de retour sont de 5 euros.",
        "Les professionnels peuvent nous retourner les articles dans un délai de 30 jours. Le retour n'est pas gratuit pour vous.",
    ),
    "es": (
        "Puede devolver los artículos en un plazo de 14 días desde la recepción. Los gastos de devolución son de 5 euros.",
        "Las empresas pueden devolver los artículos en un plazo de 30 días. La devolución no es gratuita para los clientes.",
    ),
    "ja": (
        "商品は到着後14日以内に返品できます。返品の送料は500円です。お問い合わせはメールでお願いします。",
        "法人のお客様は商品到着後30日以内に返品できます。返品の送料は無料ではありません。",
    ),
}


@pytest.mark.parametrize("code", sorted(PAGES))
def test_a_small_knowledge_base_raises_no_conflict_and_is_named_as_not_assessed(
    code: str, encode: Encode, tmp_path: Path
) -> None:
    for number, text in enumerate(PAGES[code]):
        (tmp_path / f"{number}.md").write_text(f"# {code} {number}\n\n{text}\n", encoding="utf-8")
    found = audit([tmp_path], encode=encode, as_of=date(2026, 11, 23))
    assert not [f for f in found.findings if f.verdict in ("conflict", "possible")]
    assert len(found.not_assessed) == 2 and all(code in n.why for n in found.not_assessed)


def test_even_when_taken_for_english_the_pages_raise_no_conflict_across_languages(encode: Encode) -> None:
    pages = [markdown.parse(f"{code}.md", f"# {code}\n\n{texts[0]}\n") for code, texts in PAGES.items()]
    stated = [claim for page in pages for claim in claims(page)]
    assert [p for p in find_conflicts(stated, encode).pairs if p.judgement.verdict == "conflict"] == []
