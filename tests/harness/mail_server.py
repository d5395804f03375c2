"""A mail server on loopback ports: SMTP in (aiosmtpd), one mailbox, IMAP out (Dovecot, unprivileged); it can fail on purpose.

with MailServer(folder) as mail:
    mail.fail("answer lost")     # takes the next message and hangs up instead of saying so
assert len(mail.arrived()) == 1
"""

from __future__ import annotations

import mailbox
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Session
from aiosmtpd.smtp import Envelope

PASSWORD = "secret"
CONFIG = """protocols = imap
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/Maildir
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class MailServer:
    """Context manager; SMTP without IMAP when Dovecot is not installed and `imap` is False."""

    def __init__(self, *, imap: bool = True) -> None:
        # A folder of its own: pytest closes its own to others, and Dovecot is somebody else.
        self.home, self.faults = Path(tempfile.mkdtemp(prefix="cxready-mail-")), deque[str]()
        self.home.chmod(0o755)
        self.imap_port = _free() if imap else 0
        for part in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "run", "state"):
            (self.home / part).mkdir(parents=True)
        self.box = mailbox.Maildir(self.home / "Maildir", create=False)
        self._smtp = Controller(_Takes(self), hostname="127.0.0.1", port=_free(), ready_timeout=10)
        self._imap: subprocess.Popen[bytes] | None = None

    @property
    def smtp(self) -> str:
        return f"127.0.0.1:{self._smtp.port}"

    @property
    def imap(self) -> str:
        return f"127.0.0.1:{self.imap_port}"

    def __enter__(self) -> MailServer:
        self._smtp.start()
        if self.imap_port:
            self._imap = _dovecot(self.home, self.imap_port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._smtp.stop()
        if self._imap:
            self._imap.terminate()
            self._imap.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)

    def fail(self, *faults: str) -> None:
        """What goes wrong with the next messages: refused, busy, answer lost, cut off; empty for nothing."""
        self.faults.extend(faults)

    def put(self, raw: bytes) -> None:
        """A message as the mail gateway lays it down."""
        self.box.add(raw)
        _owned(self.home)

    def empty(self) -> None:
        self.faults.clear()
        for key in list(self.box.iterkeys()):
            self.box.discard(key)

    def arrived(self) -> list[EmailMessage]:
        from email import message_from_bytes

        found = [message_from_bytes(self.box.get_bytes(key), policy=default) for key in self.box.iterkeys()]
        return [mail for mail in found if isinstance(mail, EmailMessage)]


class _Takes:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_RCPT(self, session: Session, *more: Any) -> str:
        own, envelope, address = self.server, more[-3], more[-2]
        if own.faults and own.faults[0] == "refused":
            own.faults.popleft()
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Session, session: Any, envelope: Envelope) -> str:
        own = self.server
        fault = own.faults.popleft() if own.faults else ""
        if fault == "busy":
            return "451 4.3.0 try again later"
        if fault != "cut off":
            own.put(envelope.content or b"")
        if fault in ("answer lost", "cut off"):
            server.transport.abort()
        return "250 2.0.0 queued"


def message(sender: str, text: str, **headers: str) -> bytes:
    """A mail as bytes; header names with underscores for hyphens, in the order given."""
    mail = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail["From"], mail["To"] = sender, "cx@desk.example"
    mail.set_content(text)
    return mail.as_bytes()


def _dovecot(home: Path, port: int) -> subprocess.Popen[bytes]:
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    user, group = ("nobody", "nogroup") if os.geteuid() == 0 else (_name(), _name())
    (home / "d.conf").write_text(CONFIG.format(home=home, user=user, group=group, port=port, password=PASSWORD))
    _owned(home)
    drop = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"] if os.geteuid() == 0 else []
    child = subprocess.Popen([*drop, program, "-F", "-c", str(home / "d.conf")], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return child
        time.sleep(0.05)
    child.terminate()
    raise AssertionError((home / "log").read_text() if (home / "log").is_file() else "Dovecot does not answer")


def _owned(home: Path) -> None:
    """Dovecot runs as nobody when the tests run as root."""
    if os.geteuid() == 0:
        for place in (home, *home.rglob("*")):
            if not place.is_socket():
                shutil.chown(place, "nobody", "nogroup")


def _name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
