"""The systems of one use case, each on a free loopback port: its own from data; tokens, tickets and mail as in the telecom demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assess.demo.identity import Identity
from assess.demo.listener import Listener
from assess.demo.mail import Mail
from assess.demo.rest_service import Record, RestService
from assess.demo.ticketing import Ticketing
from assess.demo.tokens import Client, Tokens, demo_clients
from assess.demo.use_cases.declared import UseCaseFile, read
from assess.demo.use_cases.faults import with_faults
from assess.demo.use_cases.folder import SHARED, secret_name, write_folder
from assess.demo.use_cases.service import DeclaredService
from assess.demo.world import World


@dataclass(frozen=True)
class RunningUseCase:
    """Listening systems of one use case."""

    data: Path
    file: UseCaseFile
    services: Mapping[str, RestService]
    listeners: Mapping[str, Listener]
    clients: Mapping[str, Client]

    @property
    def title(self) -> str:
        return self.file.title

    @property
    def not_repeat_safe(self) -> tuple[str, ...]:
        return tuple(self.file.not_repeat_safe)

    @property
    def telecom(self) -> Path:
        """Data of the telecom demo: descriptions and effects of tokens, tickets and mail are its own."""
        return self.data.parents[1]

    def write_folder(self, target: Path) -> None:
        write_folder(target, self)

    @property
    def urls(self) -> dict[str, str]:
        return {name: listener.url for name, listener in self.listeners.items()}

    def environment(self) -> dict[str, str]:
        """Variables that engagement.yaml refers to."""
        return {f"{secret_name(client.client_id)}": client.secret for client in self.clients.values()}

    @property
    def made(self) -> list[tuple[str, Record]]:
        """What was created in the use case's own systems and is not taken back."""
        return [
            record
            for service in self.services.values()
            if isinstance(service, DeclaredService)
            for record in service.made()
        ]

    @property
    def tickets(self) -> list[Record]:
        desk = self.services["ticketing"]
        assert isinstance(desk, Ticketing)
        return list(desk.tickets.values())


@contextmanager
def start(data: Path, *, today: date | None = None) -> Iterator[RunningUseCase]:
    """Starts every system of a use case; they answer until the end of the block.

    Args:
        data: the folder that holds `systems.yaml`.
    """
    file = read_file(data, today)
    clients = demo_clients((*file.systems, *SHARED))
    services = _services(file, Tokens(), clients)
    listeners = {
        system: Listener(with_faults(service.answer, [f for f in file.faults if f.system == system]))
        for system, service in services.items()
    }
    try:
        yield RunningUseCase(data, file, services, listeners, clients)
    finally:
        with ThreadPoolExecutor(len(listeners)) as pool:
            list(pool.map(Listener.close, listeners.values()))


def read_file(data: Path, today: date | None = None) -> UseCaseFile:
    """The use case's `systems.yaml` as of a day; default: today."""
    return read(data / "systems.yaml", today or date.today())


def _services(file: UseCaseFile, tokens: Tokens, clients: Mapping[str, Client]) -> dict[str, RestService]:
    world = World(month=date.today().replace(day=1), customers=[dict(customer) for customer in file.customers])
    own = {name: DeclaredService(name, system, tokens) for name, system in file.systems.items()}
    return {
        **own,
        "identity": Identity(tokens, clients),
        "ticketing": Ticketing(tokens, world),
        "mail": Mail(tokens, world),
    }
