"""Mail through the estate's own mail system: our key is the message's reference; people without a ticket system are
reached this way.
"""

from __future__ import annotations

from runtime.escalation import routes
from runtime.escalation.destinations.destination import Message
from runtime.escalation.destinations.generic_rest import RestDestination
from runtime.systems.exchange import System


class MailDestination(RestDestination):
    """`to` is the team's mailbox; the key field defaults to `reference`, as mail interfaces call it."""

    def __init__(self, name: str, settings: routes.Destination, writer: System, cleaner: System | None = None) -> None:
        if settings.key_field == "handoff_key":
            settings = settings.model_copy(update={"key_field": "reference"})
        super().__init__(name, settings, writer, cleaner)

    def arguments(self, message: Message) -> dict[str, object]:
        """A mailbox has no queue and no priority."""
        return super().arguments(Message(message.key, message.subject, message.text, test=message.test))
