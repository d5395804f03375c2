"""django-helpdesk on a loopback port, in a folder of its own: `VENV/bin/python helpdesk_server.py DIR PORT`.

Prints one JSON line with the address and the tokens once it listens, and serves until it is ended. Mail goes into a file.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
    "django.contrib.messages", "django.contrib.humanize", "django.contrib.admin", "bootstrap4form", "rest_framework",
    "rest_framework.authtoken", "helpdesk",
]  # fmt: skip
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]  # fmt: skip
TICKETS = 14  # more than a page of each size that a walk asks for


def serve(folder: Path, port: int) -> None:
    """Makes the database below `folder` and serves."""
    configure(folder)
    call_command("migrate", verbosity=0, interactive=False)
    tokens = content()
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", port, get_wsgi_application(), Threaded, Quiet) as server:
        told = {"HELPDESK_URL": f"http://127.0.0.1:{server.server_port}", **tokens}
        print(json.dumps(told), flush=True)
        server.serve_forever()


def configure(folder: Path) -> None:
    """Django's settings: SQLite, token authentication, mail into a file."""
    (folder / "mail").mkdir(parents=True, exist_ok=True)
    addresses = ModuleType("helpdesk_addresses")
    settings.configure(
        SECRET_KEY=secrets.token_hex(16), ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=addresses.__name__, SITE_ID=1,
        INSTALLED_APPS=APPS, MIDDLEWARE=MIDDLEWARE, USE_TZ=True, TIME_ZONE="UTC", STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_ACTIVATE_API_ENDPOINT=True, HELPDESK_KB_ENABLED=False, MEDIA_ROOT=str(folder / "media"),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "desk.sqlite"),
                               "OPTIONS": {"timeout": 20}}},
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=str(folder / "mail"),
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]},
    )  # fmt: skip
    django.setup()
    addresses.urlpatterns = [path("", include("helpdesk.urls"))]  # type: ignore[attr-defined]
    sys.modules[addresses.__name__] = addresses


def content() -> dict[str, str]:
    """Staff, a customer without rights, a queue and tickets; returns each user's Authorization header by variable."""
    from django.contrib.auth.models import User
    from helpdesk.models import Queue, Ticket
    from rest_framework.authtoken.models import Token

    queue = Queue.objects.create(title="Service desk", slug="desk", allow_public_submission=True)
    for number in range(1, TICKETS + 1):
        Ticket.objects.create(
            queue=queue, title=f"[cxready test] request {number}", description="made for trials",
            submitter_email="cxready.trial@customer.example",
        )  # fmt: skip
    found = {}
    for name in ("audit", "agent"):
        user = User.objects.create_user(f"cx-{name}", f"cx-{name}@desk.example", is_staff=True, is_superuser=True)
        found[f"HELPDESK_{name.upper()}"] = f"Token {Token.objects.create(user=user).key}"
    return found


class Threaded(ThreadingMixIn, WSGIServer):
    """A thread a request, as an application server has."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """No line a request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
