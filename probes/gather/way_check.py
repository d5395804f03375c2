"""`collect --check`: the way to each system and one harmless read with each credential, before anything is measured.

What is looked at: name, connection, proxy, certificate, window, and what the read was answered. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from probes.gather.read_choice import cheapest_read
from probes.gather.session import Session
from runtime.errors import CxreadyError, Unreachable
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.network import merged
from runtime.systems.reach import Reach, Step, reach
from runtime.systems.references import resolve
from runtime.systems.settings import Credential
from runtime.systems.windows import WindowShut, check_window, words_of

PURPOSE = "check the way and the credential"


@dataclass(frozen=True)
class Place:
    """An address that must be reachable, and for what."""

    system: str
    url: str
    why: str


@dataclass
class SystemCheck:
    """What was found for one system: the way to it and to its token services, then each holder's credential."""

    system: str
    url: str
    ways: list[Reach] = field(default_factory=list)
    credentials: list[Step] = field(default_factory=list)
    shut: str = ""
    blocked: bool = False

    @property
    def reached(self) -> bool:
        """The way leads to the system, and nothing answers in its place."""
        return not self.shut and not self.blocked and all(way.ok for way in self.ways)

    @property
    def ok(self) -> bool:
        return self.reached and not any(step.state == "failed" for step in self.credentials)


def check_ways(session: Session) -> Iterator[SystemCheck]:
    """One system after the other, in the engagement's order; a window that is shut keeps even the connection away."""
    gone: dict[tuple[str, str], Reach] = {}
    for name in session.systems:
        session.tell(name, "the way, the certificate, each credential")
        yield _checked(session, name, gone)


def places_of(session: Session, names: Iterable[str]) -> list[Place]:
    """Every address of these systems that a run reaches: the systems themselves and their token services.

    Raises:
        BadInput: a reference in an address is not set.
    """
    found = []
    for name in names:
        settings = session.settings(name)
        base = resolve(settings.environments["staging"].url, session.secrets, f"systems.{name}.url")
        found.append(Place(name, base, f"{name}: {settings.protocol.upper()} calls"))
        for credential in settings.credentials.values():
            if credential.token_url:
                url = urljoin(base.rstrip("/") + "/", resolve(credential.token_url, session.secrets, name))
                found.append(Place(name, url, "sign in (OAuth2 token)"))
    return found


def _checked(session: Session, name: str, gone: dict[tuple[str, str], Reach]) -> SystemCheck:
    """`gone`: ways that were already gone, by address and network."""
    settings = session.settings(name)
    shown = settings.environments["staging"].url
    found = SystemCheck(name, shown)
    try:
        check_window(settings.windows, writing=False, system=name)
        places = places_of(session, [name])
    except WindowShut as error:
        found.shut = f"not asked: {error.what}; {error.do.partition(';')[0]}"
        return found
    except CxreadyError as error:
        found.credentials.append(Step("address", "failed", error.what, error.do))
        return found
    found.url = places[0].url
    network = merged(session.estate.network, settings.network)
    for url in dict.fromkeys(_origin(place.url) for place in places):
        key = (url, network.model_dump_json())
        gone[key] = gone.get(key) or reach(url, network, session.estate.folder, session.secrets)
        found.ways.append(gone[key])
    if found.reached:
        for holder, credential in settings.credentials.items():
            found.credentials.append(_credential(session, found, holder, credential))
    if not settings.credentials:
        found.credentials.append(Step("agent", "note", "no credential is named", "write credentials for this system"))
    return found


def _credential(session: Session, found: SystemCheck, holder: Any, credential: Credential) -> Step:
    """One harmless read; without a description only what signing in says."""
    name = found.system
    read = cheapest_read(session.estate, name, datetime.now(UTC))
    try:
        system = session.system(name, holder)
        if read is None:
            headers = getattr(system, "auth", None)
            said = "signed in" if credential.scheme == "oauth2" and headers and headers.headers() else "is set"
            return Step(holder, "note", f"{said}; no harmless read is known", "name a description with a read")
        answer = system.call(read[0].id, read[1], why=Why(PURPOSE, "check", session.run))
    except CxreadyError as error:
        found.blocked = found.blocked or isinstance(error, Unreachable)
        return Step(holder, "failed", error.what, error.do)
    found.blocked = found.blocked or answer.seen is Seen.PATH
    return _meant(holder, read[0].id, answer)


def _meant(holder: str, operation: str, answer: Exchange) -> Step:
    says = f"{operation} answered {answer.status or 'nothing'} in {answer.elapsed_ms:.0f} ms"
    if answer.ok:
        return Step(holder, "ok", says)
    if answer.seen is Seen.PATH:
        return Step(holder, "failed", answer.error, "have the proxy let it through, or run from another host")
    if answer.status in (401, 403) or answer.seen is Seen.LOGIN_PAGE:
        return Step(holder, "failed", f"{says}: the credential is refused", "correct the secret, or give it the right")
    if answer.seen is Seen.REFUSED:
        return Step(holder, "ok", f"{says}: signed in, the example value is not known there")
    what = {Seen.CHALLENGE: "a bot challenge", Seen.THROTTLED: "throttled", Seen.FAULT: answer.error or "a fault"}
    return Step(holder, "failed", f"{says}: {what.get(answer.seen, answer.seen)}", "ask who runs the system")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def windows_in_words(session: Session, name: str) -> str:
    """The system's windows as a person reads them; empty when it may be asked at any time."""
    windows = session.settings(name).windows
    return " or ".join(words_of(w) + (" (writes)" if w.writes_only else "") for w in windows)
