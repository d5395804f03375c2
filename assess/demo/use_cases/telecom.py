"""The telecom demo as a use case: its own estate and folder, with faults in front of two customers' calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from assess.demo import estate as demo
from assess.demo import folder as demo_folder
from assess.demo.rest_service import Record
from assess.demo.use_cases.declared import Fault
from runtime.written import Strict, load

NAME = "billing-dispute"
SAYS = "a gap in the usage log, a prorated credit, and a precise e-mail about it"
KINDS = ("credits", "refunds", "returns", "notes")


class FaultsFile(Strict):
    """`faults.yaml`."""

    format: int = 1
    faults: list[Fault] = Field(default_factory=list)


@dataclass(frozen=True)
class RunningTelecom:
    """The same questions as of any running use case."""

    data: Path
    estate: demo.RunningEstate
    title: str = "Billing dispute"
    not_repeat_safe: tuple[str, ...] = ("billing.createRefund",)

    def environment(self) -> dict[str, str]:
        return self.estate.environment()

    def write_folder(self, target: Path) -> None:
        demo_folder.write_folder(target, self.estate)

    @property
    def made(self) -> list[tuple[str, Record]]:
        return [(kind, record) for kind in KINDS for record in self.estate.records[kind]]

    @property
    def tickets(self) -> list[Record]:
        return self.estate.records["tickets"]


@contextmanager
def start(data: Path) -> Iterator[RunningTelecom]:
    faults = load(data / "faults.yaml", FaultsFile).value.faults
    with demo.start(faults=faults) as running:
        yield RunningTelecom(data, running)
