"""Request Tracker 5 on a loopback port, in its own folder: SQLite file, own configuration, outgoing mail to a file."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

RT_SERVER = "/usr/share/request-tracker5/libexec/rt-server"
SITE_CONFIG = """\
Set($rtname, 'cxready-estate');
Set($Organization, 'desk.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($LogToSyslog, '');
Set($LogToSTDERR, 'warning');
Set($Timezone, 'UTC');
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{folder}/sendmail');
$MasonDataDir = '{folder}/mason';
$MasonSessionDir = '{folder}/sessions';
$VarPath = '{folder}/var';
1;
"""
# Mail never leaves the machine: RT pipes each message into this, which keeps it.
SENDMAIL = """#!/bin/sh
{{ echo "From rt@localhost $(date -u)"; cat; echo; }} >> '{folder}/mail.mbox'
"""


def prepare(folder: Path, port: int) -> dict[str, str]:
    """Write configuration and database below `folder`; returns each user's Authorization header by variable."""
    for name in ("mason", "sessions", "var", "site.d"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "RT_SiteConfig.pm").write_text(SITE_CONFIG.format(folder=folder, port=port), encoding="utf-8")
    mailer = folder / "sendmail"
    mailer.write_text(SENDMAIL.format(folder=folder), encoding="utf-8")
    mailer.chmod(0o755)
    setup = ["/usr/sbin/rt-setup-database-5", "--action", "init", "--dba", "", "--dba-password", ""]
    _run(setup, folder)
    told = _run(["perl", str(Path(__file__).with_name("rt_content.pl"))], folder)
    headers: dict[str, str] = json.loads(told.strip().splitlines()[-1])
    return headers


def start(folder: Path, port: int) -> int:
    """Start the server (two workers); returns its process id, which is also its process group."""
    command = [RT_SERVER, "--server", "Starman", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    with (folder / "rt.log").open("ab") as log:
        server = subprocess.Popen(
            command, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    return server.pid


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=180, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    own = {"RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "site.d")}
    return {**os.environ, **own}
