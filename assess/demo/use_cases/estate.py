"""The systems of one use case, each on a free loopback port: its own from data; tokens, tickets and mail as in the telecom demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assess.demo.estate import demo_data
from assess.demo.identity import Identity
from assess.demo.listener import Listener
from assess.demo.mail import Mail
from assess.demo.rest_service import Record, RestService
from assess.demo.ticketing import Ticketing
from assess.demo.tokens import Client, Tokens, demo_clients
from assess.demo.use_cases.declared import UseCaseFile, read
from assess.demo.use_cases.faults import with_faults
from assess.demo.use_cases.service import DeclaredService
from assess.demo.world import World
from runtime.errors import BadInput, did_you_mean

SHARED = ("identity", "ticketing", "mail")


def names() -> list[str]:
    """Use cases of the package."""
    return sorted(path.parent.name for path in place().glob("*/systems.yaml"))


def place() -> Path:
    return demo_data() / "use_cases"


@dataclass(frozen=True)
class RunningUseCase:
    """Listening systems of one use case."""

    name: str
    data: Path
    file: UseCaseFile
    services: Mapping[str, RestService]
    listeners: Mapping[str, Listener]
    clients: Mapping[str, Client]

    @property
    def urls(self) -> dict[str, str]:
        return {name: listener.url for name, listener in self.listeners.items()}

    def environment(self) -> dict[str, str]:
        """Variables that engagement.yaml refers to."""
        return {f"{secret_name(client.client_id)}": client.secret for client in self.clients.values()}

    @property
    def made(self) -> list[Record]:
        """What was created in the use case's own systems and is not taken back."""
        return [record for service in self.services.values() if isinstance(service, DeclaredService) for record in service.made()]

    @property
    def messages(self) -> list[Record]:
        mail = self.services["mail"]
        assert isinstance(mail, Mail)
        return list(mail.messages.values())

    @property
    def tickets(self) -> list[Record]:
        desk = self.services["ticketing"]
        assert isinstance(desk, Ticketing)
        return list(desk.tickets.values())


@contextmanager
def start(name: str, *, today: date | None = None) -> Iterator[RunningUseCase]:
    """Starts every system of a use case; they answer until the end of the block.

    Raises:
        BadInput: there is no such use case.
    """
    data = place() / name
    if name not in names():
        raise BadInput(f"there is no use case {name!r}{did_you_mean(name, names())}", "", f"one of: {', '.join(names())}")
    file = read(data / "systems.yaml", today or date.today())
    clients = demo_clients((*file.systems, *SHARED))
    services = _services(file, Tokens(), clients)
    listeners = {
        system: Listener(with_faults(service.answer, [f for f in file.faults if f.system == system]))
        for system, service in services.items()
    }
    try:
        yield RunningUseCase(name, data, file, services, listeners, clients)
    finally:
        with ThreadPoolExecutor(len(listeners)) as pool:
            list(pool.map(Listener.close, listeners.values()))


def secret_name(client: str) -> str:
    """`shop-agent` → SHOP_AGENT_CLIENT_SECRET."""
    return f"{client.replace('-', '_').upper()}_CLIENT_SECRET"


def _services(file: UseCaseFile, tokens: Tokens, clients: Mapping[str, Client]) -> dict[str, RestService]:
    world = World(month=date.today().replace(day=1), customers=[dict(customer) for customer in file.customers])
    own = {name: DeclaredService(name, system, tokens) for name, system in file.systems.items()}
    return {**own, "identity": Identity(tokens, clients), "ticketing": Ticketing(tokens, world), "mail": Mail(tokens, world)}
