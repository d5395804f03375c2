"""Where handoffs are delivered: one file for each kind of destination, all behind one small interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime.errors import BadInput
from runtime.escalation import routes
from runtime.escalation.destinations.destination import Destination
from runtime.escalation.destinations.way import Way
from runtime.systems.exchange import System

Reach = Callable[[str], System]
"""Name of a system → the system as one holder sees it."""


def open_destination(
    name: str, settings: routes.Destination, *, writer: Reach, cleaner: Reach, folder: Path, way: Way | None = None
) -> Destination:
    """The destination that `escalation.yaml` names.

    Args:
        writer: credential that delivers.
        cleaner: credential that reads back and closes.
        folder: where a local queue keeps its file.
        way: network and secrets for webhooks and mail servers, which are no systems of the engagement.

    Raises:
        BadInput: a kind that needs a system names none, or an unknown connector.
    """
    if settings.kind == "queue":
        from runtime.escalation.destinations.local_queue import LocalQueue

        return LocalQueue(name, folder / "local_queue.sqlite")
    if settings.kind == "webhook":
        from runtime.escalation.destinations.webhook import Webhook

        return Webhook(name, settings, way or Way(folder=folder))
    if settings.kind == "smtp":
        from runtime.escalation.destinations.smtp import Smtp

        return Smtp(name, settings, way or Way(folder=folder))
    if not settings.system:
        raise BadInput(
            f"the destination of kind {settings.kind} names no system",
            f"escalation.yaml: destinations.{name}",
            "add `system: <name>` of engagement.yaml",
        )
    return _connected(name, settings, writer(settings.system), cleaner(settings.system))


def _connected(name: str, settings: routes.Destination, writer: System, cleaner: System) -> Destination:
    from runtime.escalation.destinations.generic_rest import RestDestination
    from runtime.escalation.destinations.mail import MailDestination
    from runtime.escalation.destinations.request_tracker import RequestTracker

    if settings.kind == "mail":
        return MailDestination(name, settings, writer, cleaner)
    if settings.connector in (None, "generic_rest"):
        return RestDestination(name, settings, writer, cleaner)
    if settings.connector == "request_tracker":
        return RequestTracker(name, settings, writer, cleaner)
    raise BadInput(
        f"no connector is called {settings.connector!r}",
        f"escalation.yaml: destinations.{name}.connector",
        "use generic_rest or request_tracker",
    )
