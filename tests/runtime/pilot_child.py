"""`pilot_child.py FOLDER CASE…`: runs cases of the folder's cases.jsonl in a process of its own, to be killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assess.case_files import read_cases
from assess.engagement import load_folder
from assess.piloting import run_cases
from tests.runtime.quick_encode import quick_encode


def main(path: Path, names: list[str]) -> None:
    cases = [case for case in read_cases(path / "cases.jsonl") if case["case"] in names]
    secrets = json.loads((path / "environment.json").read_text())
    for result in run_cases(load_folder(path), cases, secrets=secrets, encode=quick_encode):
        print(json.dumps(result.line()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
