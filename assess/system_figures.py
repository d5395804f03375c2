"""What an assessment says of systems: a row each, the keys between them, what an agent reads of them, what vendors say."""

from __future__ import annotations

from pydantic import Field

from assess.out import Interval, Out
from probes.derive.agent_fitness import Alike, Reading
from probes.finding import State


class VendorNote(Out):
    """A vendor's own word, in ours. `tried`: it was seen against the vendor's live service."""

    about: str
    says: str
    source: str
    tried: bool = False


class SystemRow(Out):
    """One system of the engagement. `stability`: what its description says of versions and change."""

    name: str
    role: str
    protocol: str
    authentication: str
    owner: str | None = None
    format: str = ""
    operations: int = 0
    operations_used: int = 0
    level: Interval | None = None
    requests: int = 0
    findings: list[str] = Field(default_factory=list)
    stability: str = ""
    vendor: str = Field("", description="recognised by address, title, servers or paths; empty: none of those known")
    vendor_says: list[VendorNote] = Field(default_factory=list)


class Join(Out):
    """A key that leads from one system's record to the next one's: holds, missing, or not measured."""

    source: str
    target: str
    state: State
    says: str = ""


class Fitness(Out):
    """What an agent meets in one system's interface. `alike` None: operations were not compared by meaning."""

    system: str
    reading: Reading = Reading()
    alike: list[Alike] | None = None
    undocumented: dict[str, list[str]] = Field(default_factory=dict)
