#!/usr/bin/env python3
"""Start and stop the estate: a real Request Tracker 5 and a real MediaWiki on loopback ports, in one folder.

    python estate.py start [--dir DIR]    makes DIR (a new temporary folder by default), starts both, prints `export …`
    python estate.py env --dir DIR        prints the same lines again
    python estate.py stop --dir DIR       ends both; --keep leaves the data

No system service is touched and nothing listens on another address than 127.0.0.1. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import rt_server
import wiki_server

STATE = "estate.json"


def start(folder: Path) -> dict[str, str]:
    """Build and start both systems below `folder` (empty or new); returns the environment of the example."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: choose another folder, or `stop --dir {folder}` first.")
    folder.chmod(0o700)  # it holds tokens
    rt_port, wiki_port = _free_ports(2)
    environment = {"RT_URL": f"http://127.0.0.1:{rt_port}/REST/2.0"}
    environment |= rt_server.prepare(folder / "rt", rt_port)
    environment |= wiki_server.prepare(folder / "wiki", wiki_port)
    processes: list[int] = []
    try:
        for starter, place, port in ((rt_server.start, "rt", rt_port), (wiki_server.start, "wiki", wiki_port)):
            processes.append(starter(folder / place, port))
            _remember(folder, environment, processes)
        _wait_for(f"{environment['RT_URL']}/rt", folder / "rt" / "rt.log")
        _wait_for(f"{environment['WIKI_URL']}?action=query&format=json", folder / "wiki" / "wiki.log")
    except BaseException:
        for process in processes:
            _end(process)
        raise
    return environment


def environment(folder: Path) -> dict[str, str]:
    """Addresses and secrets of a started estate."""
    told: dict[str, str] = _state(folder)["environment"]
    return told


def stop(folder: Path, *, keep: bool = False) -> None:
    """End the two process groups that `start` made, and remove the folder unless `keep`."""
    for group, begun in _state(folder)["processes"]:
        if _begun(group) == begun:  # the number may belong to somebody else's process by now
            _end(group)
    if keep:
        (folder / STATE).unlink()
    else:
        shutil.rmtree(folder)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A real Request Tracker and MediaWiki on loopback ports.")
    parser.add_argument("command", choices=("start", "env", "stop"))
    parser.add_argument("--dir", type=Path, help="the estate's folder; start makes a temporary one by default")
    parser.add_argument("--json", action="store_true", help="start and env: one JSON object instead of export lines")
    parser.add_argument("--keep", action="store_true", help="stop: leave the data")
    asked = parser.parse_args(arguments)
    if asked.command != "start" and asked.dir is None:
        parser.error(f"{asked.command} needs --dir")
    folder = (asked.dir or Path(tempfile.mkdtemp(prefix="cxready-estate-"))).resolve()
    if asked.command == "stop":
        stop(folder, keep=asked.keep)
        return 0
    told = start(folder) if asked.command == "start" else environment(folder)
    told["CXREADY_ESTATE"] = str(folder)
    if asked.json:
        print(json.dumps(told, indent=1))
        return 0
    for name, value in sorted(told.items()):
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _remember(folder: Path, environment: dict[str, str], processes: list[int]) -> None:
    known = [(process, _begun(process)) for process in processes]
    text = json.dumps({"environment": environment, "processes": known}, indent=1)
    unfinished = folder / f"{STATE}.part"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / STATE)


def _state(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"No estate in {folder}: start one with `estate.py start --dir {folder}`.") from None
    return told


def _begun(process: int) -> str:
    """When a process was started, in clock ticks after boot (proc(5), field 22); empty when there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(url: str, log: Path, seconds: float = 60) -> None:
    """Until something answers over HTTP; a 401 is an answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            opener.open(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer within {seconds:.0f} s:\n{log.read_text(errors='replace')[-2000:]}")


def _end(group: int, seconds: float = 10) -> None:
    """TERM, then KILL what is left of one process group."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                os.killpg(group, sign)
            except ProcessLookupError:
                return
            time.sleep(0.1)
            _reap(group)


def _reap(process: int) -> None:
    try:
        os.waitpid(process, os.WNOHANG)  # only when it is our own child: `start` and `stop` may be two commands
    except ChildProcessError:
        return


if __name__ == "__main__":
    sys.exit(main())
