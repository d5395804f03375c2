"""How long does a stop take? Writes run through real proxies, in two processes, in front of a stand-in system; then the switch is set."""

from __future__ import annotations

import json
import secrets as random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from probes.artifact import Artifact, Missing
from probes.derive.bypass_trial import attacked
from probes.derive.proxy_process import beside
from probes.derive.raw_http import send
from probes.derive.stand_in import SECRETS, estate_at, stand_in
from probes.derive.trial_calls import TrialCall, confirmed_facts
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import KillSwitchTrial
from runtime.estate import Estate
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy import SECRET, TOKEN, RunningProxy, declared_surfaces, serve
from runtime.systems.surface import Operation

CALLERS = 4
PASSED_BEFORE, REFUSED_AFTER = 3 * CALLERS, 6 * CALLERS
PATIENCE_S, GOES_ON_S = 30.0, 2.5  # for what must be seen; for writes that go on after the command


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
        secrets = {**SECRETS, TOKEN: random.token_urlsafe(32), SECRET: random.token_urlsafe(48)}
        proxy = serve(
            here,
            folder=Path(place),
            secrets=secrets,
            facts=confirmed_facts(here),
            run="kill switch",
            trusts_signed_records=True,
        )
        try:
            with beside(here, Path(place), secrets) as other:
                stream = _Stream(replace(call, estate=here), proxy, (proxy.url, other or proxy.url))
                stopped = stream.run(KillSwitch(Path(place)))
        finally:
            proxy.close()
        yield _judgeable(stream, stopped, [at for *_, at in system.arrived], now)


def _judgeable(stream: _Stream, stopped: _Stop, arrivals: list[float], now: datetime) -> KillSwitchTrial:
    """Calls under way when the command was given are told from those that were begun after it."""
    after = [call for call in stream.calls if call.ended > stopped.set_at]
    begun_after = [call for call in after if call.begun > stopped.set_at]
    return KillSwitchTrial(
        subject=Subject(unit=EVERYWHERE),
        measured_at=now,
        permitted_before=sum(call.passed and call.ended <= stopped.set_at for call in stream.calls),
        permitted_after=sum(call.passed for call in after),
        under_way=sum(call.passed and call.begun <= stopped.set_at for call in after),
        last_permitted_ms=_after([call.ended for call in begun_after if call.passed], stopped.commanded_at),
        last_arrived_ms=_after(arrivals, stopped.commanded_at),
        arrived_after=sum(at > stopped.set_at for at in arrivals),
        refused_after=sum(not call.passed for call in begun_after),
        callers=CALLERS,
        processes=len(set(stream.urls)),
    )


@dataclass(frozen=True)
class _Call:
    """One write. Times are time.monotonic()."""

    begun: float
    ended: float
    passed: bool
    url: str


@dataclass(frozen=True)
class _Stop:
    """The command was given at `commanded_at` and had returned at `set_at`."""

    commanded_at: float
    set_at: float


@dataclass
class _Stream:
    """Callers that write without a pause, each time for another customer and one cent or the smallest amount.

    `urls` are proxies of the same folder, each in a process of its own; callers take turns among them.
    """

    call: TrialCall
    proxy: RunningProxy
    urls: tuple[str, ...]
    operation: Operation = field(init=False)
    calls: list[_Call] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, switch: KillSwitch) -> _Stop:
        """Sets the switch once enough writes have passed, and goes on until the refusals are plain."""
        system, _, name = self.call.operation.partition(".")
        self.operation = declared_surfaces(self.call.estate)[system].operations[name]
        callers = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(CALLERS)]
        for caller in callers:
            caller.start()
        self._until(lambda: sum(call.passed for call in self.calls) >= PASSED_BEFORE, PATIENCE_S)
        commanded = time.monotonic()
        switch.turn_on("trial", "measuring the kill switch")
        stop = _Stop(commanded, time.monotonic())
        self._until(lambda: self._all_refused(stop), PATIENCE_S)
        self.ended.set()
        for caller in callers:
            caller.join(timeout=PATIENCE_S)
        return stop

    def _all_refused(self, stop: _Stop) -> bool:
        """In every process the newest calls, several a caller, were begun after the command and refused; or writes go on for long."""
        share = REFUSED_AFTER // len(set(self.urls))
        newest = [[call for call in list(self.calls) if call.url == url][-share:] for url in set(self.urls)]
        if time.monotonic() - stop.set_at > GOES_ON_S and any(call.passed for calls in newest for call in calls):
            return True
        return all(
            len(calls) == share and all(not call.passed and call.begun > stop.set_at for call in calls)
            for calls in newest
        )

    def _until(self, done: Callable[[], bool], patience_s: float) -> None:
        """Waits for what is to be seen rather than for a time, so that a busy machine changes nothing."""
        until = time.monotonic() + patience_s
        while not done() and time.monotonic() < until:
            time.sleep(0.02)

    def _write(self, caller: int) -> None:
        system, operation, n = self.call.operation.partition(".")[0], self.operation, 0
        url = self.urls[caller % len(self.urls)]
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
                "Host": url.removeprefix("http://"),
                **self.proxy.headers(context),
                "Content-Type": "application/json",
            }
            begun = time.monotonic()
            answer = send(url, operation.method, path, [*headers.items(), ("Content-Length", str(len(body)))], body)
            self.calls.append(_Call(begun, time.monotonic(), answer.passed, url))


def _after(times: list[float], stopped: float) -> float:
    """Milliseconds after the command; 0 when nothing came after it."""
    return round(max(0.0, max(times, default=stopped) - stopped) * 1000, 1)
