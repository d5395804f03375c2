"""Why a request got no whole answer: whose fault it was (the path's or the system's), in one sentence."""

from __future__ import annotations

from typing import Any

from requests import exceptions as broken
from urllib3.exceptions import NameResolutionError, NewConnectionError, ReadTimeoutError

from runtime.systems.classify import Broken


def said(error: Exception) -> tuple[Broken, str]:
    """Kind and sentence of a failure; addresses only, no values."""
    cause = _root(error)
    if isinstance(error, broken.ProxyError):
        return "path", f"the proxy did not let it through ({cause})"
    if isinstance(error, broken.SSLError):
        if "certificate verify failed" in cause.lower().replace("_", " "):
            return "path", f"the certificate was not accepted ({cause})"
        return "path", f"TLS was not agreed ({cause}); perhaps a client certificate is asked for"
    if isinstance(error, broken.ConnectTimeout):
        return "path", "no connection within the time-out"
    if isinstance(error, broken.ReadTimeout | ReadTimeoutError):
        return "fault", "no answer within the time-out"
    if isinstance(error, broken.ConnectionError) and _never_connected(error):
        return "path", f"no connection ({cause})"
    return "fault", f"the answer broke off ({cause})"


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    return isinstance(reason, NewConnectionError | NameResolutionError)


def _root(error: Exception) -> str:
    inner: Any = error
    while getattr(inner, "args", None) and isinstance(inner.args[-1], Exception):
        inner = inner.args[-1]
    reason = getattr(inner, "reason", None) or inner
    text = str(reason) or type(reason).__name__
    return text.split(": ", 1)[-1][:200] if "object at 0x" in text else text[:200]
