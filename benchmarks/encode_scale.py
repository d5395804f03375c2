"""What a million sections cost: encoding on one machine and spread over Ray, and exact neighbours, measured and extrapolated.

    python -m benchmarks.encode_scale [PATH of articles] [--sections 512] [--workers 2] [--rows 20000]

Encoding grows with the number of sections and is measured on a sample; neighbours grow with its square and are measured
on vectors of real sections with noise. Figures beyond what was measured bear a star. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.encode import DEMO, sections
from benchmarks.knowledge_scale import make_rows

CURVE = (1_000, 10_000, 50_000, 100_000, 1_000_000)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("path", nargs="?", type=Path, default=DEMO)
    asked.add_argument("--sections", type=int, default=512)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--rows", type=int, default=20_000)
    given = asked.parse_args()
    from kb_audit.embedding import find_model, load
    from kb_audit.spread import SETTING

    texts, model = sections(given.path, given.sections), find_model()
    alone = load(model)
    os.environ[SETTING] = f"local:{given.workers}"
    spread = load(model)
    spread.rows(texts[:64])
    rates: dict[str, list[float]] = {"alone": [], "spread": []}
    for _ in range(3):
        for name, way in (("alone", alone), ("spread", spread)):
            begun = time.perf_counter()
            rows = way.rows(texts)
            rates[name].append(len(texts) / (time.perf_counter() - begun))
    first, second = (sorted(each)[1] for each in rates.values())
    print(
        f"{len(texts)} sections: one process {first:.0f} a second, {given.workers} Ray workers {second:.0f} ({second / first:.2f}×)"
    )
    with tempfile.TemporaryDirectory() as folder:
        taken = _neighbours(make_rows(Path(folder), given.rows, rows))
    print(f"{given.rows:,} rows: neighbours in {taken:.1f} s\n")
    print(f"{'sections':>10}  {'encode':>9}  {'spread':>9}  {'neighbours':>10}  {'vectors':>8}")
    for count in CURVE:
        guessed = "*" if count > given.sections else " "
        near = _said(taken * (count / given.rows) ** 2) + ("*" if count > given.rows else " ")
        encoding = [_said(count / rate) + guessed for rate in (first, second)]
        print(f"{count:>10,}  {encoding[0]:>9}  {encoding[1]:>9}  {near:>10}  {count * 1536 / 1e6:>5.0f} MB")
    print("* extrapolated: encoding with the number of sections, neighbours with its square")


def _neighbours(file: Path) -> float:
    from kb_audit.neighbours import blocks_above

    begun = time.perf_counter()
    sum(len(i) for i, _, _ in blocks_above(np.load(file, mmap_mode="r"), 0.95))
    return time.perf_counter() - begun


def _said(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


if __name__ == "__main__":
    main()
