"""How long `cxready --help` takes, as a ratio to `python -c pass`, paired in the same run. Prints; asserts nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time


def seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    python, code = sys.executable, "from assess.cli import main; main(['{}'])"
    for option in ("--help", "--version"):
        ratios = [seconds([python, "-c", code.format(option)]) / seconds([python, "-c", "pass"]) for _ in range(15)]
        print(
            f"{option}: median {statistics.median(ratios):.1f}× of `python -c pass` (min {min(ratios):.1f}, max {max(ratios):.1f}; 15 pairs)"
        )


if __name__ == "__main__":
    main()
