"""Safety: text that instructs an AI, text that a reader cannot see, and personal data or secrets in articles.

An agent reads articles as knowledge; whoever can edit one could otherwise give it orders
(OWASP LLM01, indirect prompt injection).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb_audit.article import Article
from runtime.redaction import Redactor

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|"
    r"all|any|your|these|system)\b.{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|"
    r"ies)|limits?|guardrails?)\b"
    r"|\bsystem prompt\b|<\|?(?:im_start|system|assistant)\|?>|\[/?INST\]|^\s*(?:system|assistant)\s*:\s"
    r"|\b(?:if you are|as|you are(?: now)?|note to|instructions? (?:for|to)|attention) (?:an? "
    r"|the |any |all )?(?:AI|LLM|language model|chat ?bots?|virtual assistant|AI (?:agent|"
    r"assistant|model)s?)\b.{0,80}\b(?:must|should|do|always|never|please|reply|answer|say|"
    r"tell|grant|issue|refund|send|approve|call|treat|ignore|:)"
    r"|\b(?:AI agents?|AI assistants?|language models?|LLMs?|chat ?bots?) (?:must|should|shall|"
    r"have to|are to|need to)\b(?! (?:never |not )?(?:be (?:used|monitored|disclosed)|comply))"
    r"|\bdo not (?:tell|inform|mention (?:this|it) to) the (?:customer|user)\b|\bwithout (?:telling|informing) (?:the )?(?:user|customer|human)\b",
    re.I | re.M,
)
_INVISIBLE = re.compile("[\u200b\u200c\u2060-\u2064\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]+")
_TO_MACHINE = re.compile(
    r"\b(?:AI|LLM|assistant|chat ?bot|language model|prompt|instructions?|ignore|agent must|refund|credit|approve)\b",
    re.I,
)
_PERSON_MAIL = re.compile(r"\b(?P<local>[a-z]{2,}[._][a-z]{2,})@(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)\b", re.I)
_ROLE_WORDS = frozenset(
    [
        "support",
        "help",
        "info",
        "service",
        "services",
        "team",
        "care",
        "sales",
        "billing",
        "press",
        "contact",
        "office",
        "desk",
        "no",
        "reply",
        "noreply",
        "customer",
        "accounts",
        "legal",
        "privacy",
        "data",
        "protection",
        "hr",
        "it",
        "admin",
        "security",
        "abuse",
        "returns",
        "orders",
        "jobs",
        "news",
        "media",
        "events",
        "travel",
        "finance",
        "claims",
        "complaints",
        "feedback",
        "hello",
        "mail",
    ]
)
_IDENTITY = re.compile(
    r"\b(?:ssn|social security (?:number|no\.?))\D{0,15}\d{3}-\d{2}-\d{4}\b|\b(?:date of birth|dob|born on)\s*:\s*\d[\d./-]{6,}",
    re.I,
)
_SECRET = re.compile(
    r"\b(?:password|passwd|api[_ -]?key|client[_ -]?secret|access[_ -]?token)\s*(?:is|:|=)\s*[\"'`]?(?=[^\s\"'`]*\d)[^\s\"'`]{8,}",
    re.I,
)
_MARKS = {"‹card ": "a card number", "‹iban ": "an IBAN", "‹secret›": "a credential"}
_WINDOW = 2000


@dataclass(frozen=True)
class SafetyIssue:
    """`start:end` in the article's body; `quote` is safe to print: personal data and invisible signs are named, not shown."""

    kind: Literal["injection", "hidden_text", "personal_data", "secret"]
    start: int
    end: int
    quote: str
    says: str


def look(article: Article) -> Iterator[SafetyIssue]:
    """Everything unsafe in one article, by kind."""
    yield from _orders(article)
    yield from _hidden(article)
    yield from _personal(article)


def _orders(article: Article) -> Iterator[SafetyIssue]:
    cleaned = _INVISIBLE.sub("", article.body)
    for match in _ORDERS.finditer(article.body):
        yield SafetyIssue("injection", *match.span(), match.group(0), "tells an AI what to do")
    if cleaned != article.body and _ORDERS.search(cleaned) and not _ORDERS.search(article.body):
        yield SafetyIssue("injection", 0, 0, "", "tells an AI what to do, broken up by invisible characters")


def _hidden(article: Article) -> Iterator[SafetyIssue]:
    for match in _INVISIBLE.finditer(article.body):
        names = ", ".join(sorted({f"U+{ord(sign):04X}" for sign in match.group(0)}))
        yield SafetyIssue("hidden_text", *match.span(), "", f"invisible characters ({names})")
    for start, end in article.hidden:
        text = article.body[start:end]
        if _TO_MACHINE.search(text) and len(text.split()) >= 3:
            yield SafetyIssue("hidden_text", start, end, text, "text that a reader does not see and an agent reads")


def _personal(article: Article) -> Iterator[SafetyIssue]:
    for match in _PERSON_MAIL.finditer(article.body):
        if not set(re.split(r"[._]", match["local"].lower())) & _ROLE_WORDS:
            says = "the e-mail address of a person"
            yield SafetyIssue("personal_data", *match.span(), f"{match['local'][0]}…@{match['host']}", says)
    for match in _IDENTITY.finditer(article.body):
        yield SafetyIssue(
            "personal_data", *match.span(), match.group(0)[:4] + "…", "a person's identity number or birthday"
        )
    for match in _SECRET.finditer(article.body):
        yield SafetyIssue("secret", *match.span(), match.group(0).split()[0][:12] + "…", "a password or key")
    yield from _numbers(article.body)


def _numbers(body: str) -> Iterator[SafetyIssue]:
    """Card numbers, IBANs and credentials, found by the redactor (Luhn, ISO 13616, token shapes), line by line."""
    redactor, at = Redactor(key=b"kb_audit"), 0
    for line in body.splitlines(keepends=True):
        if sum(sign.isdigit() for sign in line) >= 8 or "PRIVATE KEY" in line or "Bearer" in line:
            clean = redactor.text(line[:_WINDOW])
            for mark, says in _MARKS.items():
                if mark in clean and mark not in line:
                    yield SafetyIssue(
                        "secret" if "credential" in says else "personal_data",
                        at,
                        at + len(line.rstrip("\n")),
                        clean.strip()[:200],
                        says,
                    )
        at += len(line)
