"""Graphs for onnxruntime: made once on this machine from checked weights, kept in the cache folder, whole or not at all.

A folder is written under a temporary name and renamed; `about.json` in it holds the digest of each file, or why the weights
are unfit for an export. A damaged folder is removed and made again next time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from filelock import FileLock

from kb_audit.batches import processors

About = dict[str, Any]
NEEDED = ("onnx", "sentence_transformers")
GRAPH, QUICK, TOKENIZER = "model.onnx", "quick.onnx", "tokenizer.json"
_OPSET = 17
_ONE_AT_A_TIME = Lock()


class Unfit(Exception):
    """Why these weights are not to be had as a graph."""


def kept_export(place: Path, make: Callable[[Path], About]) -> About | None:
    """What is known of the export at this place, which is made now if there is none; `None` where it cannot be had.

    `make` writes the graph and the tokenizer into a folder and returns what is to be known of them, or raises Unfit; whatever else
    it raises is not remembered.
    """
    if find_spec("onnxruntime") is None:
        return None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            if not (place / "about.json").is_file() and all(find_spec(name) for name in NEEDED):
                _made(place, make)
            return _whole(place)
    except OSError:
        return None


@contextmanager
def exporting() -> Iterator[None]:
    """Whatever an exporter of foreign models may raise in here is Unfit, but for what may pass: a full disk, too little memory."""
    try:
        yield
    except (OSError, MemoryError, ImportError):
        raise
    except Exception as error:
        raise Unfit(f"it cannot be exported: {type(error).__name__}") from error


def write_graph(whole: Any, folder: Path, given: Sequence[str], gives: str) -> None:
    """The torch module as model.onnx, quietly: it takes whole numbers of shape (texts, pieces) by these names, and gives rows."""
    import torch

    ones = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "texts", 1: "pieces"} for name in given} | {gives: {0: "texts"}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with _ONE_AT_A_TIME, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole, (ones, *(torch.ones_like(ones) for _ in given[1:])), str(folder / GRAPH), input_names=list(given),
            output_names=[gives], dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


def write_quick(folder: Path) -> None:
    """The graph again as quick.onnx, its matrices in whole numbers of one byte: twice as fast, about right. Seven bits of them are
    used: processors without the newer instructions for such products overflow on eight."""
    from onnxruntime.quantization import quantize_dynamic

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it recommends steps that change nothing here
    try:
        quantize_dynamic(folder / GRAPH, folder / QUICK, per_channel=True, reduce_range=True)
    finally:
        logging.disable(before)


def opened(folder: Path, length: int, threads: int | None = None, graph: str = GRAPH) -> tuple[Any, Any]:
    """A folder's tokenizer, cutting off at so many pieces, and the session of one of its graphs."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(length)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or processors()
    options.log_severity_level = 3
    # Threads that wait must sleep: others run beside.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(folder / graph), options, providers=["CPUExecutionProvider"])
    return tokenizer, session


def _made(place: Path, make: Callable[[Path], About]) -> None:
    for left in place.parent.glob(f".making-{place.name}-*"):  # of a run that was interrupted
        shutil.rmtree(left, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".making-{place.name}-", dir=place.parent))
    try:
        try:
            about = make(temporary)
            about["files"] = {file.name: _sha256(file) for file in sorted(temporary.iterdir())}
        except Unfit as why:
            about = {"unfit": str(why), "by": _maker()}
            shutil.rmtree(temporary)
            temporary.mkdir()
        (temporary / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        os.replace(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _whole(place: Path) -> About | None:
    try:
        about: About = json.loads((place / "about.json").read_text(encoding="utf-8"))
        if "unfit" in about and about["by"] == _maker():
            return None
        if "files" in about and all(_sha256(place / name) == digest for name, digest in about["files"].items()):
            return about
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(place, ignore_errors=True)
    return None


def _maker() -> str:
    """Another version may export what this one cannot."""
    return " ".join(f"{name} {version(name)}" for name in ("torch", "sentence-transformers", "onnx", "onnxruntime"))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
