"""Sections a second of `kb_audit.embedding`, beside `SentenceTransformer.encode` with its defaults on the same sections.

    python -m benchmarks.encode [PATH of articles] [--sections 160] [--rounds 5]

Rounds alternate, so that what else the machine does meets all alike. Prints the ratio of the medians and of each round,
the greatest cosine error of any section, and how long a new process takes to its first vector. Asserts nothing.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = Callable[[Sequence[str]], NDArray[np.float32]]
DEMO = Path(__file__).resolve().parent.parent / "templates" / "demo" / "folder" / "knowledge"
OURS = "from kb_audit.embedding import find_model, load; load(find_model()).rows(['a refund'])"
THEIRS = (
    "from kb_audit.model import find_model; from sentence_transformers import SentenceTransformer; "
    "SentenceTransformer(str(find_model().path), device='cpu', local_files_only=True).encode(['a refund'])"
)


def sections(path: Path, count: int, seed: int = 1) -> list[str]:
    """Texts as the audit encodes them: heading and running text."""
    from kb_audit.sources import folder
    from kb_audit.structure import section_text

    texts = [f"{s.heading}. {section_text(a, s)}" for a in folder.read(path).articles for s in a.sections]
    return random.Random(seed).sample(texts, min(count, len(texts)))


def ways() -> dict[str, Rows]:
    """SentenceTransformer with its defaults, the same in bfloat16, and ours."""
    from kb_audit.embedding import find_model, load
    from kb_audit.torch_rows import load as load_torch

    model = find_model()
    plain, halved = load_torch(model), load_torch(model)
    import torch

    halved = halved.to(torch.bfloat16)
    return {
        "SentenceTransformer": lambda texts: np.asarray(plain.encode(list(texts), show_progress_bar=False)),
        "… in bfloat16": lambda texts: _halved(halved, texts),
        "cxready": load(model).rows,
    }


def _halved(model: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    rows: NDArray[np.float32] = (
        model.encode(list(texts), batch_size=8, convert_to_tensor=True, show_progress_bar=False).float().numpy()
    )
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def start_seconds(code: str, rounds: int) -> float:
    """Median of new processes, imports and weights included."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("path", nargs="?", type=Path, default=DEMO)
    asked.add_argument("--sections", type=int, default=160)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    texts, found = sections(given.path, given.sections), ways()
    taken: dict[str, list[float]] = {name: [] for name in found}
    rows: dict[str, NDArray[np.float32]] = {}
    for _ in range(given.rounds):
        for name, encode in found.items():
            begun = time.perf_counter()
            rows[name] = encode(texts)
            taken[name].append(time.perf_counter() - begun)
    first, *_ = found
    words = statistics.mean(len(text.split()) for text in texts)
    print(f"{len(texts)} sections, {words:.0f} words on average; {given.rounds} rounds")
    for name in found:
        ratios = [a / b for a, b in zip(taken[first], taken[name], strict=True)]
        error = float((1 - (rows[name] * rows[first]).sum(axis=1)).max())
        print(
            f"{name:<20} {len(texts) / statistics.median(taken[name]):6.1f} sections/s   "
            f"{statistics.median(taken[first]) / statistics.median(taken[name]):4.2f}× "
            f"(rounds {min(ratios):.2f}–{max(ratios):.2f})   greatest cosine error {error:.6f}"
        )
    ours, theirs = start_seconds(OURS, 3), start_seconds(THEIRS, 3)
    print(f"start to first vector: {ours:.2f} s, with SentenceTransformer {theirs:.2f} s ({theirs / ours:.0f}×)")


if __name__ == "__main__":
    main()
