"""Can the customer be found by what customers say?"""

from __future__ import annotations

from typing import Any

from probes.finding import Outcome, met, not_measured, not_met
from probes.gather.customer import CustomerSearch
from probes.gather.evidence_shot import evidence_of
from probes.probe import Effort, Probe
from probes.wording import listed

_WORDS = {"email": "e-mail address", "phone": "telephone number", "order": "order number"}


class FindsCustomer(Probe):
    """A customer is found by e-mail address, telephone number and order number.

    Why: nobody knows their account number. Whoever cannot be found is asked again, or served on somebody else's
    account.
    How: the test customer is searched by each of the three; the answer must hold that customer.
    Remedy: offer one search that takes e-mail, phone and order number. Compare phone numbers in E.164. Answer an empty
    list, not all customers, when nothing fits.
    """

    dimension, level, kind, effort = "crm", 2, "M", Effort((1, 3, 8), "CRM owner")
    needs = (CustomerSearch,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: CustomerSearch = artifacts[0]
        name = seen.subject.unit
        if not seen.searches:
            return not_measured(
                f"{name}: no search was made",
                cause="needs",
                would_measure="name the test customer's e-mail, phone and order in writes.example of the CRM",
            )
        lost = [s for s in seen.searches if not s.offered or not s.found]
        if lost:
            words = " or ".join(_WORDS.get(s.by, s.by) for s in lost)
            shown = [
                evidence_of(s.shot, f"searched by {s.by}: {s.matches} records, not the test customer")
                for s in lost
                if s.shot
            ]
            cause = "not offered" if not any(s.offered for s in lost) else "not found"
            return not_met(
                f"{name} does not find a customer by {words}",
                *shown,
                cause=cause,
                consequence="The customer is asked for a number that stands on a letter from last year.",
            )
        return met(
            f"{name} finds a customer by {listed(_WORDS.get(s.by, s.by) for s in seen.searches)}",
            *(evidence_of(s.shot, f"searched by {s.by}") for s in seen.searches if s.shot),
        )
