"""The folder of a use case as its people would write it: their files, an engagement of its systems, descriptions, cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assess.demo.folder import write
from assess.demo.use_cases.declared import dated
from assess.demo.use_cases.description import described
from assess.demo.use_cases.estate import SHARED, RunningUseCase, secret_name
from runtime.written import digest_of

PENDING = "sha256:pending"
Case = dict[str, Any]


def write_folder(target: Path, running: RunningUseCase) -> None:
    """Writes everything but the gate. Secrets stay references; `running.environment()` holds what they refer to."""
    digests = {name: _description(target, running, name) for name in running.urls}
    write(target / "engagement.yaml", engagement(running))
    layers = [running.data.parents[1] / "folder" / "effects", running.data.parent / "shared", running.data / "folder"]
    for layer in layers:
        for path in sorted(layer.rglob("*.yaml")):
            name = path.relative_to(layer).as_posix()
            if layer.name == "effects":
                if path.stem not in SHARED:
                    continue
                name = f"effects/{name}"
            digest = digests.get(path.stem, PENDING) if name.startswith("effects/") else PENDING
            write(target / name, path.read_text(encoding="utf-8").replace(PENDING, digest))
    lines = (json.dumps({k: v for k, v in case.items() if k != "expect"}, ensure_ascii=False) for case in cases_of(running))
    write(target / "cases.jsonl", "".join(f"{line}\n" for line in lines))


def cases_of(running: RunningUseCase) -> list[Case]:
    """The use case's cases, each with what is expected of it (`expect`)."""
    from datetime import date

    text = (running.data / "cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(dated(line, date.today())) for line in text.splitlines() if line.strip()]


def engagement(running: RunningUseCase) -> str:
    """`engagement.yaml`: every system with its address and its three holders."""
    file = running.file
    roles = {**{name: system.role for name, system in file.systems.items()}, "identity": "identity", "ticketing": "ticketing", "mail": "other"}
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
        source = running.data.parents[1] / "descriptions" / place.name
        text = source.read_text(encoding="utf-8")
        write(place, text.replace(f"https://{name}.staging.northwind.example", running.urls[name]))
    return digest_of(place)
