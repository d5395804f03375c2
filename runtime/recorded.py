"""What was recorded of a customer's finished cases, erased when the customer is forgotten: messages, step results, quotes.

The decision log and the ledger of effects stay; they name a customer only by number.
"""

from __future__ import annotations

from pathlib import Path

from runtime.database import ENGINE_SCHEMA, Connection, Place, is_address, is_made
from runtime.escalation import outbox

FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
FORGOTTEN = "forgotten"


def forget_messages(place: Place, customer: str) -> int:
    """Erases inputs and steps of finished cases in the engine's database; open ones stay until they end. Gives how many."""
    if not is_made(place):
        return 0
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    address = str(place) if is_address(place) else f"sqlite:///{Path(place).resolve()}"
    client = DBOSClient(
        system_database_url=address, dbos_system_schema=ENGINE_SCHEMA, serializer=DBOSPortableJSONSerializer()
    )
    try:
        found = client.list_workflows(status=FINISHED)
        runs = [w.workflow_id for w in found if _customer(w.input) == customer]
        if runs:
            client.delete_workflows(runs)
        return len(runs)
    finally:
        client.destroy()


def forget_quotes(connection: Connection, customer: str) -> int:
    """Takes customer and words out of delivered handoffs; who decided what stays. Gives how many."""
    sent = [*outbox.rows(connection, "delivered"), *outbox.rows(connection, "accepted")]
    found = [row for row in sent if row.handoff.customer.ref == customer]
    for row in found:
        who = row.handoff.customer.model_copy(update={"ref": FORGOTTEN, "display": FORGOTTEN, "reach": ""})
        form = row.handoff.model_copy(update={"quote": "", "customer": who, "facts": ()})
        connection.execute(
            "UPDATE handoffs SET form = ?, text = '', subject = ? WHERE id = ?",
            (form.model_dump_json(by_alias=True), FORGOTTEN, row.id),
        )
        connection.execute("DELETE FROM ticket_notes WHERE handoff_id = ? AND kind = 'message'", (row.id,))
    connection.execute("DELETE FROM with_person WHERE customer = ?", (customer,))
    return len(found)


def _customer(inputs: object) -> str:
    try:
        return str(inputs["args"][0]["customer"])  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return ""
