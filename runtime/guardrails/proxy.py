"""The enforcing proxy: the only holder of a credential that can write; every write of any agent passes its decision.

A call is `METHOD /<system>/<path>` as the system's description declares it (SOAP, GraphQL, JSON-RPC and MCP: `POST
/<system>/<operation>` with its message as JSON), with the run's bearer token and a signed context that says for whom it is
(case_context.py). What passes is sent on re-serialised, with the enforcer's credential. Records that conditions look at are read by the proxy itself
(grounds.py). Reads do not pass here (the agent's own credential reads). Denials are answered as RFC 9457 problems.
"""

from __future__ import annotations

import os
import secrets as random_secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runtime.errors import BadInput, Refused
from runtime.estate import Estate
from runtime.guardrails import case_context
from runtime.guardrails.budgets import BudgetLedger, ledger_of
from runtime.guardrails.certificate import Certificate
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.facts import Fact
from runtime.guardrails.forwarding import Forwarder
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy_server import Listening, Place, bound
from runtime.guardrails.tightened import Tightened
from runtime.storage.database import place_of
from runtime.systems.surface import Surface
from runtime.systems.trace import Trace

if TYPE_CHECKING:
    from runtime.guardrails.proxy_app import ProxyApp

Mode = Literal["enforce", "log_only"]
TOKEN, SECRET = "CXREADY_PROXY_TOKEN", "CXREADY_PROXY_SECRET"
PROTOCOLS = ("rest", "soap", "graphql", "json-rpc", "mcp")


@dataclass
class RunningProxy:
    """A proxy on a port. `token` is for agents; `secret` only for the trusted runtime that signs contexts."""

    url: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    point: DecisionPoint
    _listening: Listening = field(repr=False)
    _app: ProxyApp = field(repr=False)

    @property
    def refuses_because(self) -> tuple[str, ...]:
        """Why every write is refused at present; empty when calls are decided on."""
        return self.point.stale

    def headers(self, context: case_context.CaseContext) -> dict[str, str]:
        """What a call carries; only a trusted runtime may make them."""
        return case_context.headers(self.secret, self.token, context)

    def close(self) -> None:
        """Waits for calls under way, then stops."""
        self._listening.close()
        self._app.close()
        self._app.forwarder.close()


def serve(
    estate: Estate,
    *,
    folder: Path,
    secrets: Mapping[str, str],
    facts: Mapping[str, Fact] | None = None,
    certificate: Certificate | None = None,
    ledger: BudgetLedger | None = None,
    trace: Trace | None = None,
    run: str = "",
    environment: str = "staging",
    for_pilot: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
    names: Sequence[str] = (),
    tls: tuple[Path, Path] | None = None,
    mode: Mode = "enforce",
    trusts_signed_records: bool = False,
    mcp: bool = False,
) -> RunningProxy:
    """Starts the proxy in threads of this process.

    Args:
        folder: state: budgets.sqlite, pilot.sqlite (tightened limits, decision log) and the kill switch; `DIR/.cxready`.
        secrets: values of secret references; only the enforcer's are used.
        ledger: else `folder/budgets.sqlite`, for a pilot the one that CXREADY_DATABASE names; made when absent: starting is
            set-up.
        names: further `host:port` under which callers may reach it.
        tls: certificate chain and key, PEM; needed beyond this machine.
        mode: `log_only` decides, counts and logs, but lets through what it would not have allowed, to see the effect of
            limits on an agent that already works; the kill switch and the form of a call hold all the same.
        mcp: also speak MCP, at `/mcp` (mcp_gateway.py).
        trusts_signed_records: takes records from the signed context in place of reading them; for trials only, in front
            of stand-ins that hold no records.

    Raises:
        BadInput: a description, the compiled policy, a secret or the port cannot be used.
        Refused: a pilot that would trust its own records; tokens in clear beyond this machine.
    """
    if for_pilot and trusts_signed_records:
        raise Refused("a pilot's proxy reads its records itself", "trusts_signed_records", "leave it out")
    folder.mkdir(parents=True, exist_ok=True)
    surfaces = declared_surfaces(estate, protocols=PROTOCOLS)
    point = DecisionPoint(
        estate,
        ledger=ledger or ledger_of(folder, os.environ if for_pilot else {}),
        facts=facts,
        tightened=Tightened(place_of(folder, os.environ if for_pilot else {})),
        stop=KillSwitch(folder),
        surfaces=surfaces,
        certificate=certificate,
    )
    forwarder = Forwarder(
        estate,
        point,
        folder,
        secrets,
        trace,
        run=run,
        environment=environment,
        for_pilot=for_pilot,
        log_only=mode == "log_only",
        trusts_signed_records=trusts_signed_records,
    )
    return _started(surfaces, forwarder, point, secrets, Place(host, port, tuple(names), tls), mcp)


def _started(
    surfaces: Mapping[str, Surface],
    forwarder: Forwarder,
    point: DecisionPoint,
    secrets: Mapping[str, str],
    place: Place,
    mcp: bool,
) -> RunningProxy:
    """Listening before it returns."""
    from runtime.guardrails.proxy_app import ProxyApp

    token = secrets.get(TOKEN) or random_secrets.token_urlsafe(32)
    secret = secrets.get(SECRET) or random_secrets.token_urlsafe(48)
    listening = bound(place)
    app = ProxyApp(surfaces, forwarder, token, secret, listening.names)
    listening.start(_with_mcp(app, point) if mcp else app, lifespan=mcp)
    return RunningProxy(listening.url, token, secret, point, listening, app)


def _with_mcp(app: ProxyApp, point: DecisionPoint) -> Any:
    try:
        from runtime.guardrails.mcp_gateway import McpGateway
    except ImportError:
        raise BadInput("the MCP gateway needs the package mcp", "--mcp", "pip install 'cxready[pilot]'") from None
    return McpGateway(app, point.coverage)


def declared_surfaces(estate: Estate, *, protocols: tuple[str, ...] = ("rest",)) -> dict[str, Surface]:
    """Surfaces of the systems of these protocols that have a description."""
    from runtime.systems.surface_reader import load_surface

    described = {
        name: settings
        for name, settings in estate.systems.items()
        if settings.protocol in protocols and settings.description
    }
    return {name: load_surface(name, settings, estate.folder) for name, settings in described.items()}
