"""The drills' handoffs are whole in each language that a desk may read, and can be acted on there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probes.gather.drill_handoffs import STOPS, Stop, handoff_of
from runtime.escalation.readability import PASS, score
from runtime.escalation.rendering import render
from runtime.escalation.wording import catalogue

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.stop)
def test_each_stop_reads_well_in_each_language(stop: Stop, language: str) -> None:
    handoff = handoff_of(
        stop, reference="h_1234", route="r", queue="q", budget_s=900, operation="billing.createCredit", read="usage.getUsage", now=NOW
    )  # fmt: skip
    shown = render(handoff, language)
    seen = score(shown.text, "strict", language=language)
    assert shown.language == language and shown.word_count <= 222
    assert seen.score >= PASS["strict"][0], seen.reasons
    assert next(why.points for why in seen.reasons if why.feature == "parts") == 28


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_no_sentence_of_a_drill_stays_english(language: str) -> None:
    known = catalogue(language).exact
    missing = [text for s in STOPS for text in (s.question, s.why, s.problem, s.because) if text not in known]
    assert missing == []
