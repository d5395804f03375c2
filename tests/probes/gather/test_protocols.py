"""A whole collection of a GraphQL system: its reads and writes are measured like everybody's, and nothing stays."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync

from probes.api.description_valid import DescriptionValid
from probes.api.latency import Latency as Fast
from probes.api.machine_auth import MachineAuth as SignsIn
from probes.api.questions import DERIVERS, GATHERERS
from probes.api.repeat_safe import RepeatSafe
from probes.api.writes_stick import WritesStick
from probes.artifact import Artifact
from probes.bundle import Bundle
from probes.finding import State, Subject
from probes.gather.planning import plan as make_plan
from probes.gather.run import collect
from probes.probe import Probe
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import Goal
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import SystemSettings
from tests.probes.gather.collecting import KINDS

SDL = """
"Credits of accounts. Rate limit: 600 requests a minute. Breaking changes are announced 90 days ahead."
schema { query: Query mutation: Mutation }
type Query {
  "One credit by number"
  credit(id: ID!): Credit
  "The newest credits of an account"
  credits(account: ID!, reference: String): [Credit!]!
}
type Mutation {
  "Books a credit on an account"
  createCredit(account: ID!, amount: String!, reference: String): Credit!
  "Takes a credit back"
  deleteCredit(id: ID!): Boolean
}
type Credit { id: ID!, account: ID!, amount: String!, reference: String }
"""
TOKEN = "token-of-the-agent"


class Ledger:
    """Resolvers over one dictionary; the switch `keeps_nothing` answers as if it stored."""

    def __init__(self, *switches: str) -> None:
        self.credits: dict[str, dict[str, str]] = {}
        self.on = switches

    def credit(self, info: Any, id: str) -> Any:
        return self.credits.get(id)

    def createCredit(self, info: Any, **fields: str) -> Any:
        made = {"id": f"K-{len(self.credits) + 1}", **fields}
        if "keeps_nothing" not in self.on:
            self.credits[made["id"]] = made
        return made

    def deleteCredit(self, info: Any, id: str) -> bool:
        if self.credits.pop(id, None) is None:
            raise GraphQLError("there is no such credit", extensions={"code": "NOT_FOUND"})
        return True

    def of_account(self, info: Any, account: str, reference: str | None = None) -> list[dict[str, str]]:
        found = [c for c in self.credits.values() if c["account"] == account]
        return [c for c in found if reference in (None, c.get("reference"))]

    @property
    def resolvers(self) -> dict[str, Any]:
        return {
            "credit": self.credit,
            "createCredit": self.createCredit,
            "deleteCredit": self.deleteCredit,
            "credits": self.of_account,
        }


def test_a_graphql_system_is_measured_like_every_other(tmp_path: Path) -> None:
    asked, state, result, planned = _collected(tmp_path)

    assert asked(DescriptionValid()).state is State.MET
    assert asked(SignsIn()).state is State.MET, asked(SignsIn()).title
    assert asked(Fast()).state is State.MET
    assert asked(WritesStick(), "Mutation.createCredit").state is State.MET
    assert asked(RepeatSafe(), "Mutation.createCredit").state is State.MET, "our reference finds it"
    assert not state.credits and not result.left_behind
    assert result.requests["credits"] <= sum(line.count for line in planned.lines) <= 100


def test_a_mutation_that_keeps_nothing_is_named(tmp_path: Path) -> None:
    asked, _, _, _ = _collected(tmp_path, "keeps_nothing")

    assert asked(WritesStick(), "Mutation.createCredit").state is State.NOT_MET


def _collected(folder: Path, *switches: str) -> tuple[Any, Ledger, Any, Any]:
    with _running(folder, *switches) as (state, estate):
        plan = make_plan(estate, GATHERERS)
        result = collect(
            estate,
            folder=folder,
            kinds=KINDS,
            gatherers=GATHERERS,
            derivers=DERIVERS,
            plan=plan,
            secrets={"TOKEN": TOKEN},
        )
    bundle = Bundle.open(result.bundle_path)

    def asked(probe: Probe, item: str = "") -> Any:
        subject = Subject(unit="credits", item=item)
        found = [bundle.get(kind, subject) for kind in probe.needs]
        assert all(isinstance(one, Artifact) for one in found), found
        return probe.judge(*found, **({"subject": subject} if probe.asks_subject else {}))

    return asked, state, result, plan


@contextmanager
def _running(folder: Path, *switches: str) -> Iterator[tuple[Ledger, Estate]]:
    state, schema = Ledger(*switches), build_schema(SDL)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, told = _answer(schema, state, raw) if allowed else (401, {"errors": [{"message": "who are you?"}]})
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        (folder / "credits.graphql").write_text(SDL, encoding="utf-8")
        yield state, _estate(folder, f"http://127.0.0.1:{server.server_address[1]}/graphql")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _answer(schema: Any, state: Ledger, raw: bytes) -> tuple[int, Any]:
    try:
        asked = json.loads(raw)
        done = graphql_sync(schema, asked["query"], state.resolvers, variable_values=asked.get("variables"))
    except (ValueError, KeyError, TypeError):
        return 400, {"errors": [{"message": "a body with `query` is wanted", "extensions": {"code": "BAD_REQUEST"}}]}
    return 200, {"data": done.data, **({"errors": [e.formatted for e in done.errors]} if done.errors else {})}


def _estate(folder: Path, url: str) -> Estate:
    settings = SystemSettings.model_validate(
        {
            "role": "billing",
            "protocol": "graphql",
            "description": "credits.graphql",
            "environments": {"staging": {"url": url}},
            "credentials": {"agent": {"scheme": "bearer", "token": "${TOKEN}"}},
            "writes": {"allowed": True, "side_effects": "none", "example": {"account": "A-1", "amount": "1.00"}},
        }
    )
    effects = EffectsFile.model_validate(
        {
            "confirmed": {"by": "a tester", "on": "2026-11-01"},
            "operations": {
                "Query.credit": {"does": "read"},
                "Query.credits": {"does": "read"},
                "Mutation.createCredit": {
                    "does": "create",
                    "read_back": "Query.credit",
                    "repeat": {"find": "Query.credits"},
                    "undo": "Mutation.deleteCredit",
                },
                "Mutation.deleteCredit": {"does": "delete"},
            },
        }
    )
    goal = Goal.model_validate(
        {
            "category": "billing",
            "utterances": ["credit"],
            "steps": [{"call": "credits.Query.credits"}, {"call": "credits.Mutation.createCredit"}],
        }
    )
    return Estate(
        folder, "Test", "EUR", {"credits": settings}, {"credits": effects}, GuardrailsFile(), {"credit": goal},
        EscalationFile(),
    )  # fmt: skip
