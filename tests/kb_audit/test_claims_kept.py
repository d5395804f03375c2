"""Claims and verdicts in the bundle: by place, without a text or a vector, and bounded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb_audit.audit import audit
from kb_audit.claims import claims
from kb_audit.claims_kept import ClaimsKept, claims_kept
from kb_audit.conflicts import find_conflicts
from kb_audit.row_store import digest_of
from kb_audit.sources import markdown
from runtime.understanding.encode import Encode

PAGES = {
    "a.md": "# Returns\n\n## How long\n\nYou can return a phone within 14 days of delivery. A label costs 5 EUR.\n",
    "b.md": "# At a glance\n\nYou can return a phone within 30 days of delivery. A label costs 5 EUR. Parcels arrive in 3 days.\n",
}


def test_the_audit_hands_over_every_claim_with_its_place_and_what_came_of_it(tmp_path: Path, encode: Encode) -> None:
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    given: list[ClaimsKept] = []
    found = audit([tmp_path], encode=encode, as_of=date(2026, 1, 1), hand_over=given.append)
    kept = ClaimsKept.model_validate_json(given[0].model_dump_json())
    assert len(kept.claims) == found.claims == 5 and not kept.claims_left_out and not kept.verdicts_left_out
    quotes = [PAGES[claim.article][claim.start : claim.end] for claim in kept.claims]
    assert quotes[0] == "You can return a phone within 14 days of delivery."
    assert kept.claims[0].says == "≤ 14 days" and kept.claims[0].section.startswith("a.md#")
    clash = next(verdict for verdict in kept.verdicts if verdict.verdict == "conflict")
    assert {kept.claims[clash.a].says, kept.claims[clash.b].says} == {"≤ 14 days", "≤ 30 days"}
    assert "return a phone" not in kept.model_dump_json(), "texts stay in the articles"


def test_a_vector_is_named_by_the_digest_under_which_its_machine_keeps_it(encode: Encode) -> None:
    stated = [claim for name, text in PAGES.items() for claim in claims(markdown.parse(name, text))]
    kept = claims_kept(stated, find_conflicts(stated, encode))
    assert [c.vector for c in kept.claims] == [digest_of(c.subject).hex()[:16] for c in stated]


def test_beyond_the_bound_what_no_pair_names_is_left_out_first_and_counted(encode: Encode) -> None:
    stated = [claim for name, text in PAGES.items() for claim in claims(markdown.parse(name, text))]
    compared = find_conflicts(stated, encode)
    few = claims_kept(stated, compared, most_claims=2, most_verdicts=1)
    assert [claim.says for claim in few.claims] == ["≤ 14 days", "≤ 30 days"] and few.claims_left_out == 3
    assert [(v.a, v.b, v.verdict) for v in few.verdicts] == [(0, 1, "conflict")]
    assert few.verdicts_left_out == len(compared.pairs) - 1


def test_the_fullest_artifact_stays_far_below_what_a_bundle_may_hold(encode: Encode) -> None:
    from kb_audit.claims_kept import MOST_CLAIMS, MOST_VERDICTS
    from probes.bundle_archive import MAX_FILE_BYTES
    from probes.manifest import as_json

    stated = [claim for name, text in PAGES.items() for claim in claims(markdown.parse(f"guides/devices/{name}", text))]
    one = claims_kept(stated, find_conflicts(stated, encode)).model_dump(mode="json")
    claim, verdict = (max(len(as_json(each)) for each in one[what]) for what in ("claims", "verdicts"))
    assert claim * MOST_CLAIMS + verdict * MOST_VERDICTS < MAX_FILE_BYTES / 2
