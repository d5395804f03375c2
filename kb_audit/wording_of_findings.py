"""What each kind of finding is called, and the groups in which people read them: the gravest first."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, str]] = {
    "conflict": ("conflict", "conflicts"),
    "guardrail": ("promise beyond a guardrail", "promises beyond a guardrail"),
    "system": ("value that a system holds otherwise", "values that systems hold otherwise"),
    "injection": ("text that instructs an AI", "texts that instruct an AI"),
    "hidden_text": ("hidden text", "hidden texts"),
    "secret": ("password or key", "passwords or keys"),
    "passed_date": ("passed date or promise", "passed dates or promises"),
    "superseded": ("article that another one replaces", "articles that others replace"),
    "gone_reference": ("article that offers what is gone", "articles that offer what is gone"),
    "old_version": ("old version called current", "old versions called current"),
    "overdue_review": ("overdue review", "overdue reviews"),
    "near_tie": ("question with two different answers", "questions with two different answers"),
    "dead_link": ("dead link", "dead links"),
    "dead_external": ("dead link to elsewhere", "dead links to elsewhere"),
    "personal_data": ("place with personal data", "places with personal data"),
    "internal_exposed": ("way from public to internal articles", "ways from public to internal articles"),
    "image_text": ("picture that seems to carry text", "pictures that seem to carry text"),
    "cut_section": ("section longer than retrieval reads", "sections longer than retrieval reads"),
    "no_headings": ("long article without headings", "long articles without headings"),
    "long_article": ("very long article", "very long articles"),
    "not_found": ("section that its own heading does not find", "sections that their own heading does not find"),
    "headless_table": ("table without a header", "tables without a header"),
    "run_on_steps": ("paragraph that should be steps", "paragraphs that should be steps"),
    "mixed_language": ("section in another language", "sections in another language"),
    "jargon": ("abbreviation nobody explains", "abbreviations nobody explains"),
    "duplicate": ("duplicated section", "duplicated sections"),
    "near_duplicate": ("nearly duplicated section", "nearly duplicated sections"),
    "partial_duplicate": ("passage that stands in two articles", "passages that stand in two articles"),
    "orphan": ("article nothing links to", "articles nothing links to"),
    "named_once": ("name that only one article knows", "names that only one article knows"),
    "possible": ("possible conflict", "possible conflicts"),
    "scope": ("difference by scope (no conflict)", "differences by scope (no conflict)"),
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "What must not reach a customer": ("conflict", "guardrail", "system", "injection", "hidden_text", "secret", "personal_data", "internal_exposed"),
    "What is no longer true": ("passed_date", "superseded", "gone_reference", "old_version", "overdue_review", "dead_link", "dead_external"),
    "What an agent does not find, or finds twice": (
        "near_tie", "image_text", "cut_section", "no_headings", "long_article", "not_found", "duplicate", "near_duplicate", "partial_duplicate",
    ),
    "What makes reading harder": ("headless_table", "run_on_steps", "mixed_language", "jargon", "orphan"),
    "To know": ("named_once", "possible", "scope"),
}  # fmt: skip


def named(verdict: str, count: int) -> str:
    """`conflict` or `conflicts`."""
    one, many = NAMES.get(verdict, (verdict, verdict))
    return one if count == 1 else many
