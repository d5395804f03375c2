"""Encoding spread over the processors of a Ray cluster, for bases beyond one machine (extra `cxready[scale]`).

CXREADY_RAY is `local`, `local:2` (so many workers), or the address of a running cluster. Each worker loads the same model
on its machine and refuses to work with another one. Ray's usage statistics stay off.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_audit.model import Model, find_model
from runtime.errors import BadInput, Conflict

SETTING = "CXREADY_RAY"
_PORTION = 64


class SpreadRows:
    """Rows by one worker a processor; texts go out in portions, and come back in their order."""

    def __init__(self, model: Model, where: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            from ray.util import ActorPool
        except ImportError as error:
            raise BadInput("Ray is not installed", f"{SETTING}={where}", "install cxready[scale]") from error
        engine: Any = ray
        if not engine.is_initialized():
            _join(engine, where)
        count = max(1, int(engine.cluster_resources().get("CPU", 1)))
        worker = engine.remote(num_cpus=1)(_Worker)
        self._pool = ActorPool([worker.remote(model.digest) for _ in range(count)])

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dimensions), in the order of the texts."""
        portions = [list(texts[start : start + _PORTION]) for start in range(0, len(texts), _PORTION)]
        return np.concatenate(list(self._pool.map(lambda worker, part: worker.rows.remote(part), portions)))


def _join(ray: Any, where: str) -> None:
    kind, _, count = where.partition(":")
    quiet = {"include_dashboard": False} if kind == "local" else {}
    if kind == "local" and count and not count.isdigit():
        raise BadInput(f"{count} is no number of workers", f"{SETTING}={where}", "write local:2")
    try:
        ray.init(
            address="local" if kind == "local" else where, num_cpus=int(count) if kind == "local" and count else None,
            log_to_driver=False, logging_level=logging.ERROR, **quiet,
        )  # fmt: skip
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise BadInput("the Ray cluster cannot be joined", f"{SETTING}={where}", "check its address") from error


class _Worker:
    """One thread's worth of the model, on whatever machine it was started."""

    def __init__(self, digest: str) -> None:
        from kb_audit.exported_model import exported
        from kb_audit.onnx_rows import OnnxRows
        from kb_audit.torch_rows import TorchRows

        model = find_model()
        if model.digest != digest:
            raise Conflict(
                "a worker has another embedding model", str(model.path), "install the same one on every machine"
            )
        made = exported(model)
        self._rows = OnnxRows(made, threads=1) if made else TorchRows(model)

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._rows.rows(texts)
