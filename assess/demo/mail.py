"""mail: a sink that keeps what would have been sent. The address is looked up by account; callers need not know it."""

from __future__ import annotations

from datetime import UTC, datetime

from assess.demo.documents import by_cursor, fields, long_text, text
from assess.demo.rest_service import Problem, Record, Request, Response, RestService, Route
from assess.demo.tokens import Tokens
from assess.demo.world import World


class Mail(RestService):
    """Messages go to the customer of `account_id`, or to a team mailbox named in `to`."""

    name = "mail"

    def __init__(self, tokens: Tokens, world: World) -> None:
        super().__init__(tokens)
        self.addresses = {customer["account_id"]: str(customer["email"]) for customer in world.customers}
        self.messages: dict[str, Record] = {message["id"]: message for message in world.past_messages}

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/messages", "mail.read", self.find_messages),
            Route("POST", "/messages", "mail.write", self.send_message),
            Route("GET", "/messages/{message_id}", "mail.read", self.get_message),
            Route("DELETE", "/messages/{message_id}", "mail.reverse", self.recall_message),
        ]

    def send_message(self, request: Request) -> Response:
        body = fields(
            request, {"subject": text, "text": long_text}, {"account_id": text, "to": text, "reference": text}
        )
        address = body.get("to") or self.addresses.get(body.get("account_id", ""), "")
        if not address:
            raise Problem(422, "no-recipient", "The message has no recipient", "name a known account_id or to")
        return self.once(request, lambda: self._keep(request, body, address))

    def _keep(self, request: Request, body: Record, address: str) -> Response:
        with self.lock:
            message = {
                "id": self.next_id("MS"),
                "account_id": body.get("account_id", ""),
                "to": _masked(address),
                "subject": body["subject"],
                "text": body["text"],
                "status": "sent",
                "reference": body.get("reference") or request.headers.get("idempotency-key", ""),
                "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            self.messages[message["id"]] = message
        return Response(201, message, {"Location": f"/messages/{message['id']}"})

    def find_messages(self, request: Request) -> Response:
        names = [name for name in ("reference", "account_id") if name in request.query]
        found = [m for m in list(self.messages.values()) if all(m[name] == request.query[name] for name in names)]
        return by_cursor(request, found)

    def get_message(self, request: Request) -> Response:
        return Response(200, self._message(request))

    def recall_message(self, request: Request) -> Response:
        """The sink can take a message back; a real mail system cannot, and its description would say so."""
        with self.lock:
            del self.messages[self._message(request)["id"]]
        return Response(204)

    def _message(self, request: Request) -> Record:
        identity = request.parts["message_id"]
        if identity not in self.messages:
            raise Problem(404, "unknown-message", "There is no such message", f"no message {identity[:40]}")
        return self.messages[identity]


def _masked(address: str) -> str:
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
