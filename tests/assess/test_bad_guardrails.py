"""Guardrails that cannot be meant: each is an error with file and line, never a permissive default."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assess.engagement import load_folder
from runtime.errors import BadInput
from runtime.guardrails.lint import suggestions

RETAIL = Path(__file__).parents[1] / "policies" / "retail"
Edit = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RETAIL, tmp_path / "shop"))


def spoil(folder: Path, edit: Edit, name: str = "guardrails.yaml") -> Path:
    path = folder / name
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before, "the edit changed nothing"
    path.write_text(after, encoding="utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


ADDRESS = "operations: [shop.modify_pending_order_address"
TWICE = "  hand_over: {operations: [shop.cancel_pending_order]}\n  cancel_order:\n"
ABOVE = 'each: "3000.00", customer_per_30_days: "2000.00"'
LIMITS = 'limits: {each: "1000.00", customer_per_30_days: "2000.00", all_per_day: "100000.00"}'
CASES: list[tuple[str, Edit, str, str]] = [
    ("an unknown operation", replaced("[shop.cancel_pending_order]", "[shop.cancel_pending_ordr]"), "cancel_pending_ordr", "did you mean `shop.cancel_pending_order`"),
    ("an unknown system", replaced("[shop.cancel_pending_order]", "[shp.cancel_pending_order]"), "shp.", "did you mean `shop`"),
    ("no system at all", replaced("[shop.cancel_pending_order]", "[cancel_pending_order]"), "[cancel_pending_order]", "names no system"),
    ("two actions for one operation", replaced(ADDRESS, f"{ADDRESS}, shop.modify_user_address"), ADDRESS, "stands in two actions"),
    ("two limits for one action", replaced("  cancel_order:\n", TWICE), "hand_over: {operations: [shop.cancel", "the same key stands twice"),
    ("two limits of one kind", replaced(LIMITS, 'limits: {each: "1.00", each: "2.00"}'), 'each: "2.00"', "the same key stands twice"),
    ("a negative limit", replaced('each: "1000.00"', 'each: "-1.00"'), 'each: "-1.00"', "no amount"),
    ("a limit without quotes", replaced('each: "1000.00"', "each: 1000.00"), "each: 1000.00", "must be quoted"),
    ("more decimals than the currency has", replaced('each: "1000.00"', 'each: "1000.005"'), 'each: "1000.005"', "more decimals than USD"),
    ("a currency without decimals", replaced('all_per_day: "100000.00"}', 'all_per_day: "100000.50", currency: JPY}'), "currency: JPY", "more decimals than JPY"),
    ("gold, which has no minor unit", replaced('all_per_day: "100000.00"}', 'all_per_day: "100000.00", currency: XAU}'), "currency: XAU", "no minor unit"),
    ("an unknown currency", replaced('all_per_day: "100000.00"}', 'all_per_day: "100000.00", currency: EUX}'), "currency: EUX", "no ISO 4217"),
    ("a negative count", replaced(LIMITS, "limits: {count_per_day: -1}"), "count_per_day: -1", "greater than or equal to 0"),
    ("an autonomy that is none", replaced("autonomy: act", "autonomy: always"), "autonomy: always", "autonomy"),
    ("an unknown key", replaced("conditions: [own_order]", "condition: [own_order]"), "condition: [own_order]", "did you mean `conditions`"),
    ("a condition with two comparisons", replaced("is: pending,", "is: pending, in: [pending],"), "order_pending", "exactly one of"),
    ("a fact that refers to itself", replaced("any: [own_profile, ", "any: [own_profile_or_none, own_profile, "), "own_profile_or_none:", "refers to itself"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "words", "said"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_error_names_file_and_line(folder: Path, edit: Edit, words: str, said: str) -> None:
    path = spoil(folder, edit)
    expected = line_of(path, words.strip("\n"))
    with pytest.raises(BadInput) as raised:
        load_folder(folder)
    assert said in raised.value.what, raised.value.what
    place, _, line = raised.value.where.rpartition(":")
    assert Path(place) == path and abs(int(line) - expected) <= 1, (raised.value.where, expected)
    assert raised.value.do


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "[]", "just words"])
def test_an_empty_file_is_no_permission(folder: Path, text: str) -> None:
    (folder / "guardrails.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="holds no keys") as raised:
        load_folder(folder)
    assert raised.value.where.endswith("guardrails.yaml:1")


def test_a_nul_byte_is_named_with_its_line(folder: Path) -> None:
    path = folder / "guardrails.yaml"
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"owner: head", b"owner: he\x00ad", 1))
    with pytest.raises(BadInput) as raised:
        load_folder(folder)
    assert raised.value.where == f"{path}:3", raised.value


def test_ten_thousand_rules_are_refused_before_anything_is_proved(folder: Path) -> None:
    names = ", ".join(f"w{n}" for n in range(10_000))
    path = spoil(folder, replaced('workflows: ["*"]', f"workflows: [{names}]"))
    with pytest.raises(BadInput, match="more than 5,000 rules") as raised:
        load_folder(folder)
    assert raised.value.where == f"{path}:{line_of(path, 'hand_over:')}"


ODD: list[tuple[str, Edit, str]] = [
    ("a fact that nobody knows", replaced("conditions: [own_order]", "conditions: [own_ordr]"), "did you mean `own_order`"),
    ("a workflow that does not exist", replaced('workflows: ["*"]', "workflows: [cancel_ordr]"), "did you mean `cancel_order`"),
    ("a limit that is never reached", replaced('each: "1000.00", customer_per_30_days: "2000.00"', ABOVE), "each is above customer_per_30_days"),
    ("money without a limit", replaced(LIMITS, "limits: {}"), "moves money, and"),
    ("a limit without money", replaced("hand_over: {", 'hand_over: {limits: {each: "5.00"}, '), "none of its operations moves any"),
    ("a fact that nothing uses", replaced("  order_pending:", "  unused: {value: order.status, is: x}\n  order_pending:"), "nothing uses the fact `unused`"),
    ("nobody may change it", lambda text: text + "\n", "who may change this file"),
    ("a day that is none", replaced('reviewed: "2026-11-20"', 'reviewed: "20.11.2026"'), "is no date"),
    ("a kind of data that is misspelt", lambda text: text + "\nrestricted_data: {card_nummer: never_read}\n", "found by the name of a field only; did you mean `card_number`"),
    ("an action that is blocked", replaced("cancel_order:\n    operations", "cancel_order:\n    autonomy: blocked\n    operations"), "never permitted"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), [c[1:] for c in ODD], ids=[c[0] for c in ODD])
def test_what_is_odd_gets_a_suggestion_with_a_place(folder: Path, edit: Edit, said: str) -> None:
    if "blocked" in said or "never permitted" in said:
        text = (folder / "guardrails.yaml").read_text(encoding="utf-8")
        head, tail = text.split("  cancel_order:\n", 1)
        tail = tail.replace("    autonomy: act\n", "", 1)
        (folder / "guardrails.yaml").write_text(head + "  cancel_order:\n" + tail, encoding="utf-8")
    spoil(folder, edit)
    loaded = load_folder(folder)
    found = [one for one in suggestions(loaded.guardrails, loaded.estate) if said in one.says]
    assert found, [str(one) for one in suggestions(loaded.guardrails, loaded.estate)]
    assert found[0].place and found[0].do


def test_a_condition_about_a_record_that_no_step_reads_is_told(folder: Path) -> None:
    loaded = load_folder(folder)
    found = [s.says for s in suggestions(loaded.guardrails, loaded.estate)]
    assert any("`order`, and no step before gives that" in said for said in found), found


def test_rights_that_are_broader_than_the_limits_are_told(folder: Path) -> None:
    credentials = (
        "    credentials:\n"
        '      enforcer: {scheme: bearer, token: "${SHOP_TOKEN}", rights: ["orders:write", "payouts:write"]}\n'
        '      agent: {scheme: bearer, token: "${AGENT_TOKEN}", rights: ["orders:write"]}\n'
    )
    spoil(folder, lambda text: text + credentials, "engagement.yaml")
    spoil(folder, replaced("modify_user_address: {", "modify_user_address: {needs_right: orders:write, "), "effects/shop.yaml")  # fmt: skip
    loaded = load_folder(folder)
    found = [s.says for s in suggestions(loaded.guardrails, loaded.estate)]
    assert any("`payouts:write`, which no action needs" in said for said in found), found
    assert any("agent's own credential has `orders:write`" in said for said in found), found
    assert not any("grants `orders:write`" in said for said in found)
