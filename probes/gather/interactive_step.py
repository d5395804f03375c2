"""Which step for a person a refused sign-in asks for: a CAPTCHA, a second factor, consent, a login form.

Error codes: OpenID Connect Core 1.0, 3.1.2.6 (`interaction_required`, `login_required`, `consent_required`); `mfa_required`
is Auth0's (https://auth0.com/docs/secure/multi-factor-authentication). Widgets: reCAPTCHA, hCaptcha, Turnstile.
"""

from __future__ import annotations

import re

from runtime.systems.exchange import Exchange, Seen

_STEPS = (
    ("a CAPTCHA", re.compile(r"captcha|cf-turnstile|turnstile\.js|funcaptcha|arkoselabs", re.IGNORECASE)),
    (
        "a second factor",
        re.compile(
            r"\bmfa\b|mfa_required|multi-?factor|two-?factor|\b2fa\b|\botp\b|one-time (code|password)|verification code"
            r"|authenticator app|zwei-?faktor|einmalpasswort",
            re.IGNORECASE,
        ),
    ),
    ("consent by a person", re.compile(r"consent_required|interaction_required", re.IGNORECASE)),
    ("a person's login", re.compile(r"login_required", re.IGNORECASE)),
)


def step_in(text: str) -> str:
    """The step that a text asks for; empty where it asks for none."""
    return next((step for step, words in _STEPS if words.search(text)), "")


def step_of(answer: Exchange) -> str:
    """The step that an answer asks for; a login page is one, whatever its words."""
    named = step_in(str(answer.body or "")) or step_in(" ".join(answer.headers.values()))
    return named or ("a login form" if answer.seen is Seen.LOGIN_PAGE else "")
