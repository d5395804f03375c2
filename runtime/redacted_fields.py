"""Which field names hold personal data or secrets, in English and German, whatever their spelling (camelCase,
kebab-case).
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES: dict[str, str] = {
    "name": "name first_name last_name given_name family_name full_name middle_name surname firstname lastname "
    "customer_name contact_name account_holder card_holder cardholder holder_name vorname nachname familienname maiden_name",
    "e-mail": "email e_mail mail_address email_address customer_email contact_email mail to_address from_address",
    "phone": "phone phone_number mobile mobile_number telephone tel fax msisdn telefon telefonnummer mobilnummer rufnummer cell",
    "birth-date": "date_of_birth birth_date birthdate dob birthday geburtsdatum geburtstag",
    "address": "street street_address address_line address_line1 address_line2 address1 address2 strasse straße hausnummer",
    "card": "card_number cardnumber pan credit_card credit_card_number kartennummer",
    "iban": "iban account_iban bank_account kontonummer",
    "national-id": "ssn social_security_number national_id passport_number tax_id personalausweisnummer",
    "ip": "ip ip_address client_ip remote_addr",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_SECRETS = re.compile(
    r"(^|_)(password|passwd|pwd|passwort|secret|token|api_?key|apikey|authorization|cookie|private_key|credential"
    r"|credentials|cvv|cvc|cvv2|otp|pin|session_id|sessionid|signature|client_assertion|assertion)$"
)
_NO_SECRET = re.compile(
    r"(page|next|previous|continuation|sync|cursor|delta|skip)_?token$|^(token_type|x_csrf_token_required)$"
)


@lru_cache(maxsize=4096)
def kind_of_field(name: str) -> str:
    """`secret`, `name`, `e-mail`, `phone`, `birth-date`, `address`, `card`, `iban`, …; empty for an ordinary field."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(" ", "_").lower().strip("_")
    if _SECRETS.search(plain) and not _NO_SECRET.search(plain):
        return "secret"
    return _KINDS.get(plain, "")
