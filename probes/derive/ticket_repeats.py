"""Repeat contacts: the same customer about the same matter within 7 days, from a sample of customers that stays small.

A customer belongs to the sample by the checksum of the identifier, so that all contacts of one are seen or none; the
sample halves itself when it grows too large. No identifier is kept.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from probes.derive.ticket_file import Ticket

WITHIN = timedelta(days=7)
MOST = 30_000
FEWEST_CUSTOMERS = 50  # below it no share is stated


class Repeats:
    """Offer every ticket with its customer; afterwards `counted` gives repeats by workflow."""

    def __init__(self) -> None:
        self._mask = 0
        self._kept: list[tuple[int, Ticket]] = []

    def wants(self, customer: str) -> int:
        """The customer's checksum, or -1 when the customer is outside the sample or unnamed."""
        if not customer:
            return -1
        number = zlib.crc32(customer.encode("utf-8", "replace"))
        return number if not number & self._mask else -1

    def keep(self, number: int, ticket: Ticket) -> None:
        self._kept.append((number, ticket))
        while len(self._kept) > MOST:
            self._mask = self._mask * 2 + 1
            self._kept = [entry for entry in self._kept if not entry[0] & self._mask]

    @property
    def tickets(self) -> list[Ticket]:
        return [ticket for _, ticket in self._kept]

    @property
    def customers(self) -> int:
        return len({number for number, _ in self._kept})

    def counted(self, places: Sequence[str], last: datetime) -> Mapping[str, tuple[int, int]]:
        """Workflow → contacts that can be judged, and those followed by another about the same within 7 days.

        Args:
            places: the workflow of each ticket of `tickets`.
            last: end of the export: contacts of its last 7 days cannot be judged yet.
        """
        if self.customers < FEWEST_CUSTOMERS:
            return {}
        moments: dict[tuple[int, str], list[datetime]] = defaultdict(list)
        for (number, ticket), place in zip(self._kept, places, strict=True):
            moments[number, place].append(ticket.created)
        judged, repeated = Counter[str](), Counter[str]()
        for (_, place), times in moments.items():
            times.sort()
            for i, at in enumerate(times):
                if at + WITHIN <= last:
                    judged[place] += 1
                    repeated[place] += i + 1 < len(times) and times[i + 1] - at <= WITHIN
        return {place: (n, repeated[place]) for place, n in judged.items()}
