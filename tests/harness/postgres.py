"""A private PostgreSQL cluster for tests: own data directory, free loopback port, own user; gone afterwards.

    with postgres() as server:
        psycopg.connect(server.url)

Uses the Debian packages (`make setup` installs `postgresql`), installs nothing itself. As root the server runs as an
unprivileged user, because PostgreSQL refuses root. Where there are no server programs the test is skipped and says so.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE_S = 30
OWNERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Server:
    """`url` is for psycopg; `pid` that of the postmaster, to be killed by tests that want to see that; `folder` its data."""

    url: str
    pid: int
    folder: Path
    port: int


@contextmanager
def postgres(*settings: str) -> Iterator[Server]:
    """Runs a server while the block runs; `settings` like `fsync=on` go to its command line."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="cxready-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user, user if user == "postgres" else None)
        _run(programs / "initdb", "-D", str(folder / "data"), "-U", "cxready", "-A", "trust", "-E", "UTF8", user=user)
        port = _free_port()
        child = subprocess.Popen(
            _command(programs, folder, port, settings),
            user=user,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"),
            start_new_session=True,
            cwd=folder,
        )
        try:
            _until_ready(programs, port, child, folder / "log")
            yield Server(f"postgresql://cxready@127.0.0.1:{port}/postgres", child.pid, folder / "data", port)
        finally:
            child.send_signal(signal.SIGINT)  # "fast" shutdown: ends sessions, leaves no shared memory behind
            try:
                child.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The newest installed version's folder, or the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path and shutil.which("postgres") else None


def _unprivileged() -> str | None:
    if os.getuid() != 0:
        return None
    for name in OWNERS:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    pytest.skip("PostgreSQL does not run as root and there is no other user")


def _command(programs: Path, folder: Path, port: int, settings: tuple[str, ...]) -> list[str]:
    fixed = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}", "max_connections=60")
    options = [word for setting in (*fixed, *settings) for word in ("-c", setting)]
    return [str(programs / "postgres"), "-D", str(folder / "data"), *options]


def _until_ready(programs: Path, port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    asked = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asked, check=False).returncode != 0:
        if child.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _run(program: Path, *arguments: str, user: str | None) -> None:
    ended = subprocess.run(
        [str(program), *arguments], user=user, capture_output=True, text=True, check=False, timeout=120, cwd="/"
    )
    assert ended.returncode == 0, f"{program.name}: {ended.stderr[-1000:]}"


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
