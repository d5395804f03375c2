"""Is the way to the system encrypted and its certificate checked?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.describe import Address
from probes.gather.limits import Traffic
from probes.probe import BY_ROLE, Effort, Probe


class Tls(Probe):
    """Requests travel encrypted, to a server whose certificate was checked.

    Why: tokens and personal data go over this way many times a minute.
    How: the address in engagement.yaml, and answers over it with certificate checking that cannot be switched off. A
    server on this very machine is not asked.
    Remedy: offer the interface over https. Use a certificate of the company's or a public authority. Switch the plain
    port off.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "M", Effort((0.5, 1, 3), "platform team")
    needs = (Address, Traffic)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        address: Address = artifacts[0]
        traffic: Traffic = artifacts[1]
        name = address.subject.unit
        answered = sum(count for kind, count in traffic.seen.items() if kind != "path")
        if address.scheme == "https" and answered and "certificate" in traffic.through:
            return not_measured(
                f"{name}: {traffic.through} stands on the way, so its own certificate was not seen",
                cause="path",
                would_measure="have the host left out of TLS inspection, or run `cxready collect DIR` from another host",
            )
        if address.scheme == "https" and answered:
            return met(f"{name} is reached over https; the certificate was checked on {answered} answers")
        if address.scheme == "https":
            return not_measured(
                f"{name}: no answer came over https",
                cause="path",
                would_measure="run `cxready collect DIR --check` and mend the way to it",
            )
        if address.loopback:
            return not_applicable(f"{name} runs on this machine: nothing travels", cause="loopback")
        shown = Evidence(says=f"the address starts with {address.scheme}://", source="engagement.yaml")
        return not_met(
            f"{name} is reached without encryption",
            shown,
            cause="plain http",
            consequence="Whoever sits on the way reads customers' data and the agent's token, and can use it.",
        )
