"""The whole of `cxready kb audit` beside embedding alone, and a second run after one article changed.

    python -m benchmarks.knowledge_audit PATH of articles [--rounds 3]

Each round in processes and caches of its own: the whole command, from its start to its end, then nothing but the
embedding of the same texts (sections, claims, single words), then the command again after one article got a sentence more.
The path is copied with the history of its repository. The exported models, made once a machine, are at hand in all of them. Prints;
asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ALONE = "from benchmarks.knowledge_audit import *; embed(Path({0!r}))"
_RECORD = "from benchmarks.knowledge_audit import *; record(Path({0!r}), Path({1!r}))"
_MORE = "\n\nThis page was looked through once more.\n"


def record(articles: Path, texts: Path) -> None:
    """In a process of its own: what an audit asks the model for, call by call, written down."""
    import json
    from datetime import date

    from kb_audit.audit import audit
    from kb_audit.embedding import encoder

    encode, calls = encoder(), []

    def noted(asked: Sequence[str]) -> NDArray[np.float32]:
        calls.append(list(asked))
        return encode(asked)

    found = audit([articles], encode=noted, as_of=date.today(), kept=None)
    texts.write_text(json.dumps(calls), encoding="utf-8")
    print(f"{len(found.articles):,} articles, {len(found.sections):,} sections, {found.claims:,} claims", flush=True)


def embed(texts: Path) -> None:
    """In a process of its own: the same calls, and nothing else."""
    import json

    from kb_audit.embedding import encoder

    encode = encoder()
    for asked in json.loads(texts.read_text(encoding="utf-8")):
        encode(asked)


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of the processors (which other jobs of the machine stretch less)."""

    clock: float
    processor: float


def measured(rounds: int, place: Path, articles: Path, texts: Path) -> None:
    """Rounds alternate, so that what else the machine does meets all alike."""
    whole: list[Took] = []
    alone: list[Took] = []
    again: list[Took] = []
    for number in range(rounds):
        cache = _cache(place / f"whole-{number}")
        whole.append(_took(_audit(articles), cache))
        alone.append(_took([sys.executable, "-c", _ALONE.format(str(texts))], _cache(place / f"alone-{number}")))
        _change_one(articles)
        again.append(_took(_audit(articles), cache))
        told = ((name, one[-1]) for name, one in (("whole", whole), ("embedding alone", alone), ("again", again)))
        print("  " + ", ".join(f"{name} {t.clock:.1f} s ({t.processor:.1f} s CPU)" for name, t in told), flush=True)
    for what in ("clock", "processor"):
        long, bare, short = ([getattr(took, what) for took in each] for each in (whole, alone, again))
        rest = [100 * (a - b) / b for a, b in zip(long, bare, strict=True)]
        faster = [a / b for a, b in zip(long, short, strict=True)]
        print(
            f"by the {what}: everything else adds {statistics.median(rest):.0f} % ({min(rest):.0f} to {max(rest):.0f}) to embedding; "
            f"after one article changed {statistics.median(faster):.0f}× ({min(faster):.0f}–{max(faster):.0f}) as fast"
        )


def _audit(articles: Path) -> list[str]:
    return [sys.executable, "-c", "from assess.cli import main; main()", "kb", "audit", str(articles)]


def _took(command: list[str], cache: Path) -> Took:
    before, begun = _processor(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CXREADY_CACHE": str(cache)})
    return Took(time.perf_counter() - begun, _processor() - before)


def _processor() -> float:
    """Seconds that the processes started here have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cache(place: Path) -> Path:
    """An empty cache with the exported models in it."""
    from kb_audit.embedding import find_model
    from kb_audit.exported_model import exported
    from kb_audit.together.graph import graph

    made = exported(find_model())
    for folder in (made and made.folder, graph()):
        if folder is not None:
            shutil.copytree(folder, place / "models" / folder.name)
    return place


def _change_one(articles: Path) -> None:
    """The middle one of the pages, committed where there is a repository."""
    pages = sorted(p for p in articles.rglob("*") if p.suffix in (".md", ".rst", ".txt"))
    page = pages[len(pages) // 2]
    page.write_text(page.read_text(encoding="utf-8") + _MORE, encoding="utf-8")
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", "-C", str(articles), *who, "commit", "-qam", "one"], check=False, capture_output=True)


def _copied(path: Path, place: Path) -> Path:
    """The folder with the repository that it lies in, copied."""
    root = next((each for each in (path, *path.parents) if (each / ".git").exists()), path)
    return Path(shutil.copytree(root, place / "copy", symlinks=True)) / path.relative_to(root)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("path", type=Path)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        articles, texts = _copied(given.path.resolve(), place), place / "texts.json"
        subprocess.run([sys.executable, "-c", _RECORD.format(str(articles), str(texts))], check=True)
        measured(given.rounds, place, articles, texts)


if __name__ == "__main__":
    main()
