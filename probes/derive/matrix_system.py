"""What was seen of a system as a whole: sign-in, limits, throttling, end of life, speed. Events nobody can wait for."""

from __future__ import annotations

from probes.artifact import Missing
from probes.derive.matrix_cells import Artifacts, Look, Seen, Unseen, looked_up, source, unseen
from probes.derive.stated_limit import StatedLimit, stated_limit
from probes.gather.limits import SAMPLES, Latency, Limits
from probes.gather.promises import Promise
from probes.gather.sign_in import MachineAuth

TOKENS = ("oauth2", "openIdConnect", "bearer")
"""Schemes that all show as a bearer token on the wire (RFC 6750)."""

WINDOWS = (1, 10, 60, 300, 3_600, 86_400)
"""Seconds that limits are stated for."""


def auth(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    """How the agent signed in, and that nobody gets in without."""
    found = looked_up(artifacts, MachineAuth, system)
    if isinstance(found, Missing):
        return unseen(found)
    if not found.signed_in:
        return Unseen(f"the credential ({found.scheme}) was refused: {found.says}")
    refused = "" if found.refused_without is None else "; refused without a credential"
    if found.refused_without is False:
        return Seen(False, "answers without any credential", source(found, found.shot_without))
    other = promise is not None and not _same_kind(found.scheme, promise.values)
    return Seen(True, f"{found.scheme} lets the agent in{refused}", source(found, found.shot), beyond=other)


def limits(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    """Limit headers of every answer; where document and headers both name a figure, the two are compared."""
    found = looked_up(artifacts, Limits, system)
    if isinstance(found, Missing):
        return unseen(found)
    if not found.limit_headers:
        if promise is not None and not promise.values:
            return Unseen(f"{found.answers} answers name no limit, and none is exhausted on purpose")
        return Seen(False, f"{found.answers} answers without a limit header", source(found))
    headers = ", ".join(f"{name}: {value}" for name, value in list(found.limit_headers.items())[:2])
    written = stated_limit({}, promise.says) if promise else None
    measured = stated_limit(found.limit_headers, "")
    if written and measured and measured.seconds == written.seconds and measured.count != written.count:
        return Seen(False, f"other figures for the same window: {headers}", source(found))
    other = written is not None and measured is not None and not _one_figure(written, measured)
    return Seen(True, headers, source(found), beyond=other)


def _one_figure(written: StatedLimit, measured: StatedLimit) -> bool:
    """Whether a header may state what the sentence says; one without its window may be for a second up to a day."""
    if measured.seconds is not None:
        return measured.per_minute() == written.per_minute()
    return any(measured.count * 60 == (written.per_minute() or 0) * seconds for seconds in WINDOWS)


def throttling(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    """A 429 that was met by chance; none is provoked."""
    found = looked_up(artifacts, Limits, system)
    if isinstance(found, Missing):
        return unseen(found)
    if not found.throttled:
        return Unseen(f"no 429 in {found.answers} answers; none is provoked")
    waits = found.throttled_with_retry_after == len(found.throttled)
    says = f"429 {'with' if waits else 'without'} Retry-After"
    promised = promise is None or "retry-after" in promise.values
    return Seen(waits or not promised, says, source(found, found.throttled[0]), beyond=waits and not promised)


def deprecation(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    """Deprecation and Sunset headers; a marked operation need not send them, so their absence speaks against nothing."""
    found = looked_up(artifacts, Limits, system)
    if isinstance(found, Missing):
        return unseen(found)
    if not found.end_of_life:
        says = f"no Deprecation or Sunset header in {found.answers} answers"
        return Unseen(says) if promise else Seen(False, says, source(found))
    name, headers = next(iter(found.end_of_life.items()))
    told = f"{name}: {', '.join(f'{header} {value}' for header, value in headers.items())}"
    unknown = promise is not None and bool(set(found.end_of_life) - set(promise.values))
    return Seen(True, told, source(found), beyond=unknown)


def latency(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    """The 95th percentile of reads; behind a proxy nobody can tell whose time it is."""
    found = looked_up(artifacts, Latency, system)
    if isinstance(found, Missing):
        return unseen(found)
    if found.p95 is None:
        return Unseen(f"{found.samples} reads timed, {SAMPLES} carry a p95")
    bound = float(promise.values[0]) if promise else None
    if bound is not None and found.p95 > bound and found.through:
        return Unseen(f"p95 {found.p95:.0f} ms, but through {found.through}")
    says = f"p95 {found.p95:.0f} ms of {found.samples} reads"
    return Seen(bound is None or found.p95 <= bound, says, source(found))


def events(artifacts: Artifacts, system: str, promise: Promise | None) -> Look:
    return Unseen("no event is waited for in a collection")


def _same_kind(scheme: str, declared: tuple[str, ...]) -> bool:
    """Whether the engagement's scheme is one of the document's."""
    kinds = {"bearer": TOKENS, "session": ("api_key", "cookie")}.get(scheme)
    if kinds is None:
        kinds = TOKENS if "jwt" in scheme or scheme.startswith("oauth") else (scheme,)
    return any(kind in declared for kind in kinds)
