"""The demo estate: all six systems of Northwind Telecom, each on a free loopback port, in threads of this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

import templates
from assess.demo import world
from assess.demo.billing import Billing
from assess.demo.crm import Crm
from assess.demo.identity import Identity
from assess.demo.listener import Listener
from assess.demo.mail import Mail
from assess.demo.rest_service import Record, RestService
from assess.demo.ticketing import Ticketing
from assess.demo.tokens import Tokens, demo_environment
from assess.demo.usage import Usage
from assess.demo.use_cases.declared import Fault
from assess.demo.use_cases.faults import with_faults


def start(
    flawless: bool = False,
    data: Path | None = None,
    today: date | None = None,
    ports: Mapping[str, int] | None = None,
    faults: Sequence[Fault] = (),
) -> RunningEstate:
    """Start every system and return at once; they answer until `close()`.

    Args:
        flawless: mends billing's two flaws; `write_folder` then also mends articles and routes.
        data: folder with `world/` and `descriptions/`; default: the packaged `templates/demo`.
        today: the day that decides which month was billed last; default: today, UTC.
        ports: a fixed port a system, for those who want to look with a browser; default: free ones.
        faults: what goes wrong on the way to a system, when a call names a certain text.
    """
    place = data or demo_data()
    tokens = Tokens()
    made = world.build(place, today or date.today())
    services: dict[str, RestService | Usage] = {
        "identity": Identity(tokens),
        "crm": Crm(tokens, made),
        "billing": Billing(tokens, made, flawless=flawless),
        "usage": Usage(made, place / "descriptions" / "usage.wsdl"),
        "ticketing": Ticketing(tokens, made),
        "mail": Mail(tokens, made),
    }
    answers = {
        name: with_faults(service.answer, [fault for fault in faults if fault.system == name])
        for name, service in services.items()
    }
    listeners = {name: Listener(answer, (ports or {}).get(name, 0)) for name, answer in answers.items()}
    return RunningEstate(flawless, place, made, services, listeners)


def demo_data() -> Path:
    """The packaged data of the demo."""
    return Path(str(templates.__file__)).parent / "demo"


@dataclass(frozen=True)
class RunningEstate:
    """Six listening systems; a context manager."""

    flawless: bool
    data: Path
    world: world.World
    services: Mapping[str, RestService | Usage]
    listeners: Mapping[str, Listener]

    @property
    def urls(self) -> dict[str, str]:
        """System → base address, like `http://127.0.0.1:40123`."""
        return {name: listener.url for name, listener in self.listeners.items()}

    def environment(self) -> dict[str, str]:
        """Every variable that the folder refers to: secrets, and the addresses as CRM_URL and so on."""
        return {**demo_environment(), **{f"{name.upper()}_URL": url for name, url in self.urls.items()}}

    @property
    def counts(self) -> dict[str, int]:
        """Requests received, a system."""
        return {name: service.requests for name, service in self.services.items()}

    @property
    def records(self) -> dict[str, list[Record]]:
        """What is live now: not removed, reversed, void, cancelled, closed or archived."""
        places: dict[str, Mapping[str, Record]] = {}
        for service in self.services.values():
            if isinstance(service, Billing):
                places |= {"credits": service.credits, "refunds": service.refunds}
            elif isinstance(service, Crm):
                places |= {"returns": service.returns, "notes": service.notes}
            elif isinstance(service, Ticketing):
                places["tickets"] = service.tickets
            elif isinstance(service, Mail):
                places["messages"] = service.messages
        gone = {"reversed", "void", "cancelled", "closed", "archived"}
        return {kind: [r for r in list(place.values()) if r["status"] not in gone] for kind, place in places.items()}

    def plan_of(self, account: str) -> str:
        """The plan that billing has on record for an account."""
        billing = self.services["billing"]
        assert isinstance(billing, Billing)
        return str(billing.accounts[account]["plan"])

    def close(self) -> None:
        """Stop all systems side by side; requests under way are answered first."""
        with ThreadPoolExecutor(len(self.listeners)) as pool:
            list(pool.map(Listener.close, self.listeners.values()))

    def __enter__(self) -> RunningEstate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
