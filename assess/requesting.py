"""The package that IT receives: the engagement without confidential files, the plan, names of secrets, hosts, a letter.

What the collection needs and nothing else: answers, report, pilot, register and tickets stay with whoever asks.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from assess.engagement import Folder
from assess.measuring import plan_of
from assess.opening import write_text
from assess.outputs.plan_html import by_system, plan_page, rendered
from assess.version import __version__
from probes.bundle_archive import pack
from probes.gather.inputs import NO_PART, read_inputs
from probes.gather.plan import Plan
from probes.gather.plan_file import as_text
from runtime.errors import BadInput
from runtime.estate import Estate

INSIDE = "engagement"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_KEYRING = re.compile(r"keyring:\S+")
_PORTS = {"http": 80, "https": 443}
_PLACE = re.compile(r"^(?:mediawiki|sitemap|zendesk|intercom|confluence(?:-dc)?|salesforce|freshdesk):")


@dataclass(frozen=True)
class Needed:
    """A value that IT sets where the collection runs: a variable or an entry of the key store. `secret`: no address."""

    name: str
    what_for: tuple[str, ...]
    secret: bool


@dataclass(frozen=True)
class Host:
    """Where the collection must be let through. `host` is a reference where only IT knows the address."""

    host: str
    port: int | None
    why: str


@dataclass(frozen=True)
class Request:
    """What was packed: the archive, its digest, the plan inside it, and what IT must provide."""

    archive: Path
    digest: str
    plan: Plan
    needed: tuple[Needed, ...]
    hosts: tuple[Host, ...]
    left_out: tuple[str, ...]


def make_request(
    folder: Folder, archive: Path, at: datetime, *, only_system: str | None = None, max_requests: int = 100
) -> Request:
    """Packs the request as one zip with a folder named after it, and notes it in `DIR/requests/`.

    Raises:
        BadInput: a file of the engagement holds what must not leave, or the archive cannot be written.
    """
    plan = plan_of(folder, only_system=only_system, only_probe=None, max_requests=max_requests)
    estate = folder.estate
    written = read_inputs(folder.path, estate.knowledge, folder.written_files())
    inside = {name: data for name, data in written.items() if name not in NO_PART} | _certificates(folder)
    needed, hosts = tuple(needed_by(estate)), tuple(hosts_of(estate, only_system))
    texts = _texts(folder, plan, needed, hosts, at)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cxready-request-", dir=archive.parent) as place:
        root = Path(place) / archive.name.removesuffix(".zip")
        for name, text in texts.items():
            _put(root / name, text.encode("utf-8"))
        for name, data in inside.items():
            _put(root / INSIDE / name, data)
        pack(Path(place), archive)
    digest = "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest()
    left = tuple(_left_out(folder))
    request = Request(archive, digest, plan, needed, hosts, left)
    _noted(folder, request, at)
    return request


def _certificates(folder: Folder) -> dict[str, bytes]:
    """The CA files that the engagement names: public, and the way through a company's proxy needs them.

    Raises:
        BadInput: one is missing, or holds a private key.
    """
    networks = [folder.estate.network, *(s.network for s in folder.estate.systems.values() if s.network)]
    found: dict[str, bytes] = {}
    for name in sorted({n.ca for n in networks} - {"system"}):
        path = folder.path / name
        if not path.is_file():
            raise BadInput("the CA file is not there", str(path), "put it into the folder, or write `ca: system`")
        found[name] = path.read_bytes()
        if b"PRIVATE KEY" in found[name]:
            raise BadInput("the CA file holds a private key", str(path), "put the certificate alone into it")
    return found


def needed_by(estate: Estate) -> Iterator[Needed]:
    """Every reference of the engagement, once, with what it is for."""
    uses: dict[str, list[str]] = {}
    secrets: set[str] = set()
    for what, text, secret in _references(estate):
        for name in [*_VARIABLE.findall(text), *_KEYRING.findall(text)]:
            uses.setdefault(name, []).append(what)
            if secret:
                secrets.add(name)
    for name, what_for in uses.items():
        yield Needed(name, tuple(dict.fromkeys(what_for)), name in secrets)


def hosts_of(estate: Estate, only_system: str | None = None) -> list[Host]:
    """Hosts of the staging systems, of token services, wikis and the proxy, each once with all its reasons."""
    found: dict[tuple[str, int | None], list[str]] = {}
    for url, why, system in _addresses(estate):
        if system in (None, only_system) or only_system is None:
            found.setdefault(_host(url), []).append(why)
    return [Host(host, port, ", ".join(dict.fromkeys(why))) for (host, port), why in found.items()]


def _references(estate: Estate) -> Iterator[tuple[str, str, bool]]:
    """(what for, text with references, whether it is a secret)."""
    yield from (("the way out: proxy", text, True) for text in [estate.network.proxy or ""])
    for name, settings in estate.systems.items():
        yield f"address of {name} (staging)", settings.environments["staging"].url, False
        for holder, credential in settings.credentials.items():
            for key, value in credential.model_dump().items():
                if isinstance(value, str) and key != "scheme":
                    yield (
                        f"{name}, {holder}: {key.replace('_', ' ')}",
                        value,
                        key not in ("token_url", "user", "client_id", "scope"),
                    )
        if settings.network:
            yield from (
                (f"the way to {name}", v, True) for v in settings.network.model_dump().values() if isinstance(v, str)
            )
    for source in estate.knowledge:
        yield "address of the articles", source, False


def _addresses(estate: Estate) -> Iterator[tuple[str, str, str | None]]:
    for name, settings in estate.systems.items():
        base = settings.environments["staging"].url
        yield base, f"{name} (staging)", name
        for credential in settings.credentials.values():
            if credential.token_url:
                yield urljoin(base.rstrip("/") + "/", credential.token_url), f"tokens for {name}", name
    for source in estate.knowledge:
        place = _PLACE.sub("", source)
        if place.startswith(("http://", "https://", "${")):
            yield place, "articles", None
    if estate.network.proxy:
        yield estate.network.proxy, "the proxy on the way out", None


def _host(url: str) -> tuple[str, int | None]:
    reference = _VARIABLE.match(url)
    if reference:
        return reference.group(), None
    parts = urlsplit(url)
    return parts.hostname or url, parts.port or _PORTS.get(parts.scheme)


def _texts(
    folder: Folder, plan: Plan, needed: tuple[Needed, ...], hosts: tuple[Host, ...], at: datetime
) -> dict[str, str]:
    values: dict[str, Any] = {
        "organisation": folder.engagement.value.organisation,
        "contact": folder.engagement.value.contact,
        "plan": plan,
        "systems": by_system(plan, folder.estate),
        "total": sum(plan.most(name) for name in plan.totals()),
        "writes": sum(line.count for line in plan.lines if line.access == "write"),
        "secrets": [n for n in needed if n.secret],
        "others": [n for n in needed if not n.secret],
        "hosts": hosts,
        "on": at.date().isoformat(),
        "version": __version__,
        "inside": INSIDE,
    }
    return {
        "letter.html": rendered("letter.html.j2", **values),
        "plan.json": as_text(plan),
        "plan.html": plan_page(plan, folder.estate),
        "secrets.env": _secrets_text(needed),
        "hosts.txt": _hosts_text(hosts, folder.engagement.value.contact),
    }


def _secrets_text(needed: tuple[Needed, ...]) -> str:
    """Names only, for the host's own secret store; a value never comes back."""
    lines = ["# Set these where the collection runs; nobody needs to see the values.", ""]
    for one in needed:
        entry = f"# {one.name}: an entry of the key store" if one.name.startswith("keyring:") else f"{one.name}="
        lines += [f"# {'secret' if one.secret else 'address or name'}: {'; '.join(one.what_for)}", entry, ""]
    return "\n".join(lines)


