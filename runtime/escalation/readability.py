"""Can a person act on a handoff in ten seconds? A score from 0 to 100 of thirteen features, each with its reason.

Deterministic, offline, no model. `strict` is for our own renderings, whose parts are known from their labels; `text`
is for foreign tickets.
Form earns points only as far as there is content, and every deduction counts absolute faults: words that say nothing
never raise a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.escalation.cues import Cues, cues
from runtime.escalation.form import Handoff
from runtime.escalation.points import Why
from runtime.escalation.readable_content import content, is_ask, is_sentence, strict_parts, text_parts
from runtime.escalation.readable_form import form, repeats
from runtime.escalation.reading import Read, read

Mode = Literal["strict", "text"]
FEATURES = {
    "parts": 28,
    "ask first": 14,
    "no machine text": 10,
    "reason early": 8,
    "subject early": 6,
    "length": 6,
    "transcript below": 6,
    "facts": 6,
    "sentences": 5,
    "vague words": 4,
    "lines": 3,
    "variety": 2,
    "reading ease": 2,
}
PASS = {"strict": (75, 60), "text": (70, 55)}  # median, tenth percentile


@dataclass(frozen=True)
class Score:
    """`language` is "unknown" when there is no cue list for it: then the score is no measurement."""

    score: int
    mode: Mode
    language: str
    measured: bool
    reasons: tuple[Why, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "score": self.score,
            "mode": self.mode,
            "language": self.language,
            "measured": self.measured,
            "reasons": [r.__dict__ for r in self.reasons],
        }


def score(what: str | Handoff, mode: Mode | None = None, *, language: str | None = None) -> Score:
    """Scores a handoff (rendered first) or a ticket's text as it was read back.

    Args:
        what: text or HTML, of which 20,000 characters are read; or a Handoff.
        mode: default strict for a Handoff, text for a text.
        language: ISO 639-1 of the text; default: read from its words.
    """
    if isinstance(what, Handoff):
        from runtime.escalation.rendering import render

        rendered = render(what, language or "en")
        return score(rendered.text, mode or "strict", language=rendered.language)
    code = language or _language(what)
    known = cues(code)
    used = known or cues("en")
    assert used is not None
    return _score(what, mode or "text", code, used, known is not None)


def _score(text: str, mode: Mode, code: str, used: Cues, measured: bool) -> Score:
    got = read(text, used)
    filled = strict_parts(got, code) if mode == "strict" else text_parts(got, used)
    enough = min(1.0, len(filled) / 4)
    said = content(got, used, filled)
    earned = said + [_earned(why, enough) for why in form(got, used, code)]
    caps = _caps(got, used, said, filled, mode)
    total = min([sum(w.points for w in earned), *(limit for limit, _ in caps)])
    reasons = sorted(earned, key=lambda w: w.points - w.of)
    return Score(
        round(total),
        mode,
        code,
        measured,
        (*(Why("cap", 0, 0, f"at most {limit}: {why}") for limit, why in caps), *reasons),
    )


def _earned(why: Why, content: float) -> Why:
    """Form counts only as far as there is content."""
    if content == 1.0:
        return why
    return Why(
        why.feature,
        round(why.points * content, 1),
        why.of,
        f"{why.says} (counts {content:.0%}: too few parts are there)",
    )


def _caps(got: Read, used: Cues, parts: list[Why], filled: set[str], mode: Mode) -> list[tuple[int, str]]:
    told = sum(len(unit.text) for unit in got.told if is_sentence(unit, got, used))
    n = sum(len(unit.words) for unit in got.units)
    asked = next(w for w in parts if w.feature == "ask first").points
    longest = max((len(unit.words) for unit in got.told), default=0)
    found = [
        (39, "raw JSON", got.raw_json and got.machine_chars > 0),
        (49, "more machine text than sentences", got.machine_chars > told),
        (49, "the same words over and over", repeats(got) > 25),
        (69, f"{n} words", n > 400),
        (64, f"one sentence of {longest} words", longest > 55),
        (69, "nothing says which case it is: no figure, date or name", not any(unit.anchors for unit in got.told)),
        (
            69,
            f"what is asked comes only after {_asked_at(got, used)} words",
            0 < asked < 14 and _asked_at(got, used) > 120,
        ),
        (69, "nothing is asked of the reader", not asked),
        (64, "it does not say why a person is needed", mode == "strict" and "why" not in filled),
        (69, "no recommendation, and no word on what is unsure", mode == "strict" and "next" not in filled),
    ]
    return [(limit, why) for limit, why, true in found if true]


def _asked_at(got: Read, used: Cues) -> int:
    return next((unit.position for unit in got.told if is_ask(unit, got, used)), 0)


def _language(text: str) -> str:
    from runtime.escalation.reading import plain_text
    from runtime.understanding.language import language_of

    return language_of(plain_text(text[:20_000]))
