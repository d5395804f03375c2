"""Known ways round a limit, tried on the decision point and on the real proxy in front of a stand-in system.

The cases are data (`templates/guardrails/bypasses.json`). A case held when nothing was permitted and nothing arrived; a
control call, well-formed and within its limits, must pass, or the trial would say nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from probes.artifact import Artifact, Missing
from probes.derive.bypass_cases import Case, cases, changed, fits
from probes.derive.denials import denial_trial
from probes.derive.raw_http import Headers, RawAnswer, send
from probes.derive.stand_in import SECRETS, StandIn, estate_at, stand_in
from probes.derive.trial_calls import CUSTOMER, TrialCall, calls_of, confirmed_facts
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import BypassTrial, DenialTrial, Scene
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.proxy import RunningProxy, declared_surfaces, serve


def bypass_trial(estate: Estate, now: datetime) -> Iterator[Artifact | Missing]:
    """The trial on the engagement's first operation that moves a chosen amount, and what the decision log made of it."""
    call = attacked(estate)
    if call is None:
        for kind in (BypassTrial, DenialTrial):
            yield Missing(
                wanted=kind.kind,
                subject=Subject(unit=EVERYWHERE),
                cause="needs",
                detail="no action covers a REST write with a description",
                would_measure="cover the writes of the workflows by actions in guardrails.yaml",
            )
        return
    with TemporaryDirectory(prefix="cxready-") as place, stand_in() as system, _unheard():
        here = estate_at(estate, system.url, call.action)
        call = replace(call, estate=here)
        scenes = list(_on_decision_point(call, Path(place)))
        proxy = serve(
            here,
            folder=Path(place) / "proxy",
            secrets=SECRETS,
            facts=confirmed_facts(here),
            run="bypasses",
            trusts_signed_records=True,
        )
        try:
            http = _Http(call, proxy, system)
            control = http.control("control", min(call.each, 99))
            scenes += [http.scene(n, case) for n, case in enumerate(cases()["http"]) if fits(case, call)]
            control = control and http.control(
                "control-afterwards", min(call.each, 98)
            )  # still there, or what was refused says nothing
        finally:
            proxy.close()
        yield BypassTrial(
            subject=Subject(unit=EVERYWHERE),
            measured_at=now,
            operation=call.operation,
            control=control and _control(call),
            scenes=tuple(scenes),
        )
        yield denial_trial(Path(place) / "proxy" / "pilot.sqlite", http.denied, now)


@contextmanager
def _unheard() -> Iterator[None]:
    """That the proxy's server turns attacks down is the point of them, and no news for a terminal."""
    server = logging.getLogger("uvicorn.error")
    level = server.level
    server.setLevel(logging.ERROR)
    try:
        yield
    finally:
        server.setLevel(level)


def attacked(estate: Estate) -> TrialCall | None:
    """The call that is attacked: one with an amount of its own before any other."""
    calls = [
        call for action in estate.guardrails.actions for call in calls_of(estate, action) if _is_described(estate, call)
    ]
    return next((call for call in calls if call.money_field and call.each > 0), calls[0] if calls else None)


def _is_described(estate: Estate, call: TrialCall) -> bool:
    system, _, operation = call.operation.partition(".")
    try:
        surface = declared_surfaces(replace(estate, systems={system: estate.systems[system]})).get(system)
    except (CxreadyError, KeyError):
        return False
    return surface is not None and operation in surface.operations


def _on_decision_point(call: TrialCall, place: Path) -> Iterator[Scene]:
    ledger = BudgetLedger.create(place / "calls.sqlite")
    surfaces = declared_surfaces(call.estate)
    point = DecisionPoint(call.estate, ledger=ledger, facts=confirmed_facts(call.estate), surfaces=surfaces)
    for n, case in enumerate(cases()["call"]):
        if fits(case, call):
            decision = point.decide(changed(call, case, n))
            yield Scene(
                name=case["name"],
                held=decision.decision in ("refuse", "escalate"),
                says=f"{decision.decision}: {decision.reason}",
                figures={"to": "decision point"},
            )


def _control(call: TrialCall) -> bool:
    point = DecisionPoint(call.estate, ledger=None, facts=confirmed_facts(call.estate))
    return point.decide(call.request(1, trial=True)).decision == "act"


@dataclass
class _Http:
    """The proxy under attack, with what reached the system behind it."""

    call: TrialCall
    proxy: RunningProxy
    system: StandIn
    denied: int = 0

    def __post_init__(self) -> None:
        self.name, _, operation = self.call.operation.partition(".")
        self.operation = declared_surfaces(self.call.estate)[self.name].operations[operation]
        self.path = self.operation.path
        for parameter in (p.name for p in self.operation.parameters if p.where == "path"):
            self.path = self.path.replace(f"{{{parameter}}}", str(self.call.request(1).arguments.get(parameter, "X-1")))

    def control(self, key: str, minor: int) -> bool:
        """A call as it should be passes and arrives, re-serialised."""
        before = len(self.system.arrived)
        answer = self._send({}, key, minor)
        return answer.passed and len(self.system.arrived) == before + 1

    def scene(self, n: int, case: Case) -> Scene:
        before = len(self.system.arrived)
        answer = self._send(case, f"http-{n}", min(n + 1, self.call.each))
        arrived = len(self.system.arrived) - before
        self.denied += bool(answer.decision) and not answer.passed
        reason = answer.body.get("reason", "") if isinstance(answer.body, dict) else ""
        says = f"answered {answer.status or 'by closing the connection'}{f': {reason}' if reason else ''}; {arrived} requests arrived behind the proxy"
        return Scene(
            name=str(case["name"]),
            held=not answer.passed and arrived == 0,
            says=says,
            figures={"to": "proxy", "status": answer.status},
        )

    def _send(self, case: Case, key: str, minor: int) -> RawAnswer:
        request = self.call.request(minor)
        in_path = {p.name for p in self.operation.parameters if p.where == "path"}
        members = json.dumps({k: v for k, v in request.arguments.items() if k not in in_path})[1:-1]
        body = str(case.get("body", "{%GOOD%}")).replace("%GOOD%", members)
        field = str(self.call.money_field)
        raw = body.replace("%MONEYESCAPED%", f"\\u{ord(field[0]):04x}{field[1:]}").replace("$money", field).encode()
        context = CaseContext(workflow=self.call.workflow, case=key, customer=CUSTOMER, read=dict(request.facts_input))
        signed = self.proxy.headers(context)
        host = urlsplit(self.proxy.url).netloc
        base = {
            "Host": host,
            **signed,
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Content-Length": _length(case, raw),
        }
        headers: Headers = [
            (k, v) for k, v in {**base, **case.get("headers", {})}.items() if k not in case.get("without", ())
        ]
        headers += list(case.get("twice", {}).items())
        return send(
            self.proxy.url,
            case.get("method", self.operation.method),
            self._path(case),
            headers,
            raw,
            gives_up="length" in case,
        )

    def _path(self, case: Case) -> str:
        path = str(case.get("path", "/%SYSTEM%%PATH%"))
        for mark, value in (
            ("%SYSTEM%", self.name),
            ("%PATHBARE%", self.path[1:]),
            ("%PATHUPPER%", self.path.upper()),
            ("%PATH%", self.path),
        ):
            path = path.replace(mark, value)
        return path


def _length(case: Case, raw: bytes) -> str:
    said = str(case.get("length", ""))
    return str(len(raw) + int(said)) if said.startswith("+") else said or str(len(raw))
