"""Can a machine sign in as itself, without a person?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.sign_in import MachineAuth as SignIn
from probes.gather.token_end import TokenEnd
from probes.probe import BY_ROLE, Effort, Probe

SHORTEST_S = 60


class MachineAuth(Probe):
    """The agent signs in as itself, without a person, and stays signed in by renewing its own token.

    Why: a borrowed login or a code on somebody's phone ends the agent's work at night, and its actions stand in the log
    under a person's name.
    How: one read with the agent's credential, the lifetime of its token, a renewal, and the same read without any
    credential, which must be refused. A token that lives a minute at most (`wait_for_end_s`) is waited out; instead of one
    that lives longer, a spoilt one is sent. Both must be answered with 401, so that a client knows that it has to renew, and
    a call that meets the end must come through after one renewal. Where a refusal asks for a step that only a person can
    take, a CAPTCHA or a second factor, it is named.
    Remedy: create a service account for the agent. Give it OAuth2 client credentials or a key of its own. Take away any
    interactive step for it. Refuse requests without a credential, and those with an ended token with 401.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "M", Effort((1, 3, 10), "identity team", wait_days=5)
    needs = (SignIn,)
    essential = True

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: SignIn = artifacts[0]
        name, shown = seen.subject.unit, _evidence(seen)
        wrong = _wrong(seen)
        if wrong:
            cause, title = wrong
            return not_met(
                title.format(name=name),
                *shown,
                cause=cause,
                consequence=(
                    "The agent stops in the middle of a case until a person signs it in, or acts under "
                    "somebody else's name."
                ),
            )
        return met(f"A machine signs in to {name} by itself ({seen.scheme}{_life(seen)})", *shown)


def _life(seen: SignIn) -> str:
    if not seen.token_lifetime_s:
        return ""
    said = f", token for {seen.token_lifetime_s:.0f} s, renewed without a person"
    if seen.end is None:
        return said
    if seen.end.answered == "accepted":
        return f"{said}; it was still taken when that time was over"
    ends = {"waited": "its end was waited for", "spoilt": "its end declared, not waited for: a spoilt token stood in"}
    return f"{said}; {ends[seen.end.how]}" + ("; a call that met it came through" if seen.end.recovered else "")


def _wrong(seen: SignIn) -> tuple[str, str] | None:
    if not seen.signed_in and seen.step:
        return "interactive", f"{{name}} asks for {seen.step} before it lets the agent in"
    if not seen.signed_in:
        return "sign-in refused", "{name} refuses the agent's own credential"
    if seen.interactive:
        return "interactive", "{name} can only be reached through a person's session"
    if not seen.own_identity:
        return "shared credential", "The agent shares its credential for {name} with another holder"
    if seen.refused_without is False:
        return "open", "{name} answers the same read without any credential"
    if seen.renewed is False:
        return "no renewal", "{name} does not renew the agent's token without a person"
    if seen.end is not None and (wrong := _wrong_end(seen.end)):
        return wrong
    if seen.token_lifetime_s is not None and seen.token_lifetime_s < SHORTEST_S:
        return "token too short", "{name} gives tokens that end within a minute"
    return None


def _wrong_end(end: TokenEnd) -> tuple[str, str] | None:
    token = "an ended token" if end.how == "waited" else "a spoilt token"
    if end.answered == "accepted" and end.how == "spoilt":
        return "token not checked", f"{{name}} answers {token} as if it held"
    if end.answered in ("login page", "forbidden"):
        with_what = "a login page" if end.answered == "login page" else "403"
        return "end not told", f"{{name}} answers {token} with {with_what}, which tells no client to renew it"
    if end.recovered is False:
        return (
            "end not survived",
            "A call to {name} that meets the end of its token is lost, although it was renewed",
        )
    return None


def _evidence(seen: SignIn) -> tuple[Evidence, ...]:
    said = [evidence_of(seen.shot, f"as {seen.holder}: {seen.says}")] if seen.shot else [Evidence(says=seen.says)]
    if seen.shot_without:
        said.append(evidence_of(seen.shot_without, "the same read without a credential"))
    if seen.end and seen.end.shot:
        said.append(evidence_of(seen.end.shot, "the same read with a token that no longer holds"))
    return tuple(said)
