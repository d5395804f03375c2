"""The folder that Northwind's people would write, with real addresses, dates of today and digests of the descriptions.

The templates are dated `WRITTEN`; every date that says when somebody wrote, reviewed or confirmed something is moved by
the days since then, so that the demo is as fresh, and its stale articles are as stale, in any year.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from assess.demo.estate import RunningEstate
from assess.demo.tickets import write_tickets
from assess.demo.usage import PLACEHOLDER
from runtime.whole_file import write_text
from runtime.written import digest_of

WRITTEN = date(2026, 11, 1)
_DATED = re.compile(r'((?:^|[{\s])(?:updated|reviewed|on): "?)(\d{4}-\d{2}-\d{2})', re.MULTILINE)
_ADDRESS = re.compile(r"\$\{([A-Z]+)_URL\}")
_PENDING = "sha256:pending"


def write_folder(target: Path, estate: RunningEstate, *, today: date | None = None) -> None:
    """Write the whole folder: files of `templates/demo/folder`, the flawless ones over them, descriptions and tickets.

    Secrets stay references; `estate.environment()` holds what they refer to. Files are written under a temporary
    name and renamed, and an existing file of the same name is replaced.
    """
    day = today or datetime.now(UTC).date()
    descriptions = {name: _description(target, source, estate) for name, source in _descriptions(estate)}
    for name, source in _sources(estate).items():
        text = moved(source.read_text(encoding="utf-8"), day - WRITTEN)
        text = _ADDRESS.sub(lambda found: estate.urls[found[1].lower()], text)
        system = Path(name).stem
        if name.startswith("effects/") and system in descriptions:
            text = text.replace(_PENDING, digest_of(descriptions[system]))
        write(target / name, text)
    write(target / "descriptions" / "production" / "crm.openapi.yaml", _in_production(estate, "crm"))
    write_tickets(target / "tickets.csv", today=day)
    shutil.copyfile(estate.data / "cases.jsonl", target / "cases.jsonl")


def moved(text: str, by: timedelta) -> str:
    """The text with its written, reviewed and confirmed dates moved; dates in sentences stay."""
    return _DATED.sub(lambda found: found[1] + (date.fromisoformat(found[2]) + by).isoformat(), text)


def write(path: Path, text: str) -> None:
    """A text file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)


def _sources(estate: RunningEstate) -> dict[str, Path]:
    """Relative name → template; the flawless variant holds only the files that differ."""
    layers = [estate.data / "folder", *([estate.data / "flawless"] if estate.flawless else [])]
    return {
        path.relative_to(layer).as_posix(): path
        for layer in layers
        for path in sorted(layer.rglob("*"))
        if path.is_file()
    }


def _descriptions(estate: RunningEstate) -> Iterator[tuple[str, Path]]:
    for path in sorted((estate.data / "descriptions").iterdir()):
        if path.is_file():
            yield path.name.split(".")[0], path


def _in_production(estate: RunningEstate, name: str) -> str:
    """The description as production publishes it: the same version at its own address."""
    text = (estate.data / "descriptions" / f"{name}.openapi.yaml").read_text(encoding="utf-8")
    return text.replace(f"https://{name}.staging.northwind.example", f"https://{name}.northwind.example")


def _description(target: Path, source: Path, estate: RunningEstate) -> Path:
    """A description as its system would publish it: with its own address."""
    text = source.read_text(encoding="utf-8").replace(PLACEHOLDER, estate.urls["usage"])
    for name, url in estate.urls.items():
        text = text.replace(f"https://{name}.staging.northwind.example", url)
    place = target / "descriptions" / source.name
    write(place, text)
    return place
