"""How often the readability score ranks the good handoff of a pair above the bad one, beside Flesch and brevity alone.

    python -m benchmarks.readability [PAIRS.jsonl]

A line of the file holds `good`, `bad`, `language` (two letters) and optionally `split`. Prints a table and the time a
text takes as a ratio to counting its syllables; asserts nothing.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAIRS = Path(__file__).resolve().parent.parent / "tests" / "cases" / "escalation" / "readability.jsonl"


def flesch(text: str) -> float:
    """Flesch reading ease (1948) with syllables counted as groups of vowels; higher is easier."""
    words = re.findall(r"[^\W\d_]+", text) or ["a"]
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    syllables = sum(max(1, len(re.findall(r"[aeiouyäöüáéíóúàèêâî]+", word.lower()))) for word in words)
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


def brevity(text: str) -> float:
    """Shorter is better."""
    return -float(len(text.split()))


def ours(text: str, language: str) -> float:
    from runtime.escalation.readability import score

    return float(score(text, "text", language=language).score)


def main(arguments: list[str]) -> None:
    path = Path(arguments[0]) if arguments else PAIRS
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for split in [*sorted({str(pair.get("split", "all")) for pair in pairs}), None]:
        own = [pair for pair in pairs if split in (None, pair.get("split", "all"))]
        print(f"{split or 'all':<9} {len(own):>3} pairs  {_line(own)}")
    print(f"one text: {_ratio([pair['good'] for pair in pairs[:40]]):.0f}× of Flesch")


def _line(pairs: list[dict[str, Any]]) -> str:
    def right(rank: Callable[[dict[str, Any], str], float]) -> str:
        k = sum(rank(pair, "good") > rank(pair, "bad") for pair in pairs)
        return f"{k} ({k / len(pairs):.0%})"

    own = right(lambda pair, side: ours(pair[side], pair["language"]))
    passing = sum(ours(pair["good"], pair["language"]) >= 70 for pair in pairs)
    wrong = sum(ours(pair["bad"], pair["language"]) >= 70 for pair in pairs)
    return (
        f"score {own}  flesch {right(lambda p, s: flesch(p[s]))}  brevity {right(lambda p, s: brevity(p[s]))}"
        f"  good ≥ 70: {passing}  bad ≥ 70: {wrong}"
    )


def _ratio(texts: list[str]) -> float:
    def seconds(one: Callable[[str], float]) -> float:
        begun = time.perf_counter()
        for text in texts:
            one(text)
        return time.perf_counter() - begun

    ours(texts[0], "en")
    return seconds(lambda text: ours(text, "en")) / seconds(flesch)


if __name__ == "__main__":
    main(sys.argv[1:])
