"""Encoding spread over two Ray workers gives the same rows in the same order."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kb_audit.embedding import load
from kb_audit.model import find_model
from kb_audit.spread import SETTING, SpreadRows
from runtime.errors import BadInput

CODE = """
import numpy as np, os
from kb_audit.embedding import encoder, load
from kb_audit.model import find_model
from pathlib import Path
texts = [f"The fee of plan {n} is {n} euros" * (1 + n % 5) for n in range(150)]
os.environ["CXREADY_RAY"] = "local:2"
spread = encoder(cache=Path("x.sqlite"))(texts)
del os.environ["CXREADY_RAY"]
alone = load(find_model()).rows(texts)
import ray
print(spread.shape, float(np.abs(spread - alone).max()) < 1e-5, int(ray.cluster_resources()["CPU"]))
"""


@pytest.mark.soak
def test_two_workers_give_the_rows_of_one_process(tmp_path: object) -> None:
    pytest.importorskip("ray")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, env=env, cwd=str(tmp_path), check=False
    )
    assert done.stdout.split("\n")[0] == "(150, 384) True 2", done.stderr[-2000:]


def test_a_number_of_workers_that_is_none_is_said() -> None:
    pytest.importorskip("ray")
    with pytest.raises(BadInput, match="no number of workers"):
        SpreadRows(find_model(), "local:many")


def test_without_ray_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setenv(SETTING, "local:2")
    with pytest.raises(BadInput, match="Ray is not installed") as refused:
        load(find_model())
    assert "cxready[scale]" in refused.value.do
