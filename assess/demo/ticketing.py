"""ticketing: where handoffs arrive. Tickets found by handoff key, comments, a typed decision, and the log of alerts.

A new ticket alerts its queue's team; the alert is in the notification log, so that a probe can read it back.
"""

from __future__ import annotations

from datetime import UTC, datetime

from assess.demo.documents import by_cursor, fields, long_text, mapping, one_of, text
from assess.demo.rest_service import (
    Problem,
    Record,
    Request,
    Response,
    RestService,
    Route,
    check_precondition,
    entity_tag,
)
from assess.demo.tokens import Tokens
from assess.demo.world import World

PRIORITIES = ("low", "normal", "high", "urgent")


class Ticketing(RestService):
    """People decide with the `ticketing-desk` client; no agent credential may."""

    name = "ticketing"

    def __init__(self, tokens: Tokens, world: World) -> None:
        super().__init__(tokens)
        self.tickets: dict[str, Record] = {ticket["id"]: ticket for ticket in world.past_tickets}
        self.comments: list[Record] = []
        self.notifications: list[Record] = []

    def routes(self) -> list[Route]:
        read, write = "ticketing.read", "ticketing.write"
        return [
            Route("GET", "/tickets", read, self.find_tickets),
            Route("POST", "/tickets", write, self.create_ticket),
            Route("GET", "/tickets/{ticket_id}", read, self.get_ticket),
            Route("POST", "/tickets/{ticket_id}/close", "ticketing.reverse", self.close_ticket),
            Route("PUT", "/tickets/{ticket_id}/decision", "ticketing.decide", self.decide),
            Route("GET", "/tickets/{ticket_id}/comments", read, self.list_comments),
            Route("POST", "/tickets/{ticket_id}/comments", write, self.add_comment),
            Route("GET", "/notifications", read, self.list_notifications),
        ]

    def find_tickets(self, request: Request) -> Response:
        names = [name for name in ("handoff_key", "queue", "status") if name in request.query]
        found = [t for t in list(self.tickets.values()) if all(t[name] == request.query[name] for name in names)]
        return by_cursor(request, found)

    def create_ticket(self, request: Request) -> Response:
        body = fields(
            request,
            {"subject": text, "body": long_text},
            {
                "queue": text,
                "handoff_key": text,
                "priority": one_of(*PRIORITIES),
                "account_id": text,
                "context": mapping,
            },
        )
        return self.once(request, lambda: self._create(request, body))

    def _create(self, request: Request, body: Record) -> Response:
        with self.lock:
            ticket = {
                "id": self.next_id("TK"),
                "queue": "general",
                "priority": "normal",
                "handoff_key": "",
                "account_id": "",
                "context": {},
                **body,
                "status": "open",
                "decision": None,
                "decided_by": None,
                "created_at": _now(),
                "created_by": request.client,
            }
            self.tickets[ticket["id"]] = ticket
            channel = "pager" if ticket["priority"] in ("high", "urgent") else "desktop"
            self.notifications.append(
                {
                    "id": self.next_id("NO"),
                    "ticket_id": ticket["id"],
                    "at": _now(),
                    "team": ticket["queue"],
                    "channel": channel,
                    "state": "delivered",
                }
            )
        return Response(201, ticket, {"Location": f"/tickets/{ticket['id']}", "ETag": entity_tag(ticket)})

    def get_ticket(self, request: Request) -> Response:
        ticket = self._ticket(request)
        return Response(200, ticket, {"ETag": entity_tag(ticket)})

    def close_ticket(self, request: Request) -> Response:
        with self.lock:
            ticket = {**self._ticket(request), "status": "closed"}
            self.tickets[ticket["id"]] = ticket
        return Response(200, ticket, {"ETag": entity_tag(ticket)})

    def decide(self, request: Request) -> Response:
        """The first decision stands; a second one is refused with 409."""
        with self.lock:
            ticket = self._ticket(request)
            check_precondition(request, ticket)
            body = fields(request, {"decision": one_of("approve", "decline"), "decided_by": text})
            if ticket["decision"] is not None:
                raise Problem(409, "already-decided", "This ticket has been decided", f"by {ticket['decided_by']}")
            ticket = self.tickets[ticket["id"]] = {**ticket, **body}
        return Response(200, ticket, {"ETag": entity_tag(ticket)})

    def list_comments(self, request: Request) -> Response:
        ticket = self._ticket(request)
        return by_cursor(request, [c for c in self.comments if c["ticket_id"] == ticket["id"]])

    def add_comment(self, request: Request) -> Response:
        ticket = self._ticket(request)
        body = fields(request, {"text": long_text}, {"reference": text})

        def make() -> Response:
            comment = {
                "id": self.next_id("CO"),
                "ticket_id": ticket["id"],
                "text": body["text"],
                "at": _now(),
                "reference": body.get("reference", ""),
                "by": request.client,
            }
            self.comments.append(comment)
            return Response(201, comment)

        return self.once(request, make)

    def list_notifications(self, request: Request) -> Response:
        wanted = request.query.get("ticket_id")
        return by_cursor(request, [n for n in self.notifications if wanted in (None, n["ticket_id"])])

    def _ticket(self, request: Request) -> Record:
        identity = request.parts["ticket_id"]
        if identity not in self.tickets:
            raise Problem(404, "unknown-ticket", "There is no such ticket", f"no ticket {identity[:40]}")
        return self.tickets[identity]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
