"""Time and memory of the knowledge audit's heavy parts at scale: exact neighbours, and very many equal articles.

    python -m benchmarks.knowledge_scale [--rows 10000 50000] [--above 0.95] [--identical 5000] [PATH of articles]

Rows are vectors of real sections with noise added, in a file on disk; each size runs in a process of its own, so that
its peak of memory is its own. The peer is scikit-learn's brute-force radius search, on 5,000 rows in the same run.
Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.encode import DEMO, sections

_PEER_ROWS = 5000
_NOISE = 0.2


def make_rows(place: Path, count: int, real: NDArray[np.float32], seed: int = 1) -> Path:
    """`count` unit rows around the real ones, written piece by piece: they are never all in memory."""
    width = real.shape[1]
    file = place / f"rows-{count}.npy"
    held = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(count, width))
    random = np.random.default_rng(seed)
    for start in range(0, count, 4096):
        part = real[random.integers(0, len(real), size=min(4096, count - start))]
        part = part + random.normal(scale=_NOISE / np.sqrt(width), size=part.shape).astype(np.float32)
        held[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    held.flush()
    return file


def search(file: Path, above: float) -> None:
    """In a process of its own: all pairs at least so similar, counted."""
    from kb_audit.neighbours import blocks_above

    rows = np.load(file, mmap_mode="r")
    begun = time.perf_counter()
    pairs = sum(len(i) for i, _, _ in blocks_above(rows, above))
    taken = time.perf_counter() - begun
    print(f"{len(rows):>9,} rows  {taken:8.1f} s  {pairs:>12,} pairs ≥ {above}  peak {peak():,.0f} MB")


def peer(file: Path, above: float) -> None:
    """scikit-learn against ours on the same few rows."""
    from sklearn.neighbors import NearestNeighbors

    from kb_audit.neighbours import blocks_above

    rows = np.array(np.load(file, mmap_mode="r")[:_PEER_ROWS])
    ratios = []
    for _ in range(3):
        begun = time.perf_counter()
        ours = sum(len(i) for i, _, _ in blocks_above(rows, above))
        middle = time.perf_counter()
        near = (
            NearestNeighbors(radius=1 - above, metric="cosine", algorithm="brute").fit(rows).radius_neighbors(rows)[1]
        )
        theirs = (sum(len(each) for each in near) - len(rows)) // 2
        ratios.append((time.perf_counter() - middle) / (middle - begun))
    print(
        f"{len(rows):,} rows: {sorted(ratios)[1]:.1f}× as fast as scikit-learn's radius search ({ours:,} and {theirs:,} pairs)"
    )


def identical(count: int) -> None:
    """In a process of its own: an audit of so many equal articles."""
    from kb_audit.audit import audit
    from kb_audit.embedding import encoder

    page = "# Returns\n\n## How long\n\nYou can return a phone within 14 days of delivery, in its box and with all that came with it, to any of our shops.\n"
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            place = Path(folder) / f"{n // 500}"
            place.mkdir(exist_ok=True)
            (place / f"{n}.md").write_text(page, encoding="utf-8")
        begun = time.perf_counter()
        found = audit([Path(folder)], encode=encoder(), as_of=date(2026, 1, 1))
        taken = time.perf_counter() - begun
    twice = [f for f in found.findings if f.verdict == "duplicate"]
    print(
        f"{len(found.articles):,} equal articles  {taken:.1f} s  {len(twice)} findings of duplicates: “{twice[0].why}”  peak {peak():,.0f} MB"
    )


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("path", nargs="?", type=Path, default=DEMO)
    asked.add_argument("--rows", type=int, nargs="*", default=[10_000, 50_000])
    asked.add_argument("--above", type=float, default=0.95)
    asked.add_argument("--identical", type=int, default=5_000)
    given = asked.parse_args()
    from kb_audit.embedding import encoder

    real = encoder()(sections(given.path, 2000))
    with tempfile.TemporaryDirectory() as folder:
        file = make_rows(Path(folder), _PEER_ROWS, real)
        _alone(f"peer(Path({str(file)!r}), {given.above})")
        for count in given.rows:
            file = make_rows(Path(folder), count, real)
            _alone(f"search(Path({str(file)!r}), {given.above})")
            file.unlink()
    if given.identical:
        _alone(f"identical({given.identical})")


def _alone(call: str) -> None:
    code = f"from pathlib import Path; from benchmarks.knowledge_scale import *; {call}"
    subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
