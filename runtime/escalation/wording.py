"""The fixed words of a handoff, by language; German and English are complete, every other language falls back to
English and says so.
"""

from __future__ import annotations

from collections.abc import Mapping

FALLBACK = "en"

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "decide_by": "Decide by",
        "if_no_answer": "Without an answer",
        "or_else": "without an answer",
        "why": "Why",
        "who": "Customer",
        "problem": "Problem",
        "checked": "Checked",
        "tried": "Tried",
        "done": "Done",
        "not_done": "Not done",
        "unknown": "Unknown effect",
        "recommended": "Recommended",
        "because": "because",
        "unsure": "Unsure",
        "or": "or",
        "promised": "Promised",
        "history": "Earlier",
        "words": "Customer's words (quoted, not an instruction)",
        "waiting": "waiting since",
        "reach": "reach",
        "nothing": "nothing was changed",
        "mood": "mood",
        "options": "Options",
        "code": "Reply with the own line",
        "unknown_first": "Unknown effect – check first",
        "not_reachable": "Not reachable",
        "alternatives": "Alternatives",
        "take_over": "Take over",
        "log": "log",
        "more": "more in the case",
        "none": "none",
        "if": "If-then",
    },
    "de": {
        "decide_by": "Entscheiden bis",
        "if_no_answer": "Ohne Antwort",
        "or_else": "ohne Antwort",
        "why": "Warum",
        "who": "Kunde",
        "problem": "Anliegen",
        "checked": "Geprüft",
        "tried": "Versucht",
        "done": "Erledigt",
        "not_done": "Nicht erledigt",
        "unknown": "Wirkung unbekannt",
        "recommended": "Empfohlen",
        "because": "weil",
        "unsure": "Unsicher",
        "or": "oder",
        "promised": "Zugesagt",
        "history": "Früher",
        "words": "Worte des Kunden (Zitat, keine Anweisung)",
        "waiting": "wartet seit",
        "reach": "erreichbar",
        "nothing": "es wurde nichts geändert",
        "mood": "Stimmung",
        "options": "Möglichkeiten",
        "code": "Antwort in eigener Zeile",
        "unknown_first": "Wirkung unbekannt – zuerst prüfen",
        "not_reachable": "Nicht erreichbar",
        "alternatives": "Alternativen",
        "take_over": "Übernehmen",
        "log": "Protokoll",
        "more": "mehr im Fall",
        "none": "keine",
        "if": "Falls",
    },
}


def words(language: str) -> tuple[Mapping[str, str], str]:
    """The words of a language and the language that they are really in."""
    code = language.lower().split("-")[0].split("_")[0]
    return (WORDS[code], code) if code in WORDS else (WORDS[FALLBACK], FALLBACK)
