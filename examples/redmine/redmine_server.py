"""Redmine on a loopback port, in a folder of its own: `python redmine_server.py DIR PORT`.

A copy of Debian's files with an own SQLite database; nothing under /etc or /var is read or written. Prints one JSON line
with the address and the keys once it listens, and serves until it is ended. No mail leaves: none is configured.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

DEBIAN = Path("/usr/share/redmine")
ISSUES = 14  # more than a page of each size that a walk asks for
CONTENT = Path(__file__).with_name("redmine_content.rb")


def serve(folder: Path, port: int) -> int:
    """Makes the application below `folder` and serves until this process is ended."""
    app = _copied(folder)
    env = _environment(folder)
    told = folder / "keys.json"
    if not told.exists():
        _ran(["bundle", "exec", "rake", "db:migrate"], app, {**env, "SCHEMA": "/dev/null"})
        _ran(["bundle", "exec", "rake", "redmine:load_default_data"], app, {**env, "REDMINE_LANG": "en"})
        made = {"REDMINE_TOLD": str(told), "REDMINE_ISSUES": str(ISSUES)}
        _ran(["bundle", "exec", "rails", "runner", str(CONTENT)], app, {**env, **made})
    port = port or _free_port()
    command = ["bundle", "exec", "rails", "server", "-u", "webrick", "-b", "127.0.0.1", "-p", str(port)]
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(command, cwd=app, env=env, stdout=log, stderr=log)

    def end(number: int, frame: FrameType | None) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, end)
    address = f"http://127.0.0.1:{port}"
    _until_it_answers(address, server)
    print(json.dumps({"REDMINE_URL": address, **json.loads(told.read_text(encoding="utf-8"))}), flush=True)
    return server.wait()


def _copied(folder: Path) -> Path:
    """Debian's files with an own configuration; its Gemfile looks for databases in Debian's place, so that is changed."""
    app = folder / "app"
    if (app / "Gemfile.lock").exists():
        return app
    shutil.copytree(
        DEBIAN, app, symlinks=True, ignore=shutil.ignore_patterns("instances", "Gemfile.lock", "database.yml")
    )
    gemfile = app / "Gemfile"
    text = gemfile.read_text(encoding="utf-8").replace(str(DEBIAN), str(app))
    gemfile.write_text(text, encoding="utf-8")
    (app / "Gemfile.local").write_text("gem 'webrick'\n", encoding="utf-8")
    own = app / "instances" / "default"  # where Debian's Redmine looks for what is an instance's own
    for name in ("config", "log", "tmp", "files"):
        (own / name).mkdir(parents=True)
    database = {"adapter": "sqlite3", "database": str(folder / "redmine.sqlite"), "timeout": 20000}
    (own / "config" / "database.yml").write_text(json.dumps({"production": database}), encoding="utf-8")
    _ran(["bundle", "install", "--local", "--quiet"], app, _environment(folder))
    return app


def _environment(folder: Path) -> dict[str, str]:
    key = folder / "secret"
    if not key.exists():
        key.write_text(secrets.token_hex(32), encoding="utf-8")
    return {
        **os.environ,
        "RAILS_ENV": "production",
        "SECRET_KEY_BASE": key.read_text(encoding="utf-8"),
        "HOME": str(folder),
        "BUNDLE_GEMFILE": str(folder / "app" / "Gemfile"),
    }


def _ran(command: list[str], app: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, check=False, cwd=app, env=env, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[:2000]}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit("Redmine ended before it answered: see server.log")
        try:
            with urllib.request.urlopen(f"{address}/login", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("Redmine did not answer within two minutes: see server.log")


if __name__ == "__main__":
    raise SystemExit(serve(Path(sys.argv[1]).resolve(), int(sys.argv[2])))
