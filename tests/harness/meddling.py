"""What a company's proxy does in a system's place: its pages, its portal, its errors. Data for corporate_proxy.py.

The pages are ours, written in the shape that such products show: some name the product, most only the company.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.harness.faults import Answer, Unavailable


@dataclass(frozen=True)
class Instead(Unavailable):
    """The proxy answers itself; the system never sees the request."""

    name: str = ""
    answer: Answer = field(default_factory=lambda: Answer(403, [], b""))


@dataclass(frozen=True)
class OtherChain(Unavailable):
    """For CONNECT: the certificate comes from a CA that nobody named."""


def _page(status: int, title: str, words: str, *headers: tuple[str, str]) -> Answer:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p></body></html>"
    return Answer(status, [("Content-Type", "text/html; charset=utf-8"), *headers], body.encode())


ASKS_FOR_A_PASSWORD = _page(
    407, "Proxy Authentication Required", "Sign in to the proxy.", ("Proxy-Authenticate", 'Basic realm="Acme"')
)
SQUID = Instead(
    name="squid's page",
    answer=_page(
        403,
        "ERROR: The requested URL could not be retrieved",
        "Access Denied.",
        ("X-Squid-Error", "ERR_ACCESS_DENIED 0"),
    ),
)
PRODUCT = Instead(name="a product's page", answer=_page(403, "Blocked", "Zscaler: this category is not allowed."))
OWN_PAGE = Instead(
    name="the company's page", answer=_page(403, "Seite gesperrt", "Die IT-Richtlinie erlaubt diese Seite nicht.")
)
OWN_PAGE_200 = Instead(
    name="the company's page with 200", answer=_page(200, "Hinweis", "Diese Anwendung ist noch nicht freigegeben.")
)
PLAIN_NO = Instead(
    name="plain words", answer=Answer(403, [("Content-Type", "text/plain")], b"Denied by web access policy 4711\n")
)
EMPTY_NO = Instead(name="an empty 403", answer=Answer(403, [], b""))
NO_METHOD = Instead(name="method not allowed", answer=_page(405, "Method Not Allowed", "This method is filtered."))
BAD_GATEWAY = Instead(name="502", answer=_page(502, "Bad Gateway", "The gateway could not reach the server."))
GATEWAY_SLOW = Instead(name="504", answer=Answer(504, [("Content-Type", "text/plain")], b"Gateway Timeout"))
TOO_MANY = Instead(name="429", answer=_page(429, "Too many requests", "Your workstation is limited."))
PORTAL = Instead(
    name="the portal",
    answer=Answer(302, [("Location", "https://portal.acme.example/login?from=proxy"), ("Content-Length", "0")], b""),
)
SIGN_IN_PAGE = Instead(
    name="the portal's form",
    answer=_page(200, "Sign in to the Acme network", '<form><input type="password" name="p"></form>'),
)
PASSWORD_LATER = Instead(name="407", answer=ASKS_FOR_A_PASSWORD)

EVERY = (
    SQUID, PRODUCT, OWN_PAGE, OWN_PAGE_200, PLAIN_NO, EMPTY_NO, NO_METHOD, BAD_GATEWAY, GATEWAY_SLOW, TOO_MANY, PORTAL,
    SIGN_IN_PAGE, PASSWORD_LATER,
)  # fmt: skip


def no_such_host(host: str) -> Answer:
    """What a proxy says that cannot resolve or reach a name."""
    return _page(503, "The host cannot be reached", f"{host} was not found.")
