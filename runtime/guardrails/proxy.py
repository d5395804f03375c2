"""The enforcing proxy: the only holder of a credential that can write; every write of any agent passes its decision.

A call is `METHOD /<system>/<path>` as the system's description declares it, with the run's bearer token and a signed
context (case_context.py). What passes is sent on re-serialised, with the enforcer's credential. SOAP writes are refused in
this version; reads do not pass here (the agent's own credential reads). Denials are answered as RFC 9457 problems.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets as random_secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails import canonical, case_context
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.certificate import Certificate
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.facts import Fact
from runtime.guardrails.forwarding import Forwarder
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy_answer import Answer, problem
from runtime.guardrails.proxy_request import Malformed, arguments, check_head, target
from runtime.guardrails.tightened import Tightened
from runtime.systems.surface import Surface
from runtime.systems.trace import Trace

log = logging.getLogger(__name__)


@dataclass
class RunningProxy:
    """A proxy on a loopback port. `token` is for agents; `secret` only for the trusted runtime that signs contexts."""

    url: str
    token: str
    secret: str
    point: DecisionPoint
    _server: ThreadingHTTPServer = field(repr=False)
    _forwarder: Forwarder = field(repr=False)

    def headers(self, context: case_context.CaseContext) -> dict[str, str]:
        """What a call carries; only a trusted runtime may make them."""
        return case_context.headers(self.secret, self.token, context)

    def close(self) -> None:
        """Waits for calls under way, then stops."""
        self._server.shutdown()
        self._server.server_close()
        self._forwarder.close()


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
) -> RunningProxy:
    """Starts the proxy in threads of this process.

    Args:
        folder: state: budgets.sqlite, pilot.sqlite (tightened limits, decision log) and the kill switch; `DIR/.cxready`.
        secrets: values of secret references; only the enforcer's are used.
        ledger: else `folder/budgets.sqlite`, made when absent: starting the proxy is set-up.

    Raises:
        BadInput: a description, the compiled policy or a secret cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    surfaces = declared_surfaces(estate)
    point = DecisionPoint(
        estate,
        ledger=ledger or BudgetLedger.create(folder / "budgets.sqlite"),
        facts=facts,
        tightened=Tightened(folder / "pilot.sqlite"),
        stop=KillSwitch(folder),
        surfaces=surfaces,
        certificate=certificate,
    )
    forwarder = Forwarder(estate, point, folder, secrets, trace, run=run, environment=environment, for_pilot=for_pilot)
    token, secret = random_secrets.token_urlsafe(32), random_secrets.token_urlsafe(48)
    server = _Server((host, port), _Handler)
    server.scene = _Scene(surfaces, forwarder, token, secret, f"{host}:{server.server_port}")
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="enforcing proxy", daemon=True
    ).start()
    return RunningProxy(f"http://{host}:{server.server_port}", token, secret, point, server, forwarder)


def declared_surfaces(estate: Estate) -> dict[str, Surface]:
    """Surfaces of the REST systems that have a description."""
    from runtime.systems.surface_reader import load_surface

    rest = {
        name: settings
        for name, settings in estate.systems.items()
        if settings.protocol == "rest" and settings.description
    }
    return {name: load_surface(name, settings, estate.folder) for name, settings in rest.items()}


@dataclass(frozen=True)
class _Scene:
    surfaces: Mapping[str, Surface]
    forwarder: Forwarder
    token: str
    secret: str
    own_host: str

    def answer(self, method: str, path: str, headers: Any, read: Any) -> Answer:
        """One call from head to answer; whatever goes wrong is a denial."""
        try:
            length = check_head(method, headers, self.own_host)
            sent = headers.get("Authorization", "")
            if not hmac.compare_digest(sent.encode(), f"Bearer {self.token}".encode()):
                return self._denied(401, "the call carries no valid token of this run", "token", method, path)
            context = case_context.verified(self.secret, headers.get(case_context.HEADER, ""))
            if context is None:
                return self._denied(403, "the call does not say, signed, whom it is for", "context", method, path)
            found = target(path, method, self.surfaces)
            given = arguments(found, headers, read(length))
            return self.forwarder.pass_on(
                found, given, context, key=headers.get("Idempotency-Key", ""), if_match=headers.get("If-Match")
            )
        except Malformed as error:
            return self._denied(error.status, error.what, "request", method, path)
        except canonical.NotCanonical as error:
            return self._denied(422, str(error), "canonical_form", method, path)
        except CxreadyError as error:
            return self._denied(403, error.what, "call", method, path)
        except Exception as error:
            log.exception("a call failed in the proxy and was refused")
            return self._denied(500, f"the proxy failed ({type(error).__name__})", "fault", method, path)

    def _denied(self, status: int, reason: str, rule: str, method: str, path: str) -> Answer:
        self.forwarder.note_denial(f"{method} {path[:120]}", reason, rule)
        return problem(status, "refuse", reason, rule)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    scene: _Scene


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 15
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "cxready", ""

    def _any(self) -> None:
        answer = self.server.scene.answer(self.command, self.path, self.headers, self._read)
        body = json.dumps(answer.body, ensure_ascii=False).encode() if answer.body is not None else b""
        self.close_connection = True  # one call a connection: nothing can hide behind a body
        self.send_response(answer.status)
        for name, value in {
            **answer.headers,
            "Content-Length": str(len(body)),
            "Connection": "close",
            "X-Cxready-Decision": answer.decision,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _any

    def _read(self, length: int) -> bytes:
        raw = self.rfile.read(length) if length else b""
        if len(raw) != length:
            raise Malformed("the body is shorter than its Content-Length")
        return raw

    def log_message(self, format: str, *args: Any) -> None:
        log.debug("%s", format % args)
