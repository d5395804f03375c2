"""The demo estate as a company's machine sees it: https names that only the proxy resolves, TLS broken open by its CA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assess.asked import AnswersFile
from assess.catalogue import catalogue, collection
from assess.cells import answer_all
from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.profile import Profile
from assess.scope import scope_of
from probes.bundle import Bundle
from probes.finding import Outcome
from probes.gather.run import CollectResult, collect
from tests.harness.corporate_proxy import CorporateProxy

NETWORK = '\nnetwork: {proxy: "${HTTPS_PROXY}", ca: ca.pem}\nsystems:'


@dataclass(frozen=True)
class Office:
    """A folder whose systems stand behind the proxy. `environment` holds every secret, and the proxy's address."""

    folder: Path
    estate: RunningEstate
    proxy: CorporateProxy
    environment: Mapping[str, str]

    def collect(self, only_system: str | None = None) -> CollectResult:
        """Everything that is gathered; nothing is derived, which needs no network."""
        found = collection()
        return collect(
            load_folder(self.folder).estate,
            folder=self.folder,
            kinds=found.kinds,
            gatherers=found.gatherers,
            only_system=only_system,
            secrets=self.environment,
        )

    def outcomes(self, result: CollectResult) -> dict[tuple[str, str], Outcome]:
        """(probe id, subject) → outcome, of every cell of the catalogue."""
        bundle = Bundle.open(result.zip_path)
        answered = answer_all(
            (probe for probe in catalogue().probes),
            bundle,
            scope_of(load_folder(self.folder).estate),
            Profile(name="plain", title="Plain"),
            AnswersFile(),
            bundle.as_of.date(),
            first=True,
        )
        return {(a.cell.probe, str(a.cell.subject)): a.outcome for a in answered}


@contextmanager
def office(folder: Path, *, flawless: bool = True, network: str = NETWORK, **proxy: object) -> Iterator[Office]:
    """Starts estate and proxy; the folder names `https://billing.corp.example` and so on."""
    with start(flawless=flawless) as estate:
        write_folder(folder, estate)
        hosts = {f"{name}.corp.example": url for name, url in estate.urls.items()}
        written = folder / "engagement.yaml"
        text = written.read_text(encoding="utf-8")
        for name, url in estate.urls.items():
            text = text.replace(url, f"https://{name}.corp.example")
        written.write_text(text.replace("\nsystems:", network, 1), encoding="utf-8")
        with CorporateProxy(hosts, **proxy) as running:  # type: ignore[arg-type]
            running.trust(folder / "ca.pem")
            yield Office(folder, estate, running, {**estate.environment(), "HTTPS_PROXY": running.url})
