"""Rules written from a policy's text block nothing legitimate and stop violations, each with its reason.

`travel` has a policy and labelled calls of our own. The cases of other domains lie outside the project (CXREADY_POLICIES: a folder
with `<domain>-*.jsonl`); without them they are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.policies.replay import replay

HERE = Path(__file__).parent
CASES = Path(os.environ.get("CXREADY_POLICIES") or HERE.parents[2] / "shared" / "policies")
DOMAINS = sorted(p.name for p in HERE.iterdir() if (p / "guardrails.yaml").is_file())
FOUND = [(domain, path) for domain in DOMAINS for path in sorted(CASES.glob(f"{domain}-*.jsonl"))]


OWN = [(domain, path) for domain in DOMAINS for path in sorted((HERE / domain).glob("*.jsonl"))]


@pytest.mark.parametrize(("domain", "cases"), OWN, ids=lambda found: getattr(found, "stem", found))
def test_each_sentence_of_an_own_policy_is_expressible_and_holds(domain: str, cases: Path) -> None:
    found = replay(HERE / domain, cases)
    assert found.legitimate >= 15 and found.violations >= 25
    assert (found.blocked, found.not_to_a_person, found.passed) == ([], [], [])
    assert all(rule for (_, rule) in found.rules)


@pytest.mark.skipif(not FOUND, reason="there are no labelled cases here (CXREADY_POLICIES)")
@pytest.mark.parametrize(("domain", "cases"), FOUND, ids=lambda found: getattr(found, "stem", found))
def test_nothing_legitimate_is_blocked_and_violations_are_stopped_with_a_reason(domain: str, cases: Path) -> None:
    found = replay(HERE / domain, cases)
    assert found.legitimate > 100 and found.violations > 100
    assert found.blocked == []
    assert found.not_to_a_person == []
    assert found.stopped >= 0.99, found.passed
    assert all(rule for (_, rule) in found.rules), "each stopped call names the rule that stopped it"


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_rules_of_a_domain_fit_together_and_are_proved(domain: str) -> None:
    from assess.engagement import load_folder
    from probes.derive.proof import prove

    certificate = prove(load_folder(HERE / domain).estate).certificate
    assert [claim.says for claim in certificate.claims if not claim.proved] == []
    assert [d.conjunct for d in certificate.dropped if d.refuted_by is None] == []
