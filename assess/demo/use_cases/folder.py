"""The folder of a use case as its people would write it: their files, an engagement of its systems, descriptions, cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assess.demo.folder import write
from assess.demo.use_cases.declared import dated
from assess.demo.use_cases.description import described
from runtime.written import digest_of

if TYPE_CHECKING:
    from assess.demo.use_cases.estate import RunningUseCase

SHARED = ("identity", "ticketing", "mail")
PENDING = "sha256:pending"
Case = dict[str, Any]


def write_folder(target: Path, running: RunningUseCase) -> None:
    """Writes everything but gate and cases. Secrets stay references; `running.environment()` holds what they refer to."""
    digests = {name: _description(target, running, name) for name in running.urls}
    write(target / "engagement.yaml", engagement(running))
    for name, source in _sources(running):
        digest = digests.get(source.stem, PENDING) if name.startswith("effects/") else PENDING
        write(target / name, source.read_text(encoding="utf-8").replace(PENDING, digest))


def _sources(running: RunningUseCase) -> Iterator[tuple[str, Path]]:
    """Relative name → file: what all use cases share first, then the use case's own."""
    for name in SHARED:
        yield f"effects/{name}.yaml", running.telecom / "folder" / "effects" / f"{name}.yaml"
    for layer in (running.data.parent / "shared", running.data / "folder"):
        yield from ((path.relative_to(layer).as_posix(), path) for path in sorted(layer.rglob("*.yaml")))


def write_cases(target: Path, cases: list[Case]) -> None:
    """`cases.jsonl` as `pilot run --cases` reads it: without what is expected."""
    plain = ({name: value for name, value in case.items() if name != "expect"} for case in cases)
    write(target / "cases.jsonl", "".join(f"{json.dumps(case, ensure_ascii=False)}\n" for case in plain))


def cases_of(data: Path) -> list[Case]:
    """A use case's cases, each with what is expected of it (`expect`)."""
    text = (data / "cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(dated(line, date.today())) for line in text.splitlines() if line.strip()]


def engagement(running: RunningUseCase) -> str:
    """`engagement.yaml`: every system with its address and its three holders."""
    file = running.file
    roles = {
        **{name: system.role for name, system in file.systems.items()},
        "identity": "identity",
        "ticketing": "ticketing",
        "mail": "other",
    }
    head = [
        f"# {file.title}: {file.says}",
        "format: 1",
        f"organisation: {file.organisation}",
        f"currency: {file.currency}",
        "contact: readiness@company.example",
        "agent: {kind: bundled}",
        "enforcement: {kind: bundled_proxy}",
        "systems:",
    ]
    return "\n".join([*head, *(line for name, role in roles.items() for line in _system(running, name, role)), ""])


def _system(running: RunningUseCase, name: str, role: str) -> list[str]:
    token = f"{running.urls['identity']}/token"
    holders = [
        f'      {holder}: {{scheme: oauth2, token_url: "{token}", client_id: {name}-{holder}, client_secret: "${{{secret_name(f"{name}-{holder}")}}}"}}'
        for holder in ("audit", "agent", "enforcer")
    ]
    return [
        f"  {name}:",
        f"    role: {role}",
        "    protocol: rest",
        f"    description: descriptions/{_file(running, name)}",
        f'    environments: {{staging: {{url: "{running.urls[name]}"}}}}',
        "    credentials:",
        *holders,
    ]


def _file(running: RunningUseCase, name: str) -> str:
    return f"{name}.openapi.json" if name in running.file.systems else f"{name}.openapi.yaml"


def _description(target: Path, running: RunningUseCase, name: str) -> str:
    """Writes a system's description; gives its digest."""
    place = target / "descriptions" / _file(running, name)
    if name in running.file.systems:
        write(place, described(name, running.file.systems[name], running.urls[name]))
    else:
        source = running.telecom / "descriptions" / place.name
        text = source.read_text(encoding="utf-8")
        write(place, text.replace(f"https://{name}.staging.northwind.example", running.urls[name]))
    return digest_of(place)


def secret_name(client: str) -> str:
    """`shop-agent` → SHOP_AGENT_CLIENT_SECRET."""
    return f"{client.replace('-', '_').upper()}_CLIENT_SECRET"
