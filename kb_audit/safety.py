"""Safety: text that instructs an AI, text that a reader cannot see, and personal data or secrets in articles.

An agent reads articles as knowledge; whoever can edit one could otherwise give it orders
(OWASP LLM01, indirect prompt injection).
"""

from __future__ import annotations

import base64
import re
import unicodedata
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
_LEFT_BEHIND = re.compile("[\u200b\u200c\u2060]")  # a lone one between words comes from copying, and hides nothing
_COMMENT_MARKS = re.compile(r"^<!--|-->$|^\.\.\s")
_FOR_A_TOOL = re.compile(
    r"^\s*(?:prettier|markdownlint|eslint|textlint|vale|lint|cspell|spell-?check|toc|more|excerpt|region|endregion|todo|fixme)\b",
    re.I,
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=])")
_TO_MACHINE = re.compile(
    r"\b(?:AI|LLM|assistant|chat ?bot|language model|prompt|instructions?|ignore|agent must|refund|credit|approve)\b",
    re.I,
)
_PERSON_MAIL = re.compile(r"\b(?P<local>[a-z]{2,}[._][a-z]{2,})@(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)\b", re.I)
_ROLE_WORDS = frozenset(
    re.findall(
        r"\w+",
        "support help info service services team care sales billing press contact office desk no reply noreply customer "
        "accounts legal privacy data protection hr it admin security abuse returns orders jobs news media events travel "
        "finance claims complaints feedback hello mail group list alerts notifications learning training operations ops "
        "requests request outreach partnerships recruiting talent benefits payroll example your name first last "
        "firstname lastname user username john jane doe hiring program questions inquiries web webmaster dev devops "
        "social marketing policy programs agreements consulting purchases invoices",
    )
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
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"https?://[^\s)>\]]+")
_KEY_IN_ADDRESS = re.compile(r"[?&#](?:api_?key|key|token|access_token|secret|password|sig|signature)=", re.I)


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
    seen = False
    for match in _ORDERS.finditer(article.body):
        seen = True
        yield SafetyIssue("injection", *match.span(), match.group(0), "tells an AI what to do")
    cleaned = _INVISIBLE.sub("", article.body)
    if not seen and cleaned != article.body and _ORDERS.search(cleaned):
        yield SafetyIssue("injection", 0, 0, "", "tells an AI what to do, broken up by invisible characters")
    folded = unicodedata.normalize("NFKC", cleaned)
    if not seen and folded != cleaned and _ORDERS.search(folded) and not _ORDERS.search(cleaned):
        yield SafetyIssue("injection", 0, 0, "", "tells an AI what to do, in letters that only look like ours")
    for image in article.images:
        if _ORDERS.search(image.alt) and image.alt not in article.body:
            yield SafetyIssue(
                "injection", image.start, image.start, image.alt, "tells an AI what to do, in a picture's description"
            )
    for match in _ENCODED.finditer(article.body):
        if _ORDERS.search(_decoded(match.group(0))):
            yield SafetyIssue("injection", *match.span(), match.group(0), "tells an AI what to do, written in base64")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return ""


def _hidden(article: Article) -> Iterator[SafetyIssue]:
    for match in _INVISIBLE.finditer(article.body):
        if _LEFT_BEHIND.fullmatch(match.group(0)) and not _inside_a_word(article.body, *match.span()):
            continue
        names = ", ".join(sorted({f"U+{ord(sign):04X}" for sign in match.group(0)}))
        yield SafetyIssue("hidden_text", *match.span(), "", f"invisible characters ({names})")
    for start, end in article.hidden:
        text = _COMMENT_MARKS.sub("", article.body[start:end]).strip()
        if _TO_MACHINE.search(text) and len(text.split()) >= 3 and not _FOR_A_TOOL.search(text):
            says = "text that a reader does not see and an agent reads"
            yield SafetyIssue("hidden_text", start, end, article.body[start:end], says)


def _inside_a_word(body: str, start: int, end: int) -> bool:
    return body[max(0, start - 1) : start].isascii() and body[:start][-1:].isalpha() and body[end : end + 1].isalpha()


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
    """Card numbers, IBANs and credentials, found by the redactor (Luhn, ISO 13616, token shapes), line by line.

    Long numbers inside web addresses are references, unless the address itself calls them a key.
    """
    redactor, at = Redactor(key=b"kb_audit"), 0
    for line in body.splitlines(keepends=True):
        kept = _ADDRESS.sub(lambda m: m.group(0) if _KEY_IN_ADDRESS.search(m.group(0)) else "", line[:_WINDOW])
        if len(_DIGIT.findall(kept)) >= 8 or "PRIVATE KEY" in kept or "Bearer" in kept:
            clean = redactor.text(kept)
            for mark, says in _MARKS.items():
                if mark in clean and mark not in line and (says != "a credential" or _is_token(kept, clean)):
                    kind: Literal["secret", "personal_data"] = "secret" if says == "a credential" else "personal_data"
                    yield SafetyIssue(kind, at, at + len(line.rstrip("\n")), clean.strip()[:200], says)
        at += len(line)


def _is_token(line: str, clean: str) -> bool:
    """`Basic presentation` is no credential: a token has a digit."""
    words = line[len(clean.partition("‹secret›")[0]) :].split()
    return bool(words) and (any(c.isdigit() for c in words[0]) or "KEY" in line)
