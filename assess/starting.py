"""`cxready init`: a commented folder, drafts of what an inbox holds, and the schemas that editors use.

Nothing that exists is overwritten; only what the next step needs is drafted.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

from assess.drafting import Described, Started, take_articles, take_descriptions, take_tickets, variables_of, write
from assess.inbox import Found, recognise
from assess.schemas import NAMES, schema_of
from runtime.errors import BadInput
from runtime.whole_file import write_text

PLAIN = (
    "goals.yaml",
    "guardrails.yaml",
    "escalation.yaml",
    "answers.yaml",
    "report.yaml",
    "pilot.yaml",
    "business_case.yaml",
)
ROLE_WORDS = {
    "crm": "crm",
    "contact": "crm",
    "bill": "billing",
    "invoice": "billing",
    "payment": "billing",
    "usage": "usage",
    "ticket": "ticketing",
    "desk": "ticketing",
    "ident": "identity",
    "auth": "identity",
    "ship": "logistics",
    "order": "logistics",
    "logist": "logistics",
}
MOST_FILES = 20_000


def start_folder(folder: Path, organisation: str, inbox: Path | None) -> Started:
    """Writes what is missing.

    Raises:
        BadInput: the place is a file, an engagement exists already, or the inbox holds too many files.
    """
    if (folder / "engagement.yaml").exists():
        raise BadInput(
            "an engagement exists already", str(folder / "engagement.yaml"), "choose another folder, or edit this one"
        )
    if folder.exists() and not folder.is_dir():
        raise BadInput("this is a file", str(folder), "choose a folder")
    started = Started()
    for part in ("effects", "descriptions", "knowledge", ".cxready/schemas"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    started.recognised = _looked_through(inbox, folder) if inbox else []
    described = take_descriptions(folder, started)
    take_articles(folder, inbox, started)
    tickets = take_tickets(folder, started)
    for name in PLAIN:
        write(folder / name, _template(name), started)
    write(folder / "engagement.yaml", _engagement(organisation, described, tickets), started)
    for name in NAMES:
        write_text(folder / ".cxready/schemas" / f"{name}.json", json.dumps(schema_of(name), indent=1) + "\n")
    write(folder / ".gitignore", ".cxready/\ntickets.*\n", started)
    return started


def _looked_through(inbox: Path, folder: Path) -> list[Found]:
    own = folder.resolve()
    every = [p for p in sorted(inbox.rglob("*")) if p.is_file() and not p.resolve().is_relative_to(own)]
    if len(every) > MOST_FILES:
        raise BadInput(f"the inbox holds {len(every):,} files", str(inbox), f"give a folder of at most {MOST_FILES:,}")
    return [recognise(file) for file in every if not file.name.startswith(".")]


def _engagement(organisation: str, described: list[Described], tickets: str) -> str:
    rows = described or [Described("crm", "rest", "descriptions/crm.openapi.yaml")]
    text = (
        _template("engagement.yaml")
        .replace("{organisation}", organisation.replace('"', "'"))
        .replace("{systems}\n", "".join(_system(one) for one in rows))
    )
    if tickets:
        text = text.replace("# tickets: {file: tickets.csv}      #", f"tickets: {{file: {json.dumps(tickets)}}}      #")
    return text


def _system(one: Described) -> str:
    role = one.role or next((role for word, role in ROLE_WORDS.items() if word in one.name.lower()), "other")
    text = _template("system.yaml")
    if one.vendor:
        text = text.replace("  {name}:\n", f"  {{name}}:                              # {one.vendor}\n", 1)
    for name, value in {
        "name": one.name,
        "role": role,
        "protocol": one.protocol,
        "description": one.description,
        "PREFIX": variables_of(one.name),
    }.items():
        text = text.replace("{" + name + "}", value)
    for holder, drafted in one.sign_in.items():
        text = re.sub(rf"(?<={holder}: )\{{scheme: .*?\}}\"\}}", lambda _, drafted=drafted: drafted, text)  # type: ignore[misc]
    return text


def _template(name: str) -> str:
    return (files("templates") / "folder" / name).read_text(encoding="utf-8")
