"""`python -m assess.demo.serve [--flawless]`: run the demo estate until Ctrl-C; prints addresses as JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from assess.demo.estate import start


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m assess.demo.serve", description=__doc__)
    parser.add_argument("--flawless", action="store_true", help="mend the two flaws of the billing system")
    options = parser.parse_args(arguments)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with start(flawless=options.flawless) as estate:
        sys.stdout.write(json.dumps({"urls": estate.urls, "environment": estate.environment()}, indent=2) + "\n")
        sys.stdout.flush()
        done.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
