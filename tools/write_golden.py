"""Writes the golden assessment of the demo: the bundle that it is judged on, and what judging it gives, byte for byte.

    python tools/write_golden.py [--record]

Without `--record` the recorded bundle is judged again: do this after a change of rules that is meant, and read the
difference. With it the demo estate is measured anew: do this when artifacts changed their shape.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HOME = ROOT / "tests" / "assess" / "golden"


def main() -> int:
    parser = argparse.ArgumentParser(description="Write tests/assess/golden.")
    parser.add_argument("--record", action="store_true", help="measure the demo estate anew")
    if parser.parse_args().record:
        _record()
    text = golden(HOME / "northwind.zip")
    (HOME / "northwind.json").write_text(text, encoding="utf-8", newline="\n")
    print(f"written: {HOME / 'northwind.json'} ({len(text):,} characters)")
    return 0


def golden(bundle: Path) -> str:
    """assessment.json and gate.json of a bundle, as one text."""
    import json

    from assess.opening import judged, opened

    with opened(bundle) as at:
        verdict = judged(at)
    whole = {"assessment": verdict.assessment.model_dump(mode="json"), "gate": verdict.gate.model_dump(mode="json")}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _record() -> None:
    from assess.demo.estate import start
    from assess.demo.folder import write_folder
    from assess.engagement import load_folder
    from assess.measuring import measure

    HOME.mkdir(parents=True, exist_ok=True)
    folder = Path("northwind")
    with tempfile.TemporaryDirectory(prefix="cxready-golden-") as place, chdir(place), start() as estate:
        write_folder(folder, estate)
        result = measure(load_folder(folder), secrets=estate.environment())
        shutil.copyfile(result.zip_path, HOME / "northwind.zip")


if __name__ == "__main__":
    sys.exit(main())
