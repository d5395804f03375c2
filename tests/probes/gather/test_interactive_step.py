"""What a person would have to do is named from the words of a refusal."""

from __future__ import annotations

import pytest

from probes.gather.interactive_step import step_in


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ('{"error": "mfa_required", "mfa_token": "x"}', "a second factor"),
        ('{"error": "invalid_grant", "error_description": "Enter the verification code we sent"}', "a second factor"),
        ('<script src="https://www.google.com/recaptcha/api.js"></script>', "a CAPTCHA"),
        ('<div class="cf-turnstile" data-sitekey="x">', "a CAPTCHA"),
        ('{"error": "interaction_required"}', "consent by a person"),
        ('{"error": "login_required"}', "a person's login"),
        ('{"error": "invalid_client", "error_description": "the secret is wrong"}', ""),
        ("the account is hooked up to a lottery", ""),
        ("", ""),
    ],
)
def test_the_step_is_named_and_nothing_is_read_into_other_words(text: str, step: str) -> None:
    assert step_in(text) == step
