"""The golden assessment: the recorded demo bundle gives the same bytes today, on any machine, in any folder."""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from assess.opening import judged, opened
from tests.assess.recorded import GOLDEN, recorded_folder
from tools.write_golden import golden

MOST = 40
ROOT = str(Path(__file__).resolve().parents[2])
CLOCKS = ("datetime.now", "datetime.utcnow", "date.today", "time")


def test_the_recorded_bundle_gives_the_golden_assessment_byte_for_byte() -> None:
    wanted, found = (GOLDEN / "northwind.json").read_text(encoding="utf-8"), golden(GOLDEN / "northwind.zip")
    differing = list(difflib.unified_diff(wanted.splitlines(), found.splitlines(), "golden", "now", n=1, lineterm=""))
    said = "\n".join(line[:200] for line in differing[:MOST])
    assert wanted == found, f"{said}\n… is it meant? then: python tools/write_golden.py"


def test_folder_and_bundle_give_the_same_bytes_whatever_zone_language_and_hash_seed(tmp_path: Path) -> None:
    folder = recorded_folder(tmp_path / "northwind")
    code = "import sys; from pathlib import Path; from tools.write_golden import golden; sys.stdout.write(golden(Path(sys.argv[1])))"
    outputs = set()
    for target, zone, seed in ((folder, "Asia/Tokyo", "1"), (GOLDEN / "northwind.zip", "America/Lima", "2")):
        environment = {**os.environ, "TZ": zone, "LC_ALL": "C", "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", code, str(target)]
        done = subprocess.run(command, capture_output=True, env=environment, check=True, cwd=Path.cwd())
        outputs.add(done.stdout)
    assert len(outputs) == 1 and all(outputs)


def clock_reads(run: Callable[[], object]) -> list[str]:
    """Where code of ours looked at a clock while `run` ran."""
    found: list[str] = []

    def watch(frame: FrameType, event: str, called: Any) -> None:
        ours = frame.f_code.co_filename.startswith(ROOT) and "/.venv/" not in frame.f_code.co_filename
        if event == "c_call" and ours and getattr(called, "__qualname__", "") in CLOCKS:
            found.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")

    sys.setprofile(watch)
    try:
        run()
    finally:
        sys.setprofile(None)
    return found


def test_a_month_later_it_gives_the_same_bytes_because_judging_never_looks_at_a_clock() -> None:
    assert len(clock_reads(lambda: (datetime.now(UTC), time.time(), date.today()))) == 3
    assert clock_reads(lambda: golden(GOLDEN / "northwind.zip")) == []


def test_as_of_moves_the_day_and_what_follows_from_it_and_is_said() -> None:
    with opened(GOLDEN / "northwind.zip") as at:
        now = judged(at).assessment
        later = judged(at, datetime(2027, 11, 23, tzinfo=UTC)).assessment
    assert later.moved and not now.moved
    assert later.expires == now.expires  # evidence ages from the day it was collected
    assert {c.probe: c.seen for c in later.cells} == {c.probe: c.seen for c in now.cells}


def test_the_golden_file_holds_no_place_of_a_machine() -> None:
    text = (GOLDEN / "northwind.json").read_text(encoding="utf-8")
    assert json.loads(text)["assessment"]["organisation"] == "Northwind Telecom"
    assert "/tmp/" not in text and "/home/" not in text
