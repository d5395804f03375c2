"""Connects to a system of the engagement as one holder: the only door through which anything reaches a system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from runtime import redaction
from runtime.errors import BadInput, Refused
from runtime.systems.addresses import Addresses
from runtime.systems.auth import Auth
from runtime.systems.credentials import make_auth
from runtime.systems.exchange import System
from runtime.systems.json_rpc import JsonRpcSystem
from runtime.systems.mcp import McpSystem
from runtime.systems.network import merged, open_session
from runtime.systems.outgoing import Bounds, Gate
from runtime.systems.passage import Passage
from runtime.systems.references import NotSet, resolve
from runtime.systems.request_budget import RequestBudget
from runtime.systems.rest import RestSystem
from runtime.systems.settings import Holder, Network, SystemSettings, Window
from runtime.systems.surface import Surface
from runtime.systems.surface_reader import load_surface
from runtime.systems.trace import Trace
from runtime.systems.transport import Transport


def connect(
    name: str,
    settings: SystemSettings,
    *,
    holder: Holder,
    network: Network,
    folder: Path,
    budget: RequestBudget,
    trace: Trace,
    secrets: Mapping[str, str],
    run: str = "",
    contact: str = "",
    environment: str = "staging",
    for_pilot: bool = False,
    surface: Surface | None = None,
    bounds: Bounds | None = None,
    anonymous: bool = False,
    gate: Gate | None = None,
    passage: Passage | None = None,
) -> System:
    """Prepares the way; nothing is sent before the first call.

    Args:
        secrets: values of `${NAME}` references; what is missing is looked up in the environment.
        environment: `production` only together with `for_pilot`: measurements never go there.
        surface: already loaded, to save reading the description again.
        anonymous: without any credential, to see how the system refuses.
        gate: asked before each single request; by default all may pass.
        passage: what the connections of one run know together; by default this one's own.

    Raises:
        BadInput: a reference that is not set, no credential for this holder, an unusable description or address.
        Refused: production for anything but the pilot.
    """
    if environment == "production" and not for_pilot:
        raise Refused("nothing is ever measured in production", name, "use staging; only the pilot acts in production")
    if environment not in settings.environments:
        raise BadInput(
            f"{name} has no environment {environment}",
            f"systems.{name}.environments",
            f"write {environment}: {{url: …}}",
        )
    base = _base(settings.environments[environment].url, secrets, name)
    wire = _Wires(
        name,
        holder,
        merged(network, settings.network),
        folder,
        budget,
        trace,
        secrets,
        run,
        contact,
        bounds or Bounds(),
        () if for_pilot else settings.windows,
        gate or Gate(),
        passage or Passage(addresses=Addresses(hold=not for_pilot)),
    )
    auth = None if anonymous else _auth(settings, holder, wire, base)
    found = surface or load_surface(name, settings, folder)
    transport = wire.to(base)
    if settings.protocol == "rest":
        return RestSystem(found, transport, auth)
    if settings.protocol == "soap":
        from runtime.systems.soap import SoapSystem

        return SoapSystem(found, transport, auth, settings, folder)
    if settings.protocol == "graphql":
        from runtime.systems.graphql import GraphQLSystem

        return GraphQLSystem(found, transport, auth, settings, folder)
    if settings.protocol == "json-rpc":
        return JsonRpcSystem(found, transport, auth)
    return McpSystem(found, transport, auth)


def check_usable(
    name: str, settings: SystemSettings, *, network: Network, folder: Path, trace: Trace, secrets: Mapping[str, str]
) -> None:
    """Looks at certificates and credentials of a system before anything is sent. A secret that is not set is no error
    here: it leaves one system unmeasured, and the others go on.

    Raises:
        BadInput: a file that is none, or a value that no header carries.
    """
    wire = _Wires(
        name, "agent", merged(network, settings.network), folder, RequestBudget(0, system=name), trace, secrets, "", "",
        Bounds(), (), Gate(), Passage(),
    )  # fmt: skip
    for holder in settings.credentials:
        with suppress(NotSet):
            _auth(settings, holder, wire, _base(settings.environments["staging"].url, secrets, name))


class _Wires:
    """One session for a system; wires to it and to its token service share budget, trace and run."""

    def __init__(
        self, name: str, holder: Holder, network: Network, folder: Path, budget: RequestBudget, trace: Trace,
        secrets: Mapping[str, str], run: str, contact: str, bounds: Bounds, windows: Sequence[Window], gate: Gate,
        passage: Passage,
    ) -> None:  # fmt: skip
        self.name, self.holder, self.network, self.secrets = name, holder, network, secrets
        self.budget, self.trace, self.run, self.contact, self.bounds = budget, trace, run, contact, bounds
        self.windows, self.gate, self.passage, self.folder = windows, gate, passage, folder
        self.session = open_session(network, folder=folder, secrets=secrets, addresses=passage.addresses)

    def to(self, base: str) -> Transport:
        return Transport(
            self.name, self.holder, base, self.session, self.network, self.secrets, self.budget, self.trace,
            self.run, self.contact, self.bounds, self.windows, self.gate, self.passage,
        )  # fmt: skip


def _auth(settings: SystemSettings, holder: Holder, wire: _Wires, base: str) -> Auth | None:
    if not settings.credentials:
        return None
    credential = settings.credentials.get(holder)
    where = f"systems.{wire.name}.credentials.{holder}"
    if credential is None:
        raise BadInput(f"{wire.name} has no credential for the holder {holder}", where, "write one, as reference")
    ready = make_auth(credential, wire.to, wire.secrets, base, where, wire.folder)
    wire.trace.redactor.learn(*ready.secrets)
    redaction.learn(*ready.secrets)
    return ready.auth


def _base(url: str, secrets: Mapping[str, str], name: str) -> str:
    found = resolve(url, secrets, f"systems.{name}.url").strip()
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("the address does not start with https://host", f"systems.{name}.url", "write a whole address")
    if parts.username or parts.password or parts.query or parts.fragment or re.search(r"\s", found):
        raise BadInput(
            "the address holds a password, a query or a space",
            f"systems.{name}.url",
            "secrets belong under credentials",
        )
    return found
