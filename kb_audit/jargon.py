"""Jargon: abbreviations that no article explains. A customer cannot guess them, and an agent repeats them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kb_audit.article import Article
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
_CODE_BEFORE = re.compile(r"(?:code|ref(?:erence)?|no\.?|number|section|form|model|room|type|size)\s*$", re.I)


@dataclass(frozen=True)
class Jargon:
    """An abbreviation that no article explains, and where it stands: the first sentence of each article."""

    word: str
    places: tuple[tuple[Article, Sentence], ...]


def unexplained(articles: Sequence[Article]) -> list[Jargon]:
    """Abbreviations of running text that stand in at least two sentences and are spelt out nowhere, by how many articles use them."""
    places: dict[str, dict[str, tuple[Article, Sentence]]] = defaultdict(dict)
    uses: dict[str, int] = defaultdict(int)
    explained: set[str] = set()
    for article in articles:
        explained |= _explained(article.body)
        for sentence in sentences(article):
            if sentence.text.isupper():
                continue
            for match in _SHORT.finditer(sentence.text):
                word = match.group(0)
                if _is_plain(word) or _CODE_BEFORE.search(sentence.text[: match.start()]):
                    continue
                uses[word] += 1
                places[word].setdefault(article.id, (article, sentence))
    found = [Jargon(word, tuple(at.values())) for word, at in places.items() if uses[word] >= 2 and not _is_explained(word, explained)]
    return sorted(found, key=lambda j: (-len(j.places), j.word))


def _is_plain(word: str) -> bool:
    return word in _KNOWN or word.rstrip("s") in _KNOWN or not any(c.isalpha() for c in word[1:])


def _explained(body: str) -> set[str]:
    """Words in brackets behind their long form, before one, or said to stand for something."""
    found = set(re.findall(r"\w[\w’'-]+[*_]*\s*\(\s*[*_\"“]*([A-Z][A-Za-z0-9]{1,6})[*_\"”]*\s*[),;]", body))
    found |= set(re.findall(r"\b([A-Z][A-Z0-9]{1,5})[*_]*\s*\((?=[^)]*[a-z]{3})", body))
    found |= set(re.findall(r"\b([A-Z][A-Z0-9]{1,5})[*_]*(?:,| is| means| stands for| –| —|:)\s+(?:the |an? |short for |an abbreviation )?[A-Za-z]\w+ ", body))
    return found | _spelt_out(body)


def _spelt_out(body: str) -> set[str]:
    """Initials of every run of two to five capitalised words: `Electronic Data Interchange` explains EDI."""
    found: set[str] = set()
    for run in re.findall(r"\b(?:[A-Z][a-z]+(?: (?:of|and|for|the))? ?){2,5}", body):
        initials = [w[0] for w in run.split() if w[0].isupper()]
        found |= {"".join(initials[i:j]) for i in range(len(initials)) for j in range(i + 2, len(initials) + 1)}
    return found


def _is_explained(word: str, explained: set[str]) -> bool:
    return word in explained or word.rstrip("s") in explained
