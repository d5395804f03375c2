"""Puts cases in the queue for workers to take, without running any: for whatever receives messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions

from runtime.cases.incoming import received
from runtime.engine.durable import CASE, CASES, line_of, place_in_line
from runtime.engine.engine import version_of
from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.storage.database import ENGINE_SCHEMA, is_address, place_of_engine


def enqueue_cases(estate: Estate, cases: Iterable[Mapping[str, Any]]) -> list[str]:
    """Gives the cases' names; one that is there already stays as it is. What must not be recorded is masked first.

    Raises:
        BadInput: there is no database that workers share.
    """
    place = place_of_engine(estate.folder / ".cxready")
    if not is_address(place):
        do = "set it to a postgresql:// address, or leave --enqueue out"
        raise BadInput("cases are only enqueued where workers share a database", "CXREADY_DATABASE", do)
    cases = list(cases)
    if answer := next((case for case in cases if case.get("answers")), None):
        raise BadInput("an answer is not enqueued", str(answer["case"]), "give it with `cxready pilot answer`")
    client = DBOSClient(
        system_database_url=str(place), dbos_system_schema=ENGINE_SCHEMA, serializer=DBOSPortableJSONSerializer()
    )
    try:
        return [_enqueued(client, received(estate.guardrails, case), version_of(estate)) for case in cases]
    finally:
        client.destroy()


def _enqueued(client: DBOSClient, case: Mapping[str, Any], version: str) -> str:
    options: EnqueueOptions = {
        "workflow_name": CASE,
        "queue_name": CASES,
        "workflow_id": str(case["case"]),
        "queue_partition_key": line_of(case),
        "priority": place_in_line(),
        "app_version": version,
        "application_name": "cxready",
    }
    client.enqueue(options, dict(case))
    return str(case["case"])
