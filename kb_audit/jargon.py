"""Jargon: abbreviations that no article explains. A customer cannot guess them, and an agent repeats them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from kb_audit.article import Article, once
from kb_audit.sentences import Sentence, sentences

_SHORT = re.compile(r"(?<![\w/.:@#$€£-])(?:[A-Z][A-Z0-9]{1,5}|[A-Z]{2,5}s)(?![\w@:/-])")
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        "AM PM TV PC PCs USB PDF PDFs URL URLs FAQ FAQs SMS SIM SIMs PIN PINs ID IDs GPS CD DVD LED LCD HD UHD AC DC VIP CEO HR IT PR OK NO YES NOT "
        "AND OR THE IF ALL ANY NEW FREE ONLY USD EUR GBP CHF CAD AUD JPY US USA UK EU UN UAE NYC DE FR ES AT CH GB MB KB TB GHZ MHZ KWH KM CM MM KG "
        "LB OZ HTML HTTP HTTPS CSV XML JSON API APIs WWW EMAIL QR NFC RFID WIFI LAN VPN DSL VAT IBAN BIC SEPA ATM GDPR MAC IOS ZIP DIY RSVP ASAP "
        "AI LLM PO TBD NB PS AKA ETA FYI DOB MRI DNA BBQ ISBN UTC GMT CET CEST EST PST MON TUE WED THU FRI SAT SUN JAN FEB MAR APR JUN JUL AUG SEP "
        "OCT NOV DEC I II III IV VI VII VIII IX XL XS XXL A B C D CC BCC JPG PNG ML TLS SSL PNGs",
    )
)
_MEANS = re.compile(
    r"\b([A-Z][A-Z0-9]{1,5})[*_]*(?: or \*\*\w+\*\*)?(?:\s*(?:[-–—:]|means|stands for)\s+(?:\(|the |an? )?[A-Za-z]\w+ "
    r"|(?:,|,? is) (?:the|an?|short for|our) [A-Za-z]\w+ )"
)
_CODE_BEFORE = re.compile(r"(?:code|ref(?:erence)?|no\.?|number|section|form|model|room|type|size)\s*$", re.I)


@dataclass(frozen=True)
class Jargon:
    """An abbreviation that no article explains, and where it stands: the first sentence of each article."""

    word: str
    places: tuple[tuple[Article, Sentence], ...]


def unexplained(articles: Sequence[Article]) -> list[Jargon]:
    """Abbreviations that stand in running text at least twice and are spelt out nowhere, the most widespread first."""
    places: dict[str, dict[str, tuple[Article, int]]] = defaultdict(dict)
    uses: Counter[str] = Counter()
    explained: set[str] = set()
    for article in articles:
        explained |= once(article, "explained", partial(explained_in, article))
        for word, at in once(article, "shorts", partial(shorts, article)):
            uses[word] += 1
            places[word].setdefault(article.id, (article, at))
    left = [w for w in places if uses[w] >= 2 and not {w, w.rstrip("s")} & explained]
    shouted = _said_small(articles, {w.lower() for w in left})
    found = [Jargon(w, tuple(_place(*at) for at in places[w].values())) for w in left if w.lower() not in shouted]
    return sorted(found, key=lambda j: (-len(j.places), j.word))


def shorts(article: Article) -> tuple[tuple[str, int], ...]:
    """Abbreviations of an article with their places; words of a line that is all capitals are shouted, not shortened."""
    return tuple(_shorts(article))


def _shorts(article: Article) -> Iterator[tuple[str, int]]:
    for section in article.sections:
        for block in section.blocks:
            text = article.body[block.start : block.end]
            if block.kind == "code" or text.isupper():
                continue
            for match in _SHORT.finditer(text):
                word, before = match.group(0), text[: match.start()]
                if not _is_plain(word) and not _CODE_BEFORE.search(before[-20:]):
                    yield word, block.start + match.start()


def _said_small(articles: Sequence[Article], words: set[str]) -> set[str]:
    """Which of the words also stand in small letters: capitals were for emphasis."""
    return {w for a in articles for w in re.findall(r"\b[a-z]{2,6}\b", a.body) if w in words}


def _place(article: Article, at: int) -> tuple[Article, Sentence]:
    return article, next(s for s in sentences(article) if s.end > at)


def _is_plain(word: str) -> bool:
    return word in _KNOWN or word.rstrip("s") in _KNOWN or bool(re.fullmatch(r"[A-Z]{1,2}\d+", word))


def explained_in(article: Article) -> frozenset[str]:
    """Words in brackets behind their long form, before one, or said to stand for something."""
    body = article.body
    found = set(re.findall(r"\w[\w’'-]+[*_]*\s*\(\s*[*_\"“]*([A-Z][A-Za-z0-9]{1,6})[*_\"”]*\s*[),;]", body))
    found |= set(re.findall(r"\b([A-Z][A-Z0-9]{1,5})[*_]*\s*\((?=[^)]*[a-z]{3})", body))
    found |= set(_MEANS.findall(body))
    return frozenset(found | _spelt_out(body))


def _spelt_out(body: str) -> set[str]:
    """Initials of every run of two to five capitalised words: `Electronic Data Interchange` explains EDI."""
    found: set[str] = set()
    for run in re.findall(r"\b(?:[A-Z][a-z]+(?: (?:of|and|for|the))? ?){2,5}", body):
        initials = [w[0] for w in run.split() if w[0].isupper()]
        found |= {"".join(initials[i:j]) for i in range(len(initials)) for j in range(i + 2, len(initials) + 1)}
    return found