def _hosts_text(hosts: tuple[Host, ...], contact: str) -> str:
    rows = [f"  to {h.host:<44} port {h.port or 'as in its address':<18} TCP  for {h.why}" for h in hosts]
    asked = f"Contact: {contact}" if contact else ""
    head = [
        "Hosts that the collection reaches, outgoing only; nothing comes in.",
        f"`cxready collect {INSIDE} --check -o firewall.txt` writes the firewall request with your own address.",
        "",
    ]
    return "\n".join([*head, *rows, "", *filter(None, [asked])]) + "\n"


def _left_out(folder: Folder) -> Iterator[str]:
    tickets = folder.estate.tickets
    yield from (name for name in (*NO_PART, tickets or "") if name and (folder.path / name).is_file())


def _noted(folder: Folder, request: Request, at: datetime) -> None:
    """What was asked for, so that `take` can tell whether that is what came back."""
    place = folder.path / "requests"
    place.mkdir(exist_ok=True)
    said = {
        "format": 1,
        "at": at.isoformat(),
        "archive": request.archive.name,
        "archive_digest": request.digest,
        "plan": request.plan.digest,
        "inputs": request.plan.inputs,
        "only_system": request.plan.only_system,
    }
    write_text(place / f"{at:%Y-%m-%dT%H%M%SZ}.json", json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def _put(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise BadInput(f"the package cannot be written ({error.strerror})", str(path), "check the space left") from None
