"""Who answered: the system itself, or something between us and it, a proxy or whoever breaks TLS open?

A company's gateway shows its own page in the system's place, with any status and mostly without a product's name. So on
a way that leads through one, an answer that carries no data counts as the system's only if it looks like the answers
with data that the system gave before: same server, same headers of its own. In doubt it was the path.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from urllib.parse import urljoin

from runtime.systems.origins import origin

Origin = tuple[str, str, int | None]

# Names in the certificates of products that break TLS open, from their vendors' documentation; not tried here.
_BREAKS_TLS = re.compile(
    r"zscaler|netskope|blue ?coat|symantec web|forcepoint|websense|fortinet|fortigate|palo alto|umbrella|sophos|mitmproxy"
    r"|kaspersky|avast|bitdefender|eset ssl|mcafee web|skyhigh|iboss|check ?point|cato networks|barracuda|watchguard|smoothwall",
    re.IGNORECASE,
)
# Headers that gateways set as well as systems do.
_ANYBODYS = {
    "x-frame-options",
    "x-content-type-options",
    "x-xss-protection",
    "x-cache",
    "x-cache-lookup",
    "x-ua-compatible",
}


class Voices:
    """How each address sounds when it answers with data; shared by all connections of a run."""

    def __init__(self) -> None:
        self._heard: dict[Origin, set[str]] = {}
        self._lock = threading.Lock()

    def learn(self, url: str, headers: Mapping[str, str]) -> None:
        """An answer with data: what only its sender says belongs to the system's voice."""
        with self._lock:
            self._heard.setdefault(origin(url), set()).update(_marks(headers))

    def knows(self, url: str, headers: Mapping[str, str]) -> bool:
        """Whether these headers are in the voice of whoever answered with data at this address."""
        with self._lock:
            return bool(self._heard.get(origin(url), set()) & _marks(headers))


def from_between(
    url: str, status: int, headers: Mapping[str, str], body_start: str, *, wants_data: bool, voices: Voices
) -> bool:
    """True when an answer on a way through a gateway is not the system's own word.

    Args:
        body_start: the first few thousand characters of the body.
        wants_data: the operation promises data, so that a page with 200 is no answer either.
    """
    held = {name.lower(): value for name, value in headers.items()}
    if is_data(held.get("content-type", ""), body_start) or status in (204, 304):
        return False
    if status == 401 and "www-authenticate" in held:  # a proxy asks with 407 (RFC 9110, 15.5.8)
        return False
    if status < 300 and not wants_data:
        return False
    if 300 <= status < 400 and origin(urljoin(url, held.get("location", url))) == origin(url):
        return False
    return not voices.knows(url, headers)


def is_data(content_type: str, body_start: str) -> bool:
    """JSON or XML, by its type and by its first character."""
    kind, first = content_type.split(";", maxsplit=1)[0].strip().lower(), body_start.lstrip("\ufeff \t\r\n")[:1]
    if "html" in kind:
        return False
    if kind.endswith(("/json", "+json")) or not kind:
        return first in tuple('{["') or body_start.strip()[:5].isalnum()
    return kind.endswith(("/xml", "+xml")) and first == "<"


def breaks_tls_open(issuer: str) -> str:
    """The product whose CA signed a server's certificate, by the issuer's name; empty when none is known."""
    found = _BREAKS_TLS.search(issuer)
    return found.group() if found else ""


def _marks(headers: Mapping[str, str]) -> set[str]:
    held = {name.lower(): value for name, value in headers.items()}
    marks = {f"{name}={held[name]}" for name in ("server", "x-powered-by") if held.get(name)}
    return marks | {name for name in held if name.startswith("x-") and name not in _ANYBODYS and name != "x-powered-by"}
