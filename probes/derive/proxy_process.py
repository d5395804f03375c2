"""A second enforcing proxy in a process of its own, over the same folder: what one process is told, every process must see.

    with beside(estate, folder, secrets) as url: …

The child reads the estate from its parent's pipe, prints its address, and ends when the pipe is closed.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from runtime.estate import Estate

PATIENCE_S = 30


@contextmanager
def beside(estate: Estate, folder: Path, secrets: Mapping[str, str]) -> Iterator[str | None]:
    """The other proxy's address, or None where no second process can be started."""
    command = [sys.executable, "-c", "from probes.derive.proxy_process import main; main()"]
    root = str(Path(__file__).resolve().parents[2])
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
    except OSError:
        yield None
        return
    assert child.stdin is not None and child.stdout is not None
    try:
        there = replace(estate, folder=estate.folder.resolve())  # the child stands elsewhere
        pickle.dump((there, folder.resolve(), dict(secrets)), child.stdin)
        child.stdin.flush()
        line = child.stdout.readline()
        yield str(json.loads(line)["url"]) if line else None
    except OSError:
        yield None
    finally:
        child.stdin.close()
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


def main() -> None:
    """The child."""
    from probes.derive.trial_calls import confirmed_facts
    from runtime.guardrails.proxy import serve

    estate, folder, secrets = pickle.load(sys.stdin.buffer)  # noqa: S301 our own parent's
    proxy = serve(
        estate,
        folder=folder,
        secrets=secrets,
        facts=confirmed_facts(estate),
        run="kill switch",
        trusts_signed_records=True,
    )
    try:
        sys.stdout.write(json.dumps({"url": proxy.url}) + "\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
    finally:
        proxy.close()
