"""`cxready collect DIR --check`: the way to each system as a table, and the firewall request as text for the ticket."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assess.engagement import Folder
from assess.opening import write_text

if TYPE_CHECKING:
    from probes.gather.session import Session
    from probes.gather.way_check import SystemCheck
    from runtime.systems.reach import Reach, Step

_MARKS = {"ok": "ok", "failed": "NO", "note": "note", "skipped": "–"}


def check(loaded: Folder, *, only_system: str | None, output: Path | None, as_json: bool) -> None:
    """Looks at the way and the credentials; prints what it found and whom to ask for what.

    Exit code: 0 all can be measured · 1 something answers no · 3 something cannot be reached.
    """
    from assess.live import Live
    from assess.measuring import look
    from probes.gather.way_check import check_ways

    with Live(quiet=as_json) as live, look(loaded, only_system=only_system, progress=live.say) as session:
        found = list(check_ways(session))
        request = firewall_request(loaded, session, found)
        clocks = session.passage.clocks.off() if session.passage else {}
    if output:
        write_text(output, request)
    if as_json:
        click.echo(json.dumps(_as_values(found, clocks, request), ensure_ascii=False))
    else:
        _print(found, clocks, request, output)
    sys.exit(3 if any(not c.reached and not c.shut for c in found) else 1 if any(not c.ok for c in found) else 0)


def firewall_request(loaded: Folder, session: Session, found: Sequence[SystemCheck]) -> str:
    """What the network's people must open: from, host, port, why. Plain text for the ticket."""
    said = loaded.engagement.value
    ways = {(w.host, w.port): (w, c) for c in found for w in c.ways}
    own = sorted({w.from_address for w, _ in ways.values() if w.from_address}) or [
        "this machine, address not known yet"
    ]
    lines = [
        f"Firewall request: readiness measurement of {said.organisation}",
        f"Contact: {said.contact or 'not named in engagement.yaml'}",
        f"From:    {', '.join(own)} ({socket.gethostname()})",
        "",
    ]
    proxies = sorted({w.through for w, _ in ways.values() if w.through})
    rows = [(proxy, "the proxy, for the addresses marked with *") for proxy in proxies]
    for (host, port), (way, _) in sorted(ways.items(), key=lambda one: one[1][1].system):
        why = "; ".join(dict.fromkeys(_whys(session, found, way)))
        rows.append((f"{host}:{port}{' *' if way.through else ''}", why))
    width = max((len(place) for place, _ in rows), default=0)
    lines += [f"To:      {place:<{width}}  {why}" for place, why in rows]
    shut = [c.system for c in found if c.shut]
    lines += [f"Not looked at, outside their windows: {', '.join(shut)}"] if shut else []
    if proxies:
        lines += ["", "Marked with *: CONNECT must be allowed; without TLS inspection more can be measured."]
    lines += ["", *_manner(session, said.contact), ""]
    return "\n".join(lines)


def _whys(session: Session, found: Sequence[SystemCheck], way: Reach) -> list[str]:
    from urllib.parse import urlsplit

    from probes.gather.way_check import places_of

    names = [c.system for c in found if c.ways]
    here = [p for p in places_of(session, names) if urlsplit(p.url).hostname == way.host]
    calls = [p.why for p in here if p.why.startswith(f"{p.system}:")]
    tokens = sorted({p.system for p in here if not p.why.startswith(f"{p.system}:")})
    return calls + ([f"sign in for {', '.join(tokens)} (OAuth2 token)"] if tokens else [])


def _manner(session: Session, contact: str) -> list[str]:
    from runtime.systems.network import user_agent

    written = [name for name in session.systems if session.settings(name).writes.allowed]
    lines = [
        "How it behaves: at most 100 requests a system and run, TLS always checked, redirects to other hosts not followed.",
        f"Recognised by: User-Agent `{user_agent(contact)}`, header `X-Cxready-Run` on every request.",
        f"Writes, on test customers and taken back: {', '.join(written) or 'none'}.",
    ]
    from probes.gather.way_check import windows_in_words

    windows = {name: windows_in_words(session, name) for name in session.systems}
    return lines + [f"Only {words}: {name}." for name, words in windows.items() if words]


def _print(found: Sequence[SystemCheck], clocks: dict[str, str], request: str, output: Path | None) -> None:
    for one in found:
        click.echo(f"{one.system}  {one.url}{'' if one.ok else '   ← not yet'}")
        if one.shut:
            click.echo(f"  {'window':<12} –     {one.shut}")
        for way in one.ways:
            _steps([_in_one(way)] if way.ok else way.steps)
        _steps(one.credentials)
    for says in clocks.values():
        click.echo(f"clock: {says}; set it before a window is kept")
    good, bad = sum(c.ok for c in found), [c.system for c in found if not c.ok]
    click.echo(f"{good} of {len(found)} systems can be measured{'; not yet: ' + ', '.join(bad) if bad else ''}")
    click.echo(f"firewall request written: {output}" if output else f"\n{request}".rstrip())


def _in_one(way: Reach) -> Step:
    """A way that leads through, on one line: by the proxy or from which address, and whose certificate."""
    from runtime.systems.reach import Step

    last = way.steps[-1]
    by = f"through the proxy {way.through}" if way.through else f"from {way.from_address}"
    says = f", {last.says}" if last.name == "certificate" else ", not encrypted" if way.scheme == "http" else ""
    return Step("way", last.state, f"{way.host}:{way.port} {by}{says}", last.do)


def _steps(steps: Sequence[Step]) -> None:
    for step in steps:
        click.echo(f"  {step.name:<12} {_MARKS[step.state]:<5} {step.says}")
        if step.do and step.state in ("failed", "note"):
            click.echo(f"  {'':<12} {'':<5} → {step.do}")


def _as_values(found: Sequence[SystemCheck], clocks: dict[str, str], request: str) -> dict[str, Any]:
    systems = [{**asdict(c), "reached": c.reached, "ok": c.ok} for c in found]
    return {"format": 1, "systems": systems, "clocks": clocks, "firewall_request": request}
