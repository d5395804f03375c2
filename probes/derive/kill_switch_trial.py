"""How long does a stop take? Writes run through the real proxy in front of a stand-in system; then the switch is set."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from probes.artifact import Artifact, Missing
from probes.derive.bypass_trial import attacked
from probes.derive.raw_http import send
from probes.derive.stand_in import SECRETS, estate_at, stand_in
from probes.derive.trial_calls import TrialCall, confirmed_facts
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import KillSwitchTrial
from runtime.estate import Estate
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy import RunningProxy, declared_surfaces, serve
from runtime.systems.surface import Operation

CALLERS = 4
BEFORE_S, AFTER_S = 0.3, 0.3


def kill_switch_trial(estate: Estate, now: datetime) -> Iterator[Artifact | Missing]:
    """The trial, on the same operation as the bypasses; in a folder of its own, never on the engagement's switch."""
    call = attacked(estate)
    if call is None:
        yield Missing(
            wanted=KillSwitchTrial.kind,
            subject=Subject(unit=EVERYWHERE),
            cause="needs",
            detail="no action covers a REST write with a description",
            would_measure="cover the writes of the workflows by actions in guardrails.yaml",
        )
        return
    with TemporaryDirectory(prefix="cxready-") as place, stand_in() as system:
        here = estate_at(estate, system.url, call.action)
        proxy = serve(here, folder=Path(place), secrets=SECRETS, facts=confirmed_facts(here), run="kill switch")
        try:
            stream = _Stream(replace(call, estate=here), proxy)
            stopped = stream.run(KillSwitch(Path(place)))
        finally:
            proxy.close()
        permitted = [at for at, passed in stream.seen if passed]
        yield KillSwitchTrial(
            subject=Subject(unit=EVERYWHERE),
            measured_at=now,
            permitted_before=sum(at <= stopped for at in permitted),
            permitted_after=sum(at > stopped for at in permitted),
            last_permitted_ms=_after(permitted, stopped),
            last_arrived_ms=_after([at for *_, at in system.arrived], stopped),
            refused_after=sum(at > stopped and not passed for at, passed in stream.seen),
            callers=CALLERS,
        )


@dataclass
class _Stream:
    """Callers that write without a pause, each time for another customer and one cent or the smallest amount."""

    call: TrialCall
    proxy: RunningProxy
    operation: Operation = field(init=False)
    seen: list[tuple[float, bool]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, switch: KillSwitch) -> float:
        """Gives the time (monotonic) at which the switch was set."""
        system, _, name = self.call.operation.partition(".")
        self.operation = declared_surfaces(self.call.estate)[system].operations[name]
        callers = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(CALLERS)]
        for caller in callers:
            caller.start()
        time.sleep(BEFORE_S)
        switch.turn_on("trial", "measuring the kill switch")
        stopped = time.monotonic()
        time.sleep(AFTER_S)
        self.ended.set()
        for caller in callers:
            caller.join(timeout=15)
        return stopped

    def _write(self, caller: int) -> None:
        system, operation, n = self.call.operation.partition(".")[0], self.operation, 0
        while not self.ended.is_set():
            n += 1
            customer = f"T-{caller}-{n}"
            request = self.call.request(1, customer=customer)
            in_path = {
                p.name: str(request.arguments.get(p.name, "X-1")) for p in operation.parameters if p.where == "path"
            }
            path = f"/{system}{operation.path}"
            for parameter, value in in_path.items():
                path = path.replace(f"{{{parameter}}}", value)
            body = json.dumps({k: v for k, v in request.arguments.items() if k not in in_path}).encode()
            context = CaseContext(
                workflow=self.call.workflow, case=customer, customer=customer, read=dict(request.facts_input)
            )
            headers = {
                "Host": self.proxy.url.removeprefix("http://"),
                **self.proxy.headers(context),
                "Content-Type": "application/json",
            }
            answer = send(
                self.proxy.url, operation.method, path, [*headers.items(), ("Content-Length", str(len(body)))], body
            )
            self.seen.append((time.monotonic(), answer.passed))


def _after(times: list[float], stopped: float) -> float:
    """Milliseconds after the command; 0 when nothing came after it."""
    return round(max(0.0, max(times, default=stopped) - stopped) * 1000, 1)
