"""How long an export of tickets takes to read with everything that is counted, as a ratio to the standard library's csv
alone over the same file, and the memory at the peak. Prints; asserts nothing.

    python -m benchmarks.tickets [ROWS] [plain|bodies|slashes]
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUBJECTS = ("My bill is wrong", "Change my plan", "Where is my parcel", "Refund for March", "Router blinks red and off")
BODY = "Hello, I was charged {n} twice for order {n}. Please look into it.\nBest regards, customer {n}"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    kind = sys.argv[2] if len(sys.argv) > 2 else "plain"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        bad = write(path, rows, kind)
        parse = timed(path, "parse")
        count = timed(path, "count")
        print(f"{rows:,} rows ({kind}), {path.stat().st_size / 1e6:.0f} MB, {bad:,} of them broken on purpose")
        print(f"csv alone {parse[0]:.1f} s; counted {count[0]:.1f} s: {count[0] / parse[0]:.1f} × of csv alone")
        print(f"peak memory {count[1]:.0f} MB (csv alone {parse[1]:.0f} MB); {count[2]}")


def write(path: Path, rows: int, kind: str) -> int:
    """An export with a broken record in about 30,000; returns how many are broken."""
    draw, bad = random.Random(5), 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("Id,Subject,Description,Created at,Via,Tags,Requester id,Solved at,Handle minutes\n")
        for n in range(rows):
            day, hour = 1 + n * 28 // rows, n % 24
            month = 1 + n * 11 // rows
            made = (
                f"{day:02}/{month:02}/2026 {hour:02}:15"
                if kind == "slashes"
                else f"2026-{month:02}-{day:02}T{hour:02}:15:00Z"
            )
            body = BODY.format(n=n) if kind == "bodies" else f"Order {n}, please check"
            if draw.random() < 1 / 30_000:
                out.write(f'{n},"never ends,{made},Web\n')
                bad += 1
                continue
            out.write(
                f'{n},{SUBJECTS[n % 5]} {n % 977},"{body}",{made},Web,tag{n % 40},R{n % (rows // 5 + 1)},{made},7.5\n'
            )
    return bad


def timed(path: Path, what: str) -> tuple[float, float, str]:
    """Seconds, peak MB and what was said, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", what, str(path)], check=True, capture_output=True, text=True
    )
    seconds, megabytes, says = done.stdout.strip().split("|")
    return float(seconds), float(megabytes), says


def run(what: str, path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from probes.derive.ticket_count import count
    from probes.derive.ticket_file import TicketFile

    start = time.perf_counter()
    if what == "parse":
        with path.open(encoding="utf-8", newline="") as stream:
            says = f"{sum(1 for _ in csv.reader(stream)):,} records"
    else:
        file = TicketFile(path)
        count(file, ["billing-dispute"])
        done = file.account
        says = f"read {done.read:,}, quarantined {done.quarantined:,}, first at line {done.first_bad:,}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - start}|{peak}|{says}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
