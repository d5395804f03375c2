"""What all connections of one run know of the way together: voices, addresses, clocks, failed sign-ins, refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from runtime.systems.addresses import Addresses
from runtime.systems.between import Voices
from runtime.systems.clocks import Clocks
from runtime.systems.refresh_tokens import RefreshTokens
from runtime.systems.sign_ins import SignIns


@dataclass
class Passage:
    """One a run, handed to every connection; each part is safe between threads."""

    voices: Voices = field(default_factory=Voices)
    addresses: Addresses = field(default_factory=Addresses)
    clocks: Clocks = field(default_factory=Clocks)
    sign_ins: SignIns = field(default_factory=SignIns)
    refresh_tokens: RefreshTokens = field(default_factory=RefreshTokens)
