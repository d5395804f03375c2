"""Drafts `effects/<system>.yaml` from a surface: guesses that a person confirms;
until then everything in it is denied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from runtime.redacted_fields import kind_of_field
from runtime.systems.surface import Operation, Surface
from runtime.systems.vendors import carries_key, vendor_of, vendors
from runtime.systems.verbs import guess_does

_MONEY = re.compile(r"(^|_)(amount|total|sum|price|fee|value|betrag|credit_amount|refund_amount)(_(minor|cents|due))?$")
_MINOR = re.compile(r"(cents|minor|pence)")
_PAYS_OUT = re.compile(
    r"(?i)refund|credit|payout|transfer|reimburs|goodwill|voucher|discount|gutschrift|erstatt|waive|compensat"
)
_PAID = re.compile(
    r"^(payment|charge|capture|transaction|order|invoice|psp_?reference|sale|authorization)(_psp)?(_?(id|number|no|ref|reference))?$"
)
_CUSTOMER = re.compile(r"^(account|customer|contact|user|client|subscriber|member|kunde)(_?(id|number|no|ref))?$")
_UNDO = re.compile(r"(?i)(void|reverse|cancel|delete|remove|undo|withdraw)")
_FORMAT = re.compile(r"\.(json|xml)$")
_BAD_KEY = re.compile(r"[^A-Za-z0-9_.-]")


def draft_effects(surface: Surface) -> str:
    """Commented YAML text, to be written as `effects/<system>.yaml`. Each guess that moves money says `# check`."""
    lines = [
        f"# What each operation of {surface.system} does, drafted from its description ({surface.format}).",
        "# Go through it line by line, correct it, then take the # from `confirmed` and sign: what is not confirmed is denied.",
        "# does: read | create | update | delete.   money_out: what leaves the company when it succeeds.",
        "format: 1",
        f'# confirmed: {{by: who, on: "YYYY-MM-DD", surface: "{surface.digest}"}}',
        "operations:" if surface.operations else "operations: {}",
    ]
    for operation in surface.operations.values():
        lines += _lines(operation, surface)
    return "\n".join(lines) + "\n"


def _lines(operation: Operation, surface: Surface) -> list[str]:
    does = "read" if operation.reads else guess_does(operation.id if " " not in operation.id else "", operation.method)
    if surface.format == "graphql" and not operation.reads and does == "read":
        does = "create"  # a mutation is a write, whatever its name says
    effect: dict[str, Any] = {"does": does}
    checks: list[str] = []
    fields = _fields(operation)
    if does == "read":
        personal = sorted(name for name in _answer_fields(operation) if kind_of_field(name) not in ("", "secret"))
        effect |= {"returns": personal} if personal else {}
    else:
        _money(operation, fields, effect, checks)
        customer = next((name for name in fields if _CUSTOMER.match(_snake(name))), None)
        effect |= {"customer": {"field": customer}} if customer else {}
        _repeat(operation, surface, effect, checks)
        reader = _one(operation, surface, "GET")
        effect |= {"read_back": reader} if reader else {}
    title = operation.summary.replace("\n", " ").strip()
    comment = f"  # {title[:100]}" if title else ""
    check = f"  # check: {'; '.join(checks)}" if checks else ""
    return [
        *([f"  # {operation.method} {operation.path}{comment.replace('  #', ' –', 1)}"]),
        f"  {_key(operation.id)}: {_flow(effect)}{check}",
    ]


def _money(operation: Operation, fields: list[str], effect: dict[str, Any], checks: list[str]) -> None:
    """What would leave the company: a field, before − after, or the full value of what is named. Guesses, each marked."""
    pays_out = bool(_PAYS_OUT.search(f"{operation.id} {operation.path} {operation.summary}"))
    field = next((name for name in fields if _MONEY.search(_snake(name))), None)
    undoes = _UNDO.match(operation.id) is not None
    whole = next((name for name in fields if _PAID.match(_snake(name))), None)
    currency = next((name for name in fields if _snake(name) in ("currency", "currency_code", "waehrung")), None)
    unit = "minor" if field and _MINOR.search(_snake(field)) else "major"
    field, currency, unit = _inside(operation, field, currency, unit)
    if undoes and (pays_out or whole is None):
        return  # voidRefund takes money back
    if undoes:
        effect |= {"money_out": {"full_value_of": whole}, "customer": {"through": whole}}
        checks.append(f"does it pay back what was paid for {whole}?")
    elif field and pays_out:
        money: dict[str, Any] = {"field": field, "unit": unit}
        effect["money_out"] = money | ({"currency": {"field": currency}} if currency else {})
        checks.append("is this what leaves the company, and in this unit?")
        if whole and not _is_required(operation, field.partition(".")[0]):
            effect |= {"when_absent": "full", "customer": {"through": whole}}
            checks.append(f"{field} is optional: is an empty body the full value of {whole}?")
    elif pays_out and whole:
        effect |= {"money_out": {"full_value_of": whole}, "customer": {"through": whole}}
        checks.append(f"no field says how much: is it the full value of {whole}?")
    elif pays_out:
        checks.append("it seems to pay out, but no field says how much")
    elif field and effect["does"] == "update":
        effect["money_out"] = {"before": field, "after": field, "unit": unit}
        checks.append(f"lowering {field} pays out as a refund does: is it what the customer owes?")
    elif field:
        checks.append(f"does {field} leave the company?")


def _inside(
    operation: Operation, field: str | None, currency: str | None, unit: str
) -> tuple[str | None, str | None, str]:
    """An amount that is an object, like `{value, currency}`: the names inside it; minor units where its text says so."""
    schema = (operation.body_schema.get("properties") or {}).get(field) if field else None
    inner = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(inner, Mapping):
        return field, currency, unit
    value = next((name for name in inner if _snake(name) in ("value", "amount", "minor_units")), None)
    code = next((name for name in inner if _snake(name) in ("currency", "currency_code")), None)
    said = " ".join(str(one.get("description", "")) for one in (schema, inner.get(value)) if isinstance(one, Mapping))
    if value is None:
        return field, currency, unit
    unit = "minor" if re.search(r"(?i)minor.unit|smallest", said) else unit
    return f"{field}.{value}", f"{field}.{code}" if code else currency, unit


def _is_required(operation: Operation, field: str) -> bool:
    """Whether a call without the field is refused by the description."""
    declared = next((p for p in operation.parameters if p.name == field), None)
    if declared is not None:
        return declared.required
    return operation.body_required and field in (operation.body_schema.get("required") or [])


def _repeat(operation: Operation, surface: Surface, effect: dict[str, Any], checks: list[str]) -> None:
    key = next((p.name for p in operation.parameters if p.where == "header" and carries_key(p.name)), None)
    vendor = vendors().get(vendor_of(surface) or "")
    if key is None and vendor and vendor.repeat_key and operation.method == "POST":
        key = vendor.repeat_key
        checks.append(f"{vendor.name} documents {key}: is it taken here?")
    if key:
        effect["repeat"] = {"key": key}
    if effect["does"] == "create":
        undo = _undo_of(operation, surface)
        if undo:
            effect["undo"] = undo
            checks.append(f"does {undo} take it back?")


def _undo_of(operation: Operation, surface: Surface) -> str | None:
    """An operation like voidRefund for createRefund, or DELETE on the record below the same path."""
    thing = re.sub(r"(?i)^(create|add|new|post|send|submit|open|issue|register|make)_?", "", operation.id)
    if deleted := _one(operation, surface, "DELETE"):
        return deleted
    for other in surface.operations.values():
        if (
            thing
            and " " not in thing
            and other.id != operation.id
            and _UNDO.match(other.id)
            and other.id.lower().endswith(thing.lower())
        ):
            return other.id
    return None


def _one(operation: Operation, surface: Surface, method: str) -> str | None:
    """The operation with this method on the record itself: at the same path where that names one, else just below it."""
    collection = _FORMAT.sub("", operation.path.rstrip("/"))
    below = re.escape(collection) + r"(/\{[^/{}]+\}|\(\{[^/{}]+\}\))"
    for other in surface.operations.values():
        path = _FORMAT.sub("", other.path.rstrip("/"))
        here = path == collection if operation.one_by_path else re.fullmatch(below, path)
        if other.method == method and here and other.id != operation.id:
            return other.id
    return None


def _fields(operation: Operation) -> list[str]:
    body = operation.body_schema.get("properties", {})
    names = [p.name for p in operation.parameters if p.where in ("path", "query", "body")]
    return list(dict.fromkeys([*names, *(body if isinstance(body, Mapping) else ())]))


def _answer_fields(operation: Operation) -> set[str]:
    """Names in the good answers, two levels deep, lists looked through."""
    found: set[str] = set()
    for status, schema in operation.answers.items():
        if status.startswith("2"):
            found |= _names(schema, 3)
    return found


def _names(schema: Any, depth: int) -> set[str]:
    if not isinstance(schema, Mapping) or depth == 0:
        return set()
    properties = schema.get("properties")
    found = set(properties) if isinstance(properties, Mapping) else set()
    inner = [
        *(properties.values() if isinstance(properties, Mapping) else ()),
        schema.get("items"),
        *(schema.get("allOf") or []),
    ]
    return found.union(*(_names(one, depth - 1) for one in inner)) if inner else found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def _key(id: str) -> str:
    return (
        json.dumps(id, ensure_ascii=False)
        if _BAD_KEY.search(id)
        or id[:1] in "-."
        or id.lower() in ("yes", "no", "on", "off", "true", "false", "null")
        or id.isdigit()
        else id
    )


def _flow(value: Any) -> str:
    """YAML flow style that a person can edit; names are quoted only where they must be."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _key(value) if isinstance(value, str) else json.dumps(value)
