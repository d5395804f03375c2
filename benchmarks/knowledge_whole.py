"""Time and memory of the whole audit at scale: so many sections through it in one process, with made-up vectors.

    python -m benchmarks.knowledge_whole [PATH of articles] [--sections 10000 100000] [--only-values 1]

The articles are the given ones again and again; in each copy every second longer word is another one, so that a copy speaks of
other things in sentences of the same make. A vector is the sum of a random one for each word: alike where words are, and made in no
time – encoding is measured by benchmarks.encode_scale. `--only-values N`: digits are kept in every Nth copy (fewer claims).
Each size runs in a process of its own, with a file of derived results of its own; its peak of memory is printed after each step.
Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.encode import DEMO
from benchmarks.knowledge_scale import peak

_WIDTH = 384
_WORD = re.compile(r"[a-z]{3,}|\d+", re.I)
_LONGER = re.compile(r"\b[a-z]{5,}\b")
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def made_up(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows; no model."""
    rows = np.zeros((len(texts), _WIDTH), np.float32)
    rows[:, 0] = 1e-3
    for number, text in enumerate(texts):
        for word in _WORD.findall(text.lower()):
            rows[number] += _of_word(word)
        rows[number] /= np.linalg.norm(rows[number])
    return rows


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> NDArray[np.float32]:
    made = np.random.default_rng(zlib.crc32(word.encode())).normal(size=_WIDTH).astype(np.float32)
    return made * np.float32(min(len(word), 8) / 8)


def write_copies(source: Path, to: Path, sections: int, only_values: int) -> None:
    """Copies of the articles below `source` until there are so many sections."""
    from kb_audit.sources import folder

    pages = [a for a in folder.read(source).articles if a.sections]
    held = copy = 0
    while held < sections:
        for page in pages:
            place = to / f"c{copy:04}" / page.id
            place.parent.mkdir(parents=True, exist_ok=True)
            text = f"# {page.title}\n\n" + _other(page.body, copy)
            place.with_suffix(".md").write_text(text if copy % only_values == 0 else re.sub(r"\d", "", text), "utf-8")
            held += len(page.sections)
            if held >= sections:
                return
        copy += 1


def _other(body: str, copy: int) -> str:
    tail = _SYLLABLES[copy % len(_SYLLABLES)] + _SYLLABLES[copy // len(_SYLLABLES)]
    return _LONGER.sub(lambda word: word[0] + tail if zlib.crc32(word[0].encode()) % 2 and copy else word[0], body)


def whole(place: Path) -> None:
    """In a process of its own: the audit of everything below `place`."""
    from kb_audit.audit import audit
    from kb_audit.kept import Kept

    steps, kept = _Steps(), Kept(place.parent / "derived.sqlite")
    found = audit(
        [place], encode=made_up, as_of=date(2026, 1, 1), progress=steps, kept=kept, model={"digest": "made up"}
    )
    steps("", 0, 0)
    print(
        f"{len(found.sections):,} sections of {len(found.articles):,} articles, {found.claims:,} claims, {found.pairs:,} near pairs, "
        f"{len(found.findings):,} findings: {time.perf_counter() - steps.begun:,.0f} s, peak {peak():,.0f} MB",
        flush=True,
    )


class _Steps:
    """Prints each step of the audit when the next one begins: how long it took, and the peak until then."""

    def __init__(self) -> None:
        self.begun = self.since = time.perf_counter()
        self.last = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        if self.last and what != self.last:
            print(f"  {time.perf_counter() - self.since:8.1f} s  {peak():7,.0f} MB  {self.last}", flush=True)
            self.since = time.perf_counter()
        self.last = what


def main() -> None:
    import tempfile

    asked = argparse.ArgumentParser()
    asked.add_argument("path", nargs="?", type=Path, default=DEMO)
    asked.add_argument("--sections", type=int, nargs="*", default=[10_000])
    asked.add_argument("--only-values", type=int, default=1)
    given = asked.parse_args()
    for count in given.sections:
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / "pages"
            write_copies(given.path, pages, count, given.only_values)
            call = (
                f"from pathlib import Path; from benchmarks.knowledge_whole import whole; whole(Path({str(pages)!r}))"
            )
            subprocess.run([sys.executable, "-c", call], check=True)


if __name__ == "__main__":
    main()
